package nn

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/nngen-go/nngen/internal/schedule"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
	"github.com/nngen-go/nngen/runtime/backend"
)

// hooked builds the model with hooks at those moments that the probes write; nil
// probes: at all of them.
func (p *Prober) hooked(timeline []modelspec.Moment, probes []modelspec.Probe) (*instrumented, error) {
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
	in := &instrumented{specInfo: spec, inner: true}
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
	moved := make([]float64, rows)
	err := p.probe(ctx, rows, probes, func(name string, a, b Tensor) {
		at, _ := p.spec.RowsOf(p.typeOf(name), p.orderOf(name))
		compare(moved, at, a, b)
	})
	return moved, err
}

// ProbeOutput is Probe with the differences in one output, read as if it held its
// rows so.
func (p *Prober) ProbeOutput(ctx context.Context, rows int, probes []modelspec.Probe, output string, at modelspec.Rows) ([]float64, error) {
	moved := make([]float64, rows)
	err := p.probe(ctx, rows, probes, func(name string, a, b Tensor) {
		if name == output {
			compare(moved, at, a, b)
		}
	})
	return moved, err
}

// orderOf is the order in which the spec says that an output holds its rows; those
// that it does not know are taken to lie together.
func (p *Prober) orderOf(name string) modelspec.Order {
	for _, v := range p.spec.Outputs {
		if v.Name == name && v.Rows != modelspec.OrderUnknown {
			return v.Rows
		}
	}
	if axis, _, ok := batchAxis(p.typeOf(name).Shape, p.spec.Batch); ok && axis >= 0 {
		return modelspec.OrderOuter
	}
	return modelspec.OrderUnknown
}

// probe runs the model with and without writes and hands on each output.
func (p *Prober) probe(ctx context.Context, rows int, probes []modelspec.Probe, each func(name string, a, b Tensor)) error {
	base, err := p.baseline(ctx, rows)
	if err != nil {
		return err
	}
	all := p.all
	if len(probes) > 0 && probes[0].Inside {
		all = p.inner
	}
	in, err := all()
	if err != nil { // one point spoils it for all: only those that are asked for
		if in, err = p.hooked(p.spec.SourceTimeline(), probes); err != nil {
			return err
		}
		defer p.s.dispose(in.session)
	}
	var outputs []string
	for name := range base.outputs {
		outputs = append(outputs, name)
	}
	slices.Sort(outputs)
	hook := func(c *backend.HookCall) error { return p.write(in, c, probes, rows) }
	values, err := p.s.run(ctx, in.session, taken(in.session, base.inputs), outputs, backend.RunOptions{Hook: hook})
	if err != nil {
		return err
	}
	for i, name := range outputs {
		each(name, base.outputs[name], values[i])
		values[i].Release()
	}
	return nil
}

// baseline runs the model as it is, once for each number of rows.
func (p *Prober) baseline(ctx context.Context, rows int) (*baseline, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if b, ok := p.started[rows]; ok {
		return b, nil
	}
	b, err := p.runRaw(ctx, rows)
	if err != nil && ctx.Err() == nil && !p.emptied && p.hasPast() {
		// Fused attention may take several tokens only where the cache is empty.
		p.emptied = true
		if b, again := p.runRaw(ctx, rows); again == nil {
			p.started[rows] = b
			return b, nil
		}
		p.emptied = false
	}
	if err != nil {
		return nil, err
	}
	p.started[rows] = b
	return b, nil
}

// runRaw runs the model as it is on made-up inputs.
func (p *Prober) runRaw(ctx context.Context, rows int) (*baseline, error) {
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
	return b, nil
}

// compare notes, for each row, the largest difference between two versions of an
// output. One without rows counts for all of them.
func compare(moved []float64, at modelspec.Rows, a, b Tensor) {
	shape, rows := a.h.shape, int64(len(moved))
	if !slices.Equal(shape, b.h.shape) {
		for r := range moved {
			moved[r] = math.Inf(1)
		}
		return
	}
	stride, err := int64(0), error(nil)
	if at.Axis >= 0 {
		stride, err = rowStride(shape, at, rows)
	}
	rowed := at.Axis >= 0 && err == nil
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
		r := int64(i) / stride % rows
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
func (p *Prober) write(in *instrumented, c *backend.HookCall, probes []modelspec.Probe, rows int) error {
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
			if own, err = disturb(own, c.Inputs[j].DType(), c.Inputs[j].Shape(), q, rows); err != nil {
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
