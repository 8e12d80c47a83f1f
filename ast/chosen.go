package ast

import (
	"go/ast"
	"go/token"
	"strconv"

	"github.com/nngen-go/nngen/internal/schedule"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// chosenRead is a read at a chosen module: the value of each candidate, as far
// as the run has come to them, and what was chosen among those that were there.
type chosenRead struct {
	by        *choice
	vals      []*sym // by candidate
	order     []int  // of the candidates in the run, those that were served
	registers []*sym // what was chosen among the first ones of order
	label     string
}

func (s *sym) isLate() bool {
	s = s.final()
	return s.late != nil || s.node != nil && s.node.late
}

// chosenMethod evaluates a method of a chosen module.
func (f *frame) chosenMethod(e *ast.CallExpr, fv *funcVal, x *chosenVal) value {
	args := f.args(e)
	if args == nil {
		return invalid{}
	}
	if fv.decl != nil {
		return f.inline(fv, args, e)
	}
	if m := x.list[0]; m.inv != f.inv || f.inv == nil {
		return f.fail(e.Pos(), "NN1502", "use the model that the invoke's own function gets", "%s is used outside the invoke that it belongs to", x.label())
	}
	switch fv.method {
	case "Output":
		return f.readChosen(e, f.chosenPoint(e, x, modelspec.SideOutput))
	case "Input":
		return f.readChosen(e, f.chosenPoint(e, x, modelspec.SideInput))
	case "SetOutput":
		return f.writeChosen(e, f.chosenPoint(e, x, modelspec.SideOutput), args[0])
	case "SetInput":
		return f.writeChosen(e, f.chosenPoint(e, x, modelspec.SideInput), args[0])
	case "Source":
		return f.chosenSource(e, x)
	case "Operation":
		return f.chosenByName(e, x, args[0])
	case "Operations":
		return f.chosenOperations(e, x)
	case "Skip":
		return f.skipChosen(e, x, args)
	case "Call":
		return f.eachChosen(e, x, true, func(m *envoyVal) value { return f.callModule(e, m, args[0]) })
	case "Weight":
		return f.eachChosen(e, x, false, func(m *envoyVal) value { return f.weight(e, m, args[0]) })
	}
	return f.fail(e.Pos(), "NN1306", "use Output, Input, SetOutput, SetInput, Skip, Call, Weight, Source, Operation or Operations, or a constant index",
		"%s of a module that is chosen when the trace runs is not compiled", fv.method)
}

// chosenPoint is one point of every module that may be chosen, or of the same
// operation inside each: all have one dtype and shape.
type chosenPoint struct {
	by     *choice
	name   string // "transformer.h[layer].output"
	points []*modelspec.Point
}

// chosenPoint finds the point of every candidate; nil where one has none.
func (f *frame) chosenPoint(e *ast.CallExpr, x *chosenVal, side modelspec.Side) *chosenPoint {
	out := &chosenPoint{by: x.by, name: x.label() + "." + string(side)}
	var names []string
	for _, m := range x.list {
		p := f.point(e.Pos(), m, side)
		if p == nil {
			return nil
		}
		out.points, names = append(out.points, p), append(names, m.label()+"."+string(side))
	}
	if !f.ofOneType(e, out, names) {
		return nil
	}
	return out
}

// ofOneType refuses candidates whose values no one value can stand for.
func (f *frame) ofOneType(e *ast.CallExpr, x *chosenPoint, names []string) bool {
	for i, p := range x.points {
		if a, b := x.points[0].Type, p.Type; a.DType != b.DType || a.Shape.Differs(b.Shape) {
			f.fail(e.Pos(), "NN1309", "choose among modules of one type and shape, or write both cases out",
				"%s is %s, but %s is %s: one value cannot be either", names[0], a, names[i], b)
			return false
		}
	}
	return true
}

// commonType is what is known of the shape whichever point it is.
func commonType(points []*modelspec.Point) tensor.Type {
	var vals []known
	for _, p := range points {
		vals = append(vals, known{v: &tensorVal{&sym{typ: p.Type}}})
	}
	return mergedType(vals)
}

// access describes what happens at a chosen module.
func (f *frame) chosenAccess(x *chosenPoint, pos token.Pos) *access {
	a := &access{name: x.name, choice: x.by, pos: pos}
	for _, p := range x.points {
		a.moments = append(a.moments, f.ev.sched.moment[p])
	}
	return a
}

// readChosen evaluates Output and Input of a chosen module. The program goes on
// at once: each candidate is read when the run comes to it.
func (f *frame) readChosen(e *ast.CallExpr, x *chosenPoint) value {
	if x == nil || !f.mayAsk(e.Pos(), x.name+" is read") {
		return invalid{}
	}
	var t tensor.Type
	for _, p := range x.points {
		var problem string
		if t, problem = f.ownRows(p.Tensor, commonType(x.points)); problem != "" {
			return f.fail(e.Pos(), "NN1505", "read it in a trace with one invoke", "%s cannot be read for the rows of one invoke: %s", x.name, problem)
		}
	}
	pr := f.predicate()
	a := f.chosenAccess(x, e.Pos())
	did := f.accessed(a)
	r := &chosenRead{by: x.by, vals: make([]*sym, len(x.points)), label: a.name}
	s := &sym{typ: t, pos: e.Pos(), what: a.name, tap: -1, late: r}
	f.gave(s)
	for i, at := range a.moments {
		req := f.requestAt(schedule.Value, at, e.Pos(), x.by, i, pr)
		f.asked(did, i)
		req.Then = func(v *sym, err error) {
			f.done(did, i)
			if err != nil {
				f.ev.adopt(err, e.Pos(), "NN1304")
				return
			}
			r.vals[i], r.order = v, append(r.order, i)
			f.served(v, f.ev.sched.moments[at].Address, e.Pos())
			f.ev.sched.reads[len(f.ev.sched.reads)-1].label = a.name
		}
		if f.inv.request(req).Err != nil {
			return invalid{}
		}
	}
	return &tensorVal{s}
}

// requestAt asks for one candidate's point.
func (f *frame) requestAt(k schedule.Kind, moment int, pos token.Pos, by *choice, i int, pr *pred) schedule.Request[*sym] {
	r := schedule.Request[*sym]{Kind: k, At: schedule.At{Moment: moment}, Pos: f.ev.position(pos), When: by.text + " == " + strconv.Itoa(i)}
	if pr != nil {
		r.When = bothText(pr.text, r.When)
	}
	return r
}

// writeChosen evaluates SetOutput and SetInput of a chosen module: a write at
// every candidate, which leaves what stands there unless it was chosen.
func (f *frame) writeChosen(e *ast.CallExpr, x *chosenPoint, v value) value {
	if x == nil || isInvalid(v) || !f.mayWrite(e.Pos(), x.name) {
		return invalid{}
	}
	s := f.graphOperand(opArg{v: v, at: e.Args[len(e.Args)-1]})
	if s == nil || !f.fits(e, s, x.points[0], x.name, true) {
		return invalid{}
	}
	pr := f.predicate()
	w := f.chosenAccess(x, e.Pos())
	w.write = true
	if !f.inOrder(w) {
		return invalid{}
	}
	did := f.accessed(w)
	for i, at := range w.moments {
		req := f.requestAt(schedule.Swap, at, e.Pos(), x.by, i, pr)
		req.Edit = func(old *sym) (*sym, error) {
			return f.ev.writeAtCandidate(s, old, x.by, i, pr, x.points[i], x.name, e.Pos()), nil
		}
		req.Then = func(_ *sym, err error) {
			f.done(did, i)
			if err != nil && !f.ev.sched.ordered(w, i) {
				f.ev.adopt(err, e.Pos(), "NN1303")
			}
		}
		if f.inv.request(req).Err != nil && !f.ev.sched.ordered(w, i) {
			return invalid{}
		}
	}
	f.ev.sched.swaps = append(f.ev.sched.swaps, read{inv: f.inv, at: x.name, pos: e.Pos(), value: s})
	return &tupleVal{}
}

// writeAtCandidate is what stands at a candidate after a write: the value, made
// of what was there by then, if this candidate was chosen.
func (ev *evaluator) writeAtCandidate(s, old *sym, by *choice, i int, pr *pred, p *modelspec.Point, name string, pos token.Pos) *sym {
	when := by.when(ev, i, pr)
	value := newSettling(ev, by, i, when).sym(s)
	merged := ev.graph.choose(when, when.sym, value, old, old.typ)
	merged.what, merged.node.text = name, "if "+by.text+" chooses it: "+name
	if !s.typ.Shape.Equal(old.typ.Shape) {
		ev.checkWrite(merged, p, old.typ, name, pos)
	}
	return merged
}

// eachChosen evaluates something for every candidate and picks one of the
// results; what costs is computed for the chosen one alone.
func (f *frame) eachChosen(e *ast.CallExpr, x *chosenVal, costs bool, of func(*envoyVal) value) value {
	pr := f.predicate()
	var out *sym
	for i, m := range x.list {
		t, ok := of(m).(*tensorVal)
		if !ok {
			return invalid{}
		}
		s := t.sym
		if costs {
			s.node.under = x.by.when(f.ev, i, pr)
		}
		if out == nil {
			out = s
			continue
		}
		if out.typ.DType != s.typ.DType || out.typ.Shape.Differs(s.typ.Shape) {
			return f.fail(e.Pos(), "NN1309", "choose among modules of one type and shape, or write both cases out",
				"%s gives %s, but %s gives %s: one value cannot be either", x.list[0].label(), out.typ, m.label(), s.typ)
		}
		prev := out
		out = f.ev.graph.choose(s.node.underOr(pr), x.by.is(f.ev, i), s, prev, s.typ)
		out.node.under, out.node.pos, out.what = pr, e.Pos(), x.label()
		if i == 1 && costs {
			out.node.els.pred = prev.node.under
		}
	}
	return &tensorVal{out}
}

// underOr is the condition under which a value was made, p for one without a node.
func (n *graphNode) underOr(p *pred) *pred {
	if n == nil {
		return p
	}
	return n.under
}
