package nn

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
	"github.com/nngen-go/nngen/runtime/backend"
)

// called is a session that runs one module.
type called struct {
	session backend.Session
	input   string // the model's tensor that the argument stands for
	output  string
	cuts    []string // tensors of the run that it takes besides
	shapes  []shapeSource
}

// call runs a module on x. What the module takes besides its input comes from
// this run as it was at its own point, or is computed again from the inputs.
func (r *liveRun) call(m *modelspec.Module, x Tensor, rows int) (Tensor, error) {
	if x.h == nil {
		return Tensor{}, misuse("NN3110", "%s is called on a tensor that was never set", modelspec.PathName(m.Path))
	}
	if r.t.scans {
		return r.callOutline(m, x)
	}
	c, err := r.openCall(m, x, rows)
	if err != nil {
		return Tensor{}, err
	}
	if want := r.in.types[c.input].DType; want != tensor.Invalid && want != x.h.dtype {
		return Tensor{}, fmt.Errorf("its input is %s, but it is given %s", want, x.h.dtype)
	}
	feed := map[string]Tensor{c.input: x}
	given := []tensor.Type{x.h.typ()}
	var cut []Tensor
	defer func() { releaseAll(cut) }()
	for _, in := range c.session.Inputs() {
		if in.Name == c.input {
			continue
		}
		t, own, err := r.sideOf(in.Name, rows)
		if err != nil {
			return Tensor{}, err
		}
		if own {
			cut = append(cut, t)
		}
		feed[in.Name] = t
	}
	for _, name := range c.cuts {
		if t, ok := feed[name]; ok {
			given = append(given, t.h.typ())
		} else {
			given = append(given, tensor.Type{})
		}
	}
	typeOf := func(name string) tensor.Type { return r.in.types[name] }
	if err := callFits(callOf{module: m.Path, input: c.input, output: c.output, sides: c.cuts}, typeOf, given); err != nil {
		return Tensor{}, misuse("NN3130", "%v", err)
	}
	out, err := r.s.run(r.t.ctx, c.session, feed, []string{c.output}, backend.RunOptions{})
	if err != nil {
		return Tensor{}, err
	}
	return out[0], nil
}

// sideOf gives the rows of a tensor that a call takes besides its argument: as it
// was written by now, else as this run made it, else a graph input. own says that
// the caller has to release it.
func (r *liveRun) sideOf(name string, rows int) (t Tensor, own bool, err error) {
	if t, written, err := r.sched.Written(name, rows); written || err != nil {
		return t, false, err
	}
	t, ok := r.kept[name]
	if !ok {
		t = r.batch.inputs[name]
	}
	if t.h == nil {
		return t, false, fmt.Errorf("it needs %q, which this run does not have", name)
	}
	if rows == AllRows {
		return t, false, nil
	}
	whole := t
	t, err = r.narrowAny(t, name, rows)
	return t, err == nil && t.h != whole.h, err
}

// narrowAny cuts an invoke's rows out of a point's tensor or a graph input.
func (r *liveRun) narrowAny(t Tensor, name string, rows int) (Tensor, error) {
	if _, ok := r.in.types[name]; ok {
		return r.narrow(t, rows, name)
	}
	in, _ := r.s.info.input(name)
	axis, _, ok := batchAxis(in.typ().Shape, r.s.info.Batch)
	if !ok {
		return t, nil
	}
	return r.batch.cut(t, modelspec.Rows{Axis: axis, Order: modelspec.OrderOuter}, rows, name)
}

// openCall gives the session for a module with the side inputs that the run has
// by now; it is built when first used.
func (r *liveRun) openCall(m *modelspec.Module, x Tensor, rows int) (*called, error) {
	in, err := r.in.point(m, modelspec.SideInput, 0)
	if err != nil {
		return nil, err
	}
	out, err := r.in.point(m, modelspec.SideOutput, 0)
	if err != nil {
		return nil, err
	}
	c := &called{input: in.Tensor, output: out.Tensor}
	ix := r.s.index()
	inside := map[string]bool{}
	for _, n := range ix.ForwardReach(c.input) {
		for _, name := range ix.Graph().Nodes[n].Outputs {
			inside[name] = true
		}
	}
	if !inside[c.output] {
		return nil, fmt.Errorf("its output does not depend on its input")
	}
	for _, p := range modelspec.CallSides(m, in) {
		taken, err := r.takesSide(p, r.in.types[c.input], rows)
		if err != nil {
			return nil, err
		}
		if taken && !inside[p.Tensor] {
			c.cuts = append(c.cuts, p.Tensor)
		}
	}
	sort.Strings(c.cuts)
	declared := r.in.types[c.input]
	key := m.Path + "\n" + strings.Join(c.cuts, "\n")
	if sameRank(declared, x.h.typ()) {
		c.shapes = r.s.callShapes(declared, c.output, append([]string{c.input}, c.cuts...))
		key += "\nshapes"
	}
	return r.s.calls.get(key, func() (*called, error) {
		model, err := r.s.between(c, r.in.types)
		if err != nil {
			return nil, err
		}
		c.session, err = r.s.build(model, r.s.set)
		return c, err
	})
}

// takesSide reports whether a call takes a side input from this run, by the rule
// of the compiler: what was written, and what is there, has rows and does not follow from sizes alone.
func (r *liveRun) takesSide(p *modelspec.Point, input tensor.Type, rows int) (bool, error) {
	if _, written, err := r.sched.Written(p.Tensor, rows); written || err != nil {
		return written, err
	}
	if _, ok := r.kept[p.Tensor]; !ok || r.s.sizesOnly(p.Tensor, input) {
		return false, nil
	}
	at, problem := r.in.rowsOf(p.Tensor)
	return problem == "" && at.Axis >= 0, nil
}

// between is a model of the nodes from the input and the cuts to the output.
func (s *Session) between(c *called, types map[string]tensor.Type) (*onnx.Model, error) {
	m := s.file.Model.Clone()
	stop := append([]string{c.input}, c.cuts...)
	nodes := s.index().BackwardSlice([]string{c.output}, stop...)
	g := m.Graph
	all := g.Nodes
	g.Nodes = nil
	for _, i := range nodes {
		n := all[i]
		for k, name := range n.Outputs {
			if slices.Contains(stop, name) {
				n.Outputs[k] = name + ".unused"
			}
		}
		g.Nodes = append(g.Nodes, n)
	}
	declared := map[string]bool{}
	for _, v := range g.Inputs {
		declared[v.Name] = true
	}
	for _, name := range stop {
		if !declared[name] {
			g.Inputs = append(g.Inputs, valueInfo(name, tensor.Type{DType: types[name].DType}))
		}
	}
	g.Outputs = []*onnx.ValueInfo{valueInfo(c.output, tensor.Type{DType: types[c.output].DType})}
	g.ValueInfo = nil
	ix := onnx.NewIndex(g)
	e := &emitter{ix: ix, opset: m.Opset(""), stem: nodeStem}
	for _, src := range c.shapes {
		ix.ReplaceUses(src.output, src.emit(e, c.input), nil)
	}
	ix.RemoveDead(nil, nil)
	ix.DropInputs(ix.UnusedInputs()...)
	_, err := ix.Finish()
	return m, err
}
