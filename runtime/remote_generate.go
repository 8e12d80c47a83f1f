package nn

import (
	"context"
	"errors"
)

// RemoteGeneration is a decode loop over a loaded trace, as whoever holds the
// model carries it out.
type RemoteGeneration struct {
	Settings GenerateSettings
	// Args are the parameters of every step, where Begin is nil; else Begin makes
	// those of each, when the one before it is over.
	Args  []Tensor
	Begin func(step int) ([]Tensor, error)
	// Visits says that the trace runs over decoding steps: everything that leaves
	// a step is handed to Taken, in the order of the plan.
	Visits bool
	// Caches says that the tensors of the trace's caches are.
	Caches bool
	// Taken is called after each step, nil where nobody wants to know; the tensors
	// are the callee's. A step that a stop ends is taken in a trace over steps alone.
	Taken func(step int, taps []Tensor) error
	// OnToken is that of GenerateOption: false ends the loop. It may be nil.
	OnToken func(step int, ids []int64) bool
}

// GenerateAs carries out a decode loop that another process asked for: it is for
// servers.
func (c *Compiled) GenerateAs(ctx context.Context, ins []InvokeInputs, g RemoteGeneration) ([][]int64, error) {
	if g.Begin == nil {
		g.Begin = func(int) ([]Tensor, error) { return g.Args, nil }
	}
	if g.Taken == nil {
		g.Taken = func(_ int, taps []Tensor) error {
			releaseAll(taps)
			return nil
		}
	}
	opts := []GenerateOption{WithSettings(g.Settings), OnToken(g.OnToken)}
	if g.Visits {
		return c.GenerateVisits(ctx, ins, Visits{
			Last: -1,
			Begin: func(step, _ int) ([]Tensor, error) {
				if step < 0 { // behind the last step: the caller's own business
					return nil, nil
				}
				return g.Begin(step)
			},
			After: func(step, _ int, taps *Taps) error {
				if step < 0 {
					return nil
				}
				return g.Taken(step, taps.list)
			},
		}, opts...)
	}
	step := -1
	opts = append(opts, func(o *generation) {
		o.every, o.taken = g.Caches, func(taps []Tensor) error { return g.Taken(step, taps) }
	})
	return c.generate(ctx, nil, nil, ins, func() ([]Tensor, error) {
		step++
		return g.Begin(step)
	}, opts)
}

// generateRemote generates where the model is. d are calls that are deferred to
// the end of each step.
func (c *Compiled) generateRemote(ctx context.Context, d *Defers, ins []InvokeInputs, begin func() ([]Tensor, error), kept *keeping, opts []GenerateOption) ([][]int64, error) {
	o, err := newGeneration(opts)
	if err != nil {
		return nil, err
	}
	g := RemoteGeneration{Settings: o.GenerateSettings, OnToken: o.onToken}
	if len(kept.list) > 0 {
		g.Caches = true
		g.Taken = func(_ int, taps []Tensor) error {
			out, err := kept.pickCaches(c, taps)
			if err == nil {
				kept.take(c, out)
			}
			return err
		}
	}
	if d != nil {
		return c.generateDeferring(ctx, d, ins, begin, g)
	}
	if g.Args, err = begin(); err != nil {
		return nil, err
	}
	ids, err := c.s.remote.Generate(ctx, c.remoteID, ins, g)
	return ids, c.told(err)
}

// generateDeferring makes the parameters of each step anew, and the calls that
// they defer when the step is over, however that ends.
func (c *Compiled) generateDeferring(ctx context.Context, d *Defers, ins []InvokeInputs, begin func() ([]Tensor, error), g RemoteGeneration) ([][]int64, error) {
	open := false
	end := func(failed error) error {
		open = false
		err := d.Run(0, func() error { return failed })
		if err == nil && failed != nil {
			e := fault("NN3163", "a deferred call of %s recovered from a panic, which ended the decoding step: it has no logits to go on with: %v", c.plan.Name, failed)
			e.Hint = "recover in a helper that the panicking code is called by, or let the panic end Generate"
			return e
		}
		return err
	}
	var own error // of Go in this process: it is told as it is
	g.Begin = func(int) ([]Tensor, error) {
		d.list, open = d.list[:0], true
		args, err := begin()
		if err != nil {
			own = end(err)
			return nil, errors.Join(err, own)
		}
		return args, nil
	}
	take := g.Taken
	g.Taken = func(step int, taps []Tensor) error {
		if take != nil {
			if err := take(step, taps); err != nil {
				return err
			}
		}
		own = end(nil)
		return own
	}
	ids, err := c.s.remote.Generate(ctx, c.remoteID, ins, g)
	err = c.told(err)
	if open {
		if ended := end(err); ended != nil || err != nil {
			return ids, ended
		}
	}
	if own != nil {
		return nil, own
	}
	return ids, err
}
