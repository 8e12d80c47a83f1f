package nn

import (
	"context"
	"slices"

	"github.com/nngen-go/nngen/modelspec"
	"github.com/nngen-go/nngen/runtime/backend"
)

// visiting is one run of a trace over decoding steps.
type visiting struct {
	c       *Compiled
	v       Visits
	r       *stepRun
	last    *Taps // of the latest step
	steps   int   // that there were so far
	stopped bool  // the trace ended the run
}

// newVisiting begins a run: its caches begin anew.
func (c *Compiled) newVisiting(v Visits) (*visiting, error) {
	for _, x := range v.Caches {
		if err := x.data().begin(c); err != nil {
			return nil, err
		}
	}
	return &visiting{c: c, v: v, r: newStepRun(c, v.Frame), last: &Taps{}}, nil
}

// over carries out what follows the last step. result gives the rows of an
// invoke, or all of them, of what the run gave.
func (n *visiting) over(result func(invoke int) Tensor) error {
	taps := &Taps{list: n.last.list, result: result}
	if taps.stopped = n.stopped; n.stopped {
		taps.result = func(int) Tensor {
			e := misuse("NN3104", "model.result was not reached: invoke 0 stopped the run")
			e.Hint = "use the point before the run is stopped"
			panic(e)
		}
	}
	if _, err := n.v.Begin(-1, n.steps); err != nil {
		return err
	}
	return n.v.After(-1, n.steps, taps)
}

// visit runs one step, of c's model, and gives the outputs of the model: none
// where the trace stops.
func (n *visiting) visit(ctx context.Context, c *Compiled, p *program, b *batch, step, steps int) ([]Tensor, error) {
	r := n.r.of(c)
	args, err := n.v.Begin(step, steps)
	if err != nil {
		return nil, err
	}
	if len(c.plan.Choices)+len(c.plan.Orders) > 0 {
		if err := c.checkChoices(args); err != nil {
			return nil, err
		}
	}
	types, err := c.checkRun(b, args)
	if err != nil {
		return nil, err
	}
	n.steps, n.last = step+1, &Taps{}
	if p == nil { // the trace does nothing to the model and takes nothing from it
		return nil, n.v.After(step, steps, n.last)
	}
	feed, rows := c.feeds(p, b, args)
	defer rows.Release()
	model := p.outputs[:len(p.outputs)-len(c.plan.Taps)-c.stopsAsked()]
	names, err := c.outputsOf(p.outputs, len(model), args)
	if err != nil {
		return nil, err
	}
	o := backend.RunOptions{KeepOnDevice: c.keptInVisit(names, len(model))}
	fetched := n.fetched(names, len(model), step, steps)
	if len(c.hooks) > 0 {
		r.options(&o, types)
	}
	out, err := c.s.run(ctx, p.session, feed, fetched.names, o)
	switch {
	case r.stopped:
		releaseAll(out)
		n.stopped, out = true, []Tensor{}
		n.last.list = r.given()
	case err != nil:
		return nil, c.failed(ctx, err)
	default:
		out = fetched.spread(out, len(names))
		at := len(model) + len(c.plan.Taps)
		n.last.list = out[len(model):at:at]
		if n.stopped = c.stops(out[at:]); n.stopped {
			releaseAll(out[:len(model)])
			out = out[:0]
		} else {
			out = out[:len(model)]
		}
	}
	n.cache(c)
	return out, n.v.After(step, steps, n.last)
}

// fetch is what a step takes out of its run: some of the outputs.
type fetch struct {
	names []string
	at    []int // their places among all, nil: all of them
}

// fetched leaves out what no code of the step looks at.
func (n *visiting) fetched(names []string, model, step, steps int) fetch {
	if n.v.Wants == nil {
		return fetch{names: names}
	}
	var f fetch
	for i, name := range names {
		if tap := i - model; tap >= 0 && tap < len(n.c.plan.Taps) && !n.v.Wants(step, steps, tap) {
			continue
		}
		f.names, f.at = append(f.names, name), append(f.at, i)
	}
	if len(f.names) == 0 { // a run gives something
		return fetch{names: names}
	}
	return f
}

