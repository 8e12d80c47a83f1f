package nn

import (
	"context"
	"errors"

	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/runtime/backend"
)

// feeds puts together what a program takes: inputs, arguments, row bounds. The
// second result is the one tensor that was made for it.
func (c *Compiled) feeds(p *program, b *batch, args []Tensor) (map[string]Tensor, Tensor) {
	in := make(map[string]Tensor, len(b.inputs)+len(args)+1)
	for name, t := range b.inputs {
		if p.takes[name] {
			in[name] = t
		}
	}
	for i, name := range c.argNames {
		if p.takes[name] {
			in[name] = args[i]
		}
	}
	var rows Tensor
	if p.takes[plan.RowBounds] {
		rows = b.bounds()
		in[plan.RowBounds] = rows
	}
	b.fed(p.takes, in)
	return in, rows
}

// Run runs the trace. ins has the inputs of each invoke of the plan (nil for one
// without), args the plan's parameters in their order. Every tap is set, also
// those from behind a stop that a parameter decides: a server sends them all.
func (c *Compiled) Run(ctx context.Context, ins []InvokeInputs, args []Tensor) (*Taps, error) {
	taps := &Taps{list: make([]Tensor, len(c.plan.Taps))}
	into := make([]*Tensor, len(taps.list))
	for i := range into {
		into[i] = &taps.list[i]
	}
	return taps, c.runInto(ctx, nil, ins, args, into)
}

// RunInto is Run that writes results into tensors that the caller has. into[i]
// is for tap i: nil drops it; one that is not set, or does not fit, is replaced.
func (c *Compiled) RunInto(ctx context.Context, ins []InvokeInputs, args []Tensor, into ...*Tensor) error {
	if e := c.stopsEarly(ctx, args); e != nil {
		return c.runEarly(ctx, e, ins, args, into)
	}
	return c.runInto(ctx, nil, ins, args, into)
}

func (c *Compiled) runInto(ctx context.Context, r *stepRun, ins []InvokeInputs, args []Tensor, into []*Tensor) error {
	if err := c.s.enter(); err != nil {
		return err
	}
	defer c.s.leave()
	if is, err := c.scanned(ctx, ins, args); is {
		return err
	}
	if c.s.remote != nil {
		return c.runRemote(ctx, ins, args, into)
	}
	if len(c.plan.Choices)+len(c.plan.Orders) > 0 {
		if err := c.checkChoices(args); err != nil {
			return outside(err)
		}
	}
	if v := c.last.Load(); v != nil && v.matches(ins, args) {
		return c.runAgain(ctx, r, v, ins[0], args, into)
	}
	if len(ins) != len(c.plan.Invokes) {
		return misuse("NN3131", "%s has %d invokes, inputs given for %d", c.plan.Name, len(c.plan.Invokes), len(ins))
	}
	b, err := c.s.info.join(ins)
	if err != nil {
		return outside(err)
	}
	defer b.release()
	types, err := c.checkRun(b, args)
	if err != nil || c.main == nil {
		return outside(err)
	}
	if !types.passing {
		c.remember(ins, b, args, types)
	}
	in, rows := c.feeds(c.main, b, args)
	defer rows.Release()
	l := lendings.Get().(*lending)
	defer l.done()
	for name, t := range in {
		if err := l.add(c.s.back, name, t); err != nil {
			return err
		}
	}
	return c.finish(ctx, r, l, types, args, into)
}

// failed says of which trace a run failed.
func (c *Compiled) failed(ctx context.Context, err error) error {
	if u := (userError{}); errors.As(err, &u) {
		return u.error
	}
	if file, line, text, ok := opFailure(err); ok && line > 0 {
		return c.atLine("NN3114", file, line, "%v", &operationError{text, err})
	}
	return notRun(ctx, c.plan.Name, err)
}

// lendToWrite is borrow for a value that a run writes to.
func (h *handle) lendToWrite(b backend.Backend) (backend.Value, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.released || h.borrowed > 0 || h.value == nil || h.owner != b || !h.value.OnHost() {
		return nil, false
	}
	h.borrowed++
	return h.value, true
}

// Taps are the values that left a run.
type Taps struct {
	list   []Tensor
	result func(invoke int) Tensor // of a run over decoding steps that is over
	// stopped: there is none, the trace stopped the run.
	stopped bool
}

// Len is the number of taps.
func (t *Taps) Len() int { return len(t.list) }

// Tensor gives tap i, in the order of Plan.Taps. It belongs to the caller.
func (t *Taps) Tensor(i int) Tensor { return t.list[i] }

// Release frees all of them.
func (t *Taps) Release() {
	for _, x := range t.list {
		x.Release()
	}
}
