package nn

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/schedule"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
	"github.com/nngen-go/nngen/runtime/backend"
)

// Prober tries out a spec that is being made: it runs the model with made-up
// inputs to see the sizes of tensors, and with writes at points to see what they
// move. It is modelspec's Runner and Prober.
type Prober struct {
	s    *Session
	spec *modelspec.Spec
	set  settings

	all     func() (*instrumented, error) // hooks at every point
	mu      sync.Mutex
	started map[int]*baseline // by rows
}

// baseline is the model as it is, on inputs that are kept.
type baseline struct {
	inputs  *batch
	outputs map[string]Tensor
}

var (
	_ modelspec.Runner = (*Prober)(nil)
	_ modelspec.Prober = (*Prober)(nil)
)

// NewProber opens a model whose spec is at hand but not yet tried. Graphs are not
// optimised, so that a write of what is there changes not one bit.
func NewProber(path string, spec *modelspec.Spec, opts ...Option) (*Prober, error) {
	s, err := OpenRaw(path, append(opts, Optimize(OptimizeNone))...)
	if err != nil {
		return nil, err
	}
	s.info = infoFromSpec(spec)
	p := &Prober{s: s, spec: spec, set: s.set, started: map[int]*baseline{}}
	p.all = sync.OnceValues(func() (*instrumented, error) { return p.hooked(nil) })
	return p, nil
}

// Close frees the model.
func (p *Prober) Close() error {
	for _, b := range p.started {
		b.inputs.release()
		for _, t := range b.outputs {
			t.Release()
		}
	}
	return p.s.Close()
}

// infoFromSpec describes a model by its spec.
func infoFromSpec(spec *modelspec.Spec) ModelInfo {
	info := ModelInfo{Name: spec.Model, Fingerprint: spec.Fingerprint, Opset: spec.Opset, Batch: spec.Batch}
	for _, s := range spec.Symbols {
		info.Symbols = append(info.Symbols, SymbolInfo(s))
	}
	convert := func(v modelspec.Value) InputInfo {
		in := InputInfo{Name: v.Name, Role: v.Role, DType: v.Type.DType, Pair: v.Pair, Class: v.Class}
		if v.Type.Shape != nil {
			in.Shape = []string{}
		}
		for _, d := range v.Type.Shape {
			in.Shape = append(in.Shape, string(d))
		}
		return in
	}
	for _, v := range spec.Inputs {
		info.Inputs = append(info.Inputs, convert(v))
	}
	for _, v := range spec.Outputs {
		info.Outputs = append(info.Outputs, convert(v))
	}
	return info
}

// Shapes gives the shapes that tensors have when the symbols have these sizes.
func (p *Prober) Shapes(sizes map[string]int64, tensors []string) (map[string][]int64, error) {
	m := p.s.file.Model.Clone()
	ix := onnx.NewIndex(m.Graph)
	var outputs []string
	out := map[string][]int64{}
	for i, name := range tensors {
		if _, made := ix.Producer(name); !made && ix.Input(name) == nil {
			continue
		}
		tap := tapName(i)
		if err := ix.AddOutput(onnx.NewValue(tap, p.typeOf(name).DType), name); err != nil {
			return nil, err
		}
		m.Graph.Outputs[len(m.Graph.Outputs)-1].HasShape = false
		outputs = append(outputs, tap)
	}
	ix.RemoveDead(outputs, nil)
	ix.DropInputs(ix.UnusedInputs()...)
	if _, err := ix.Finish(); err != nil {
		return nil, err
	}
	session, err := p.s.build(m, p.set)
	if err != nil {
		return nil, err
	}
	defer p.s.dispose(session)
	b, err := p.inputs(sizes)
	if err != nil {
		return nil, err
	}
	defer b.release()
	values, err := p.s.run(context.Background(), session, taken(session, b), outputs, backend.RunOptions{})
	if err != nil {
		return nil, err
	}
	for i, tap := range outputs {
		for k, name := range tensors {
			if tapName(k) == tap {
				out[name] = slices.Clone(values[i].h.shape)
			}
		}
		values[i].Release()
	}
	return out, nil
}

// typeOf gives the type that the spec states for a tensor.
func (p *Prober) typeOf(name string) tensor.Type {
	for _, list := range [][]modelspec.Value{p.spec.Inputs, p.spec.Outputs} {
		for _, v := range list {
			if v.Name == name {
				return v.Type
			}
		}
	}
	for _, m := range p.spec.Modules {
		for _, list := range [][]*modelspec.Point{m.Inputs, m.Outputs} {
			for _, q := range list {
				if q.Tensor == name {
					return q.Type
				}
			}
		}
	}
	return tensor.Type{}
}

// taken picks the inputs that a session takes.
func taken(session backend.Session, b *batch) map[string]Tensor {
	in := map[string]Tensor{}
	for _, i := range session.Inputs() {
		in[i.Name] = b.inputs[i.Name]
	}
	return in
}

// hooked builds the model with hooks at the points that the probes write; nil
// probes: at all points.
func (p *Prober) hooked(probes []modelspec.Probe) (*instrumented, error) {
	timeline := p.spec.Timeline()
	spec := &specInfo{spec: p.spec, types: map[string]tensor.Type{}}
	for i, m := range schedule.Moments(timeline) {
		t := timeline[i].Point
		if probes != nil && !slices.ContainsFunc(probes, func(q modelspec.Probe) bool { return aimsAt(q, m) }) {
			continue
		}
		spec.timeline = append(spec.timeline, timeline[i])
		spec.moments = append(spec.moments, m)
		spec.types[t.Tensor] = t.Type
	}
	in := &instrumented{specInfo: spec}
	in.findSites()
	model := p.s.file.Model.Clone()
	if err := in.addHooks(model); err != nil {
		return nil, err
	}
	session, err := p.s.build(model, p.set)
	in.session = session
	return in, err
}