// spread puts what a run gave in its places.
func (f fetch) spread(out []Tensor, all int) []Tensor {
	if f.at == nil {
		return out
	}
	list := make([]Tensor, all)
	for i, at := range f.at {
		list[at] = out[i]
	}
	return list
}

// keptInVisit says which outputs of a step stay where they are computed: what
// the next step goes on with, and caches that want it.
func (c *Compiled) keptInVisit(names []string, model int) map[string]bool {
	keep := map[string]bool{}
	for i, name := range names {
		if k := c.plan.CacheAt(i - model); i >= model && k != nil {
			keep[name] = k.Device
			continue
		}
		keep[name] = i > 0 && i < model
	}
	return keep
}

// cache adds what a step gave to the run's caches.
func (n *visiting) cache(c *Compiled) {
	for _, x := range n.v.Caches {
		data := x.data()
		k := c.plan.Caches[data.number]
		data.add(k, n.last.list[k.First:k.First+k.Count])
	}
}

// stopsAsked counts the conditions of stops that a step gives.
func (c *Compiled) stopsAsked() int {
	n := 0
	for _, s := range c.plan.Stops {
		if s.When != nil {
			n++
		}
	}
	return n
}

// stops reports whether the trace ends the run, by the conditions that a step gave.
func (c *Compiled) stops(when []Tensor) bool {
	stopped := len(when) < len(c.plan.Stops) // one has no condition
	for _, t := range when {
		stopped = stopped || t.Bool()
		t.Release()
	}
	return stopped
}

// given is what left a run that a step of mid-run ended, in the order of the taps.
func (r *stepRun) given() []Tensor {
	out := make([]Tensor, len(r.c.plan.Taps))
	into := make([]*Tensor, len(out))
	for i := range out {
		into[i] = &out[i]
	}
	r.deliver(into)
	return out
}

// Result is what the run of a trace over steps gave, the rows of an invoke, -1
// for all: the ids of a generation, the model's first output of one step.
func (t *Taps) Result(invoke int) Tensor { return t.result(invoke) }

// idsRows is the ids of an invoke's rows.
func idsRows(ids [][]int64, rows []int64, invoke int) Tensor {
	return resultRows(idsTensor(ids), modelspec.Rows{Axis: 0, Order: modelspec.OrderOuter}, rows, invoke)
}

// resultRows is an invoke's rows of the result of one step, the caller's own.
func (m *ModelInfo) resultRows(t Tensor, rows []int64, invoke int) Tensor {
	i := slices.IndexFunc(m.Outputs, func(o OutputInfo) bool { return o.Name == m.resultOutput()[0] })
	at, _ := modelspec.RowsOf(m.Outputs[i].typ(), m.Batch, m.Outputs[i].Rows)
	return resultRows(t, at, rows, invoke)
}

func resultRows(t Tensor, at modelspec.Rows, rows []int64, invoke int) Tensor {
	if invoke < 0 || at.Axis < 0 {
		return hostTensor(t.h.dtype, slices.Clone(t.h.shape), slices.Clone(t.Bytes()))
	}
	out, err := cutRows(t, at, rows[len(rows)-1], rows[invoke], rows[invoke+1])
	if err != nil {
		panic(misuse("NN3150", "model.result cannot be read for the rows of one invoke: %v", err))
	}
	return out
}

// resultOutput names the output that is the result of a run: the first that is
// no cache, as [modelspec.Spec.Result] finds it.
func (m *ModelInfo) resultOutput() []string {
	for _, want := range []func(Role) bool{
		func(r Role) bool { return r == modelspec.RoleOutput },
		func(r Role) bool { return r != modelspec.RolePresent },
	} {
		for _, o := range m.Outputs {
			if want(o.Role) {
				return []string{o.Name}
			}
		}
	}
	return nil
}
