package nn

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/schedule"
	"github.com/nngen-go/nngen/runtime/backend"
)

// hook serves the moments of one site.
func (r *liveRun) hook(c *backend.HookCall, needed bool) error {
	if err := r.t.ctx.Err(); err != nil {
		return err
	}
	if c.ID < 0 || c.ID >= int64(len(r.in.sites)) {
		return fmt.Errorf("no point belongs to hook %d", c.ID)
	}
	st := r.in.sites[c.ID]
	clear(r.live)
	now := make([]Tensor, len(st.tensors)) // what the model goes on with, where it was asked for
	for j, name := range st.tensors {
		r.live[name] = c.Inputs[j]
		if st.keep[j] && r.kept[name].h == nil {
			if err := r.keep(name, c.Inputs[j]); err != nil {
				return err
			}
		}
	}
	written := make([]bool, len(st.tensors))
	for _, m := range st.moments {
		if err := r.serve(m, st, now, written); err != nil {
			r.err = err
			return err
		}
		if r.outside() {
			r.again.from = m + 1
			return errInner
		}
	}
	for j := range st.tensors {
		if err := r.put(c, j, now[j], written[j]); err != nil {
			return err
		}
	}
	if r.sched.Stopped() || !needed && r.sched.Idle() && !r.sched.Watching() && !r.sched.Replacing() {
		return errDone
	}
	return nil
}

// serve serves one moment.
func (r *liveRun) serve(m int, st site, now []Tensor, written []bool) error {
	j := 0
	for st.tensors[j] != r.in.moments[m].Tensor {
		j++
	}
	if m < r.again.from {
		now[j], written[j] = r.again.at(m, now[j], written[j])
		return nil
	}
	base := func() (Tensor, error) {
		if err := r.isLost(st.tensors[j]); err != nil {
			return Tensor{}, err
		}
		if now[j].h == nil {
			t, err := r.copyOf(r.live[st.tensors[j]])
			if err != nil {
				return t, err
			}
			now[j] = t
			r.hold(t)
		}
		return now[j], nil
	}
	out, changed, err := r.sched.Serve(schedule.At{Step: r.step, Moment: m}, base)
	if err != nil {
		return err
	}
	if changed {
		now[j], written[j] = out, true
		r.note(m, out)
	}
	return nil
}

// put hands a tensor on to the model.
func (r *liveRun) put(c *backend.HookCall, j int, t Tensor, written bool) error {
	if !written {
		return c.PassThrough(j, j)
	}
	var err error
	t.read("a point's new value", func(b []byte) { err = c.SetOutput(j, t.h.shape, b) })
	return err
}

// copyOf copies a value out of a hook: views end with it.
func (r *liveRun) copyOf(v backend.Value) (Tensor, error) {
	host, err := v.ToHost()
	if err != nil {
		return Tensor{}, err
	}
	if host != v {
		return valueTensor(r.s.back, host), nil
	}
	b, err := v.Bytes()
	if err != nil {
		return Tensor{}, err
	}
	own, err := r.s.back.NewValue(v.DType(), v.Shape(), b)
	if err != nil {
		return Tensor{}, err
	}
	return valueTensor(r.s.back, own), nil
}

// keep holds a side input of modules for calls that come later in the run.
func (r *liveRun) keep(name string, v backend.Value) error {
	t, err := r.copyOf(v)
	if err != nil {
		return err
	}
	r.kept[name] = t
	return nil
}