// aimsAt reports whether a probe writes at a moment.
func aimsAt(q modelspec.Probe, m schedule.Moment) bool {
	return q.Tensor == m.Tensor && (q.Consumers == nil) == m.Exit && slices.Equal(q.Consumers, m.Consumers)
}

// Probe runs the model with and without writes and compares the outputs, row by row.
func (p *Prober) Probe(ctx context.Context, rows int, probes []modelspec.Probe) ([]float64, error) {
	base, err := p.baseline(ctx, rows)
	if err != nil {
		return nil, err
	}
	in, err := p.all()
	if err != nil { // one point spoils it for all: only those that are asked for
		if in, err = p.hooked(probes); err != nil {
			return nil, err
		}
		defer p.s.dispose(in.session)
	}
	var outputs []string
	for name := range base.outputs {
		outputs = append(outputs, name)
	}
	slices.Sort(outputs)
	hook := func(c *backend.HookCall) error { return p.write(in, c, probes) }
	values, err := p.s.run(ctx, in.session, taken(in.session, base.inputs), outputs, backend.RunOptions{Hook: hook})
	if err != nil {
		return nil, err
	}
	moved := make([]float64, rows)
	for i, name := range outputs {
		p.compare(moved, name, base.outputs[name], values[i])
		values[i].Release()
	}
	return moved, nil
}

// baseline runs the model as it is, once for each number of rows.
func (p *Prober) baseline(ctx context.Context, rows int) (*baseline, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if b, ok := p.started[rows]; ok {
		return b, nil
	}
	raw, err := p.s.raw()
	if err != nil {
		return nil, err
	}
	in, err := p.inputs(p.sizes(int64(rows)))
	if err != nil {
		return nil, err
	}
	b := &baseline{inputs: in, outputs: map[string]Tensor{}}
	var names []string
	for _, o := range p.s.info.Outputs {
		names = append(names, o.Name)
	}
	values, err := p.s.run(ctx, raw, taken(raw, in), names, backend.RunOptions{})
	if err != nil {
		in.release()
		return nil, err
	}
	for i, name := range names {
		b.outputs[name] = values[i]
	}
	p.started[rows] = b
	return b, nil
}

// compare notes, for each row, the largest difference between two versions of an
// output. One without rows counts for all of them.
func (p *Prober) compare(moved []float64, name string, a, b Tensor) {
	shape := a.h.shape
	if !slices.Equal(shape, b.h.shape) {
		for r := range moved {
			moved[r] = math.Inf(1)
		}
		return
	}
	axis, k, rowed := batchAxis(p.typeOf(name).Shape, p.spec.Batch)
	rowed = rowed && axis < len(shape) && shape[axis] == k*int64(len(moved))
	inner := int64(1)
	if rowed {
		inner = elements(shape[axis+1:])
	}
	x, y := numbers(a), numbers(b)
	for i := range x {
		d := math.Abs(x[i] - y[i])
		if x[i] == y[i] || math.IsNaN(x[i]) && math.IsNaN(y[i]) {
			continue
		}
		if !rowed {
			for r := range moved {
				moved[r] = larger(moved[r], d)
			}
			continue
		}
		r := int64(i) / inner % shape[axis] / k
		moved[r] = larger(moved[r], d)
	}
}

// larger keeps a NaN: it says that something was moved.
func larger(a, b float64) float64 {
	if math.IsNaN(a) || math.IsNaN(b) {
		return math.NaN()
	}
	return max(a, b)
}

// numbers reads any tensor as float64.
func numbers(t Tensor) []float64 {
	switch d := t.h.dtype; {
	case d.IsFloat():
		return t.Float64s()
	case d == tensor.Bool:
		out := make([]float64, t.Len())
		for i, b := range t.Bools() {
			if b {
				out[i] = 1
			}
		}
		return out
	case d.IsInt():
		out := make([]float64, t.Len())
		for i, n := range t.Ints() {
			out[i] = float64(n)
		}
		return out
	}
	panic(fault("NN3160", "outputs of %s cannot be compared", t.h.dtype))
}

// write applies the probes at one hook.
func (p *Prober) write(in *instrumented, c *backend.HookCall, probes []modelspec.Probe) error {
	st := in.sites[c.ID]
	for j, name := range st.tensors {
		var here []modelspec.Probe
		for _, q := range probes {
			// Several modules may share a moment's tensor: a probe is carried out once.
			if i := slices.IndexFunc(st.moments, func(i int) bool { return aimsAt(q, in.moments[i]) }); q.Tensor == name && i >= 0 && p.first(in, c.ID, q) {
				here = append(here, q)
			}
		}
		if len(here) == 0 {
			if err := c.PassThrough(j, j); err != nil {
				return err
			}
			continue
		}
		data, err := c.Inputs[j].Bytes()
		if err != nil {
			return err
		}
		own := slices.Clone(data)
		for _, q := range here {
			if q.Identity {
				continue
			}
			if own, err = disturb(own, c.Inputs[j].DType(), c.Inputs[j].Shape(), q); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		if err := c.SetOutput(j, c.Inputs[j].Shape(), own); err != nil {
			return err
		}
	}
	return nil
}

// first reports whether a hook is the first of those at which a probe aims.
func (p *Prober) first(in *instrumented, id int64, q modelspec.Probe) bool {
	for _, st := range in.sites[:id] {
		for _, i := range st.moments {
			if aimsAt(q, in.moments[i]) {
				return false
			}
		}
	}
	return true
}
