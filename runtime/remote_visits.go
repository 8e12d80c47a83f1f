package nn

import "context"

// RemoteRun is a run of a loaded trace, as whoever holds the model carries it out.
type RemoteRun struct {
	Args []Tensor
	// Visits says that the trace runs over decoding steps: this is the first, and
	// the only one. Result then asks for the run's result too, behind the taps; it
	// is not there where the trace stopped the run.
	Visits, Result bool
}

// RunAs carries out the run of a trace over decoding steps that another process
// asked for: it is for servers. It gives the taps, then the result if that was
// asked for and there is one.
func (c *Compiled) RunAs(ctx context.Context, ins []InvokeInputs, r RemoteRun) ([]Tensor, error) {
	var out []Tensor
	err := c.RunVisits(ctx, ins, Visits{
		Last: -1, Result: r.Result,
		Begin: func(int, int) ([]Tensor, error) { return r.Args, nil },
		After: func(step, _ int, taps *Taps) error {
			if step == 0 {
				out = taps.list
			} else if r.Result && !taps.stopped {
				out = append(out, taps.Result(-1))
			}
			return nil
		},
	})
	if err != nil {
		releaseAll(out)
		return nil, err
	}
	return out, nil
}

// runVisitsRemote runs a trace over decoding steps on one step.
func (c *Compiled) runVisitsRemote(ctx context.Context, ins []InvokeInputs, v Visits) error {
	n, err := c.newVisiting(v)
	if err != nil {
		return err
	}
	defer n.r.done()
	args, err := v.Begin(0, 1)
	if err != nil {
		return err
	}
	var got []Tensor
	err = c.s.remote.Run(ctx, c.remoteID, ins, RemoteRun{Args: args, Visits: true, Result: v.Result}, func(i int, t Tensor) error {
		if i != len(got) {
			return misuse("NN3171", "%s: the server sent result %d where %d was to come", c.plan.Name, i, len(got))
		}
		got = append(got, t)
		return nil
	})
	if err != nil {
		return c.told(err)
	}
	whole := Tensor{}
	if v.Result && len(got) == len(c.plan.Taps)+1 {
		whole, got = got[len(got)-1], got[:len(got)-1]
	}
	n.stopped = v.Result && whole.IsZero()
	if err := n.taken(0, 1, got); err != nil {
		return err
	}
	rows, err := c.rowBounds(ins, v.Result)
	if err != nil {
		return err
	}
	return n.over(func(invoke int) Tensor { return c.s.info.resultRows(whole, rows, invoke) })
}

// taken is what follows a step that ran elsewhere, from which taps came.
func (n *visiting) taken(step, steps int, taps []Tensor) error {
	if len(taps) != len(n.c.plan.Taps) {
		return misuse("NN3171", "%s: the server sent %d results of a step, not %d", n.c.plan.Name, len(taps), len(n.c.plan.Taps))
	}
	n.steps, n.last = step+1, &Taps{list: taps}
	n.cache(n.c)
	return n.v.After(step, steps, n.last)
}

// rowBounds tells which rows are whose, where that is needed.
func (c *Compiled) rowBounds(ins []InvokeInputs, needed bool) ([]int64, error) {
	if !needed {
		return nil, nil
	}
	b, err := c.s.info.join(ins)
	if err != nil {
		return nil, err
	}
	defer b.release()
	return b.rows, nil
}

// generateVisitsRemote runs a trace over the steps of a decode loop where the
// model is; the Go around the steps runs here.
func (c *Compiled) generateVisitsRemote(ctx context.Context, ins []InvokeInputs, v Visits, opts []GenerateOption) ([][]int64, error) {
	o, err := newGeneration(opts)
	if err != nil {
		return nil, err
	}
	most := o.MaxNewTokens
	rows, err := c.rowBounds(ins, v.Result)
	if err != nil {
		return nil, err
	}
	n, err := c.newVisiting(v)
	if err != nil {
		return nil, err
	}
	defer n.r.done()
	told := -1 // the last step of which there is a token: one without was stopped
	ids, err := c.s.remote.Generate(ctx, c.remoteID, ins, RemoteGeneration{
		Settings: o.GenerateSettings, Visits: true,
		Begin: func(step int) ([]Tensor, error) { return v.Begin(step, most) },
		Taken: func(step int, taps []Tensor) error { return n.taken(step, most, taps) },
		OnToken: func(step int, ids []int64) bool {
			told = step
			return o.onToken == nil || o.onToken(step, ids)
		},
	})
	if err != nil || n.steps == 0 {
		return ids, c.told(err)
	}
	n.stopped = told < n.steps-1
	return ids, n.over(func(invoke int) Tensor { return idsRows(ids, rows, invoke) })
}
