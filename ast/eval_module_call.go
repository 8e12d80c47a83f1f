package ast

import (
	"go/ast"
	"strings"

	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// callModule evaluates x.Call(v): the module run on another value.
func (f *frame) callModule(e *ast.CallExpr, x *envoyVal, v value) value {
	in := f.point(e.Pos(), x, modelspec.SideInput)
	if in == nil {
		return invalid{}
	}
	out := f.point(e.Pos(), x, modelspec.SideOutput)
	if out == nil || isInvalid(v) {
		return invalid{}
	}
	arg := f.graphOperand(opArg{v: v, at: e.Args[0]})
	if arg == nil {
		return invalid{}
	}
	operands := []*sym{arg}
	var sides, written []string
	given := map[tensor.Dim]tensor.Dim{} // what the sides say of the spec's dimensions
	for _, p := range modelspec.CallSides(x.module, in) {
		s, isWritten, err := f.callSide(x, p)
		if isWritten {
			written = append(written, p.Tensor)
		}
		if err != nil {
			return f.fail(e.Pos(), "NN1505", "", "%v", err)
		}
		if s == nil {
			continue
		}
		for i, d := range p.Type.Shape {
			if i < len(s.typ.Shape) {
				given[d] = s.typ.Shape[i]
			}
		}
		f.ev.graph.model(p.Tensor, p.Type, x.label()+" "+string(p.Role))
		operands = append(operands, s)
		sides = append(sides, p.Tensor)
	}
	typ, ok := f.callType(e, x, arg, in, out, given)
	if !ok {
		return invalid{}
	}
	f.ev.graph.model(in.Tensor, in.Type, x.label()+".input")
	f.ev.graph.model(out.Tensor, out.Type, x.label()+".output")
	attrs := ops.Attrs{
		"module": x.path, "input": in.Tensor, "sides": strings.Join(sides, "\n"),
		"output": out.Tensor, "rows": int64(f.inv.rows),
	}
	if len(written) > 0 {
		attrs["written"] = strings.Join(written, "\n")
	}
	s := f.ev.graph.add("Call", operands, attrs, []tensor.Type{typ}, e.Pos())[0]
	s.node.under = f.predicate()
	s.what = x.label() + ".Call"
	s.node.text = f.excerpt(e)
	return &tensorVal{s}
}

// callSide is what a called module gets for an input besides its argument: what
// was written to it by now, else what the model itself made of it for these rows.
// Nil: the copy of the module computes it anew from the model's inputs. That is
// so for what the run has not reached, and for what has no rows. (The runtime,
// which has the graph, does the same with masks and tables that follow from sizes
// alone, unless they are written: their sizes are those of the argument then.)
func (f *frame) callSide(x *envoyVal, p *modelspec.Point) (v *sym, written bool, err error) {
	s := f.ev.sched
	if v, written, err := s.live.Written(p.Tensor, f.inv.rows); written || err != nil {
		return v, written, err
	}
	if at, _ := f.ev.rowsOf(p.Tensor, p.Type); at.Axis < 0 || !s.reached(p.Tensor) {
		return nil, false, nil
	}
	v = f.ev.graph.model(p.Tensor, p.Type, x.label()+" "+string(p.Role))
	if f.inv.rows != plan.AllRows {
		v, err = rowAlgebra{f.ev}.Narrow(v, f.inv.rows, s.moments[s.moment[p]])
	}
	return v, false, err
}

// reached reports whether the run has a tensor by now: a module's moment of it, or
// of what the same node makes, has come.
func (s *runState) reached(name string) bool {
	now := s.live.Now().Moment
	timeline := s.ev.acc.spec.Timeline()
	for i, m := range timeline {
		if i > now && (now < 0 || m.Side != modelspec.SideOutput || timeline[now].Side != m.Side || timeline[now].Point.Node != m.Point.Node) {
			return false
		}
		if m.Operation == nil && m.Point.Tensor == name {
			return true
		}
	}
	return false
}

// callType is the type of a module's result on an argument: the spec's, with
// the dimensions that the argument gives the input's symbols. Where other inputs
// of the module say otherwise of a symbol, only the run knows what it becomes.
func (f *frame) callType(e *ast.CallExpr, x *envoyVal, arg *sym, in, out *modelspec.Point, given map[tensor.Dim]tensor.Dim) (tensor.Type, bool) {
	got, want := arg.typ, in.Type
	bad := got.DType != want.DType || got.Shape != nil && want.Shape != nil && len(got.Shape) != len(want.Shape)
	sub := map[tensor.Dim]tensor.Dim{}
	if !bad && got.Shape != nil && want.Shape != nil {
		for i, w := range want.Shape {
			g := got.Shape[i]
			_, wc := w.Const()
			_, gc := g.Const()
			bad = bad || wc && gc && w != g
			if !wc && w.Known() {
				if old, ok := sub[w]; ok && old != g {
					g = tensor.Unknown
				}
				if other, ok := given[w]; ok && other != g {
					g = tensor.Unknown // it may broadcast
				}
				sub[w] = g
			}
		}
	}
	if bad {
		d := f.ev.report(e.Args[0].Pos(), "NN1407", "%s takes %s, but is called on %s", x.label(), want, got)
		d.Hint = "give it a value of the same rank and dtype; keep an axis of size 1 with At(nn.All, nn.Range(i, i+1)), the last with nn.RangeFrom(-1)"
		f.ev.relate(d, arg.pos, "the value is made here")
		return tensor.Type{}, false
	}
	typ := tensor.Type{DType: out.Type.DType}
	if out.Type.Shape == nil || got.Shape == nil {
		return typ, true
	}
	typ.Shape = tensor.Shape{}
	for _, d := range out.Type.Shape {
		if _, isConst := d.Const(); !isConst {
			if s, ok := sub[d]; ok {
				d = s
			} else if touches(d, sub) {
				d = tensor.Unknown
			}
		}
		typ.Shape = append(typ.Shape, d)
	}
	return typ, true
}

// touches reports whether a dimension is built from symbols that the argument changes.
func touches(d tensor.Dim, sub map[tensor.Dim]tensor.Dim) bool {
	for _, s := range d.Symbols() {
		if to, ok := sub[tensor.Dim(s)]; !ok || to != tensor.Dim(s) {
			return true
		}
	}
	return false
}
