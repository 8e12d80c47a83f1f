package nn

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/tensor"
)

// early is a trace as it runs where a parameter stops it: with the results that
// such a run has, so that nothing behind the stop is in its graph. It is made
// when a run first stops there; weights are shared as between all traces.
type early struct {
	once sync.Once
	c    *Compiled
	err  error
	taps []int // of the trace that it has
}

// earlyStops are the places where c may end before the run by what it is given.
// A trace whose Go runs in mid-run, that keeps caches or whose operations may end
// the run has none: what of that comes ahead of the stop is still to happen.
func (c *Compiled) earlyStops() []*early {
	p := c.plan
	if len(c.hooks) > 0 || len(p.Caches) > 0 || mayEnd(p.Nodes) {
		return nil
	}
	var out []*early
	for _, s := range p.Stops {
		var e *early
		if s.When != nil && s.When.Kind == plan.Arg && len(s.Drops) > 0 {
			e = &early{}
			for i := range p.Taps {
				if !slices.Contains(s.Drops, i) {
					e.taps = append(e.taps, i)
				}
			}
		}
		out = append(out, e)
	}
	return out
}

// stopsEarly finds the stop that what a run is given makes it come to.
func (c *Compiled) stopsEarly(ctx context.Context, args []Tensor) *early {
	if len(c.early) == 0 || c.s.remote != nil || ctx.Value(scanKey{}) != nil {
		return nil
	}
	for i, e := range c.early {
		if e == nil {
			continue
		}
		if t, ok := c.argOf(args, c.plan.Stops[i].When.Name); ok && t.h.dtype == tensor.Bool && t.Len() == 1 && t.Bool() {
			return e
		}
	}
	return nil
}

// runEarly runs what comes ahead of a stop; results from behind it are no tensors.
func (c *Compiled) runEarly(ctx context.Context, e *early, ins []InvokeInputs, args []Tensor, into []*Tensor) error {
	e.once.Do(func() { e.c, e.err = c.shortened(e.taps) })
	if e.err != nil {
		return e.err
	}
	kept := make([]*Tensor, len(e.taps))
	for i, to := range into {
		if k := slices.Index(e.taps, i); k >= 0 {
			kept[k] = to
		} else if to != nil {
			*to = Tensor{}
		}
	}
	return e.c.runInto(ctx, nil, ins, args, kept)
}

// shortened compiles the trace for some of its results alone.
func (c *Compiled) shortened(taps []int) (*Compiled, error) {
	p := *c.plan
	p.Taps, p.Stops = nil, nil
	for _, i := range taps {
		p.Taps = append(p.Taps, c.plan.Taps[i])
	}
	short, err := c.s.compile(&p, false, false, c.opts)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, errors.Join(fmt.Errorf("the compiled trace %s is closed", c.plan.Name), short.Close())
	}
	c.others = append(c.others, short)
	return short, nil
}
