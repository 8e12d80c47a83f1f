package nn

import (
	"context"
	"runtime"
)

// InterpretGenerate interprets f over a decode loop on one invoke. Where f names
// visits (Iter, All, Next) it is called once and goes on from step to step; else
// it is called at every step, as if all of it stood in a loop over All.
func InterpretGenerate[M any](ctx context.Context, s *Session, in InvokeInputs, f func(m *M) error, opts ...GenerateOption) ([][]int64, error) {
	t := &Trace{s: s, ctx: ctx}
	t.add(in, bodyOf(f))
	return t.generate(opts)
}

// InterpretTraceGenerate is InterpretTrace over a decode loop: t.Run generates.
// It gives prompt and new tokens of each row, in the order of the invokes.
func InterpretTraceGenerate(ctx context.Context, s *Session, f func(t *Trace) error, opts ...GenerateOption) ([][]int64, error) {
	t := &Trace{s: s, ctx: ctx, generates: true, opts: opts}
	err := t.interpret(f)
	return t.ids, err
}

// generate is run over a decode loop. What the context ends keeps its tokens.
func (t *Trace) generate(opts []GenerateOption) (ids [][]int64, err error) {
	t.ran = true
	if err := t.s.enter(); err != nil {
		return nil, err
	}
	defer t.s.leave()
	if err := t.s.local("Interpret"); err != nil {
		return nil, err
	}
	if t.loop, err = t.s.newDecoding(t.inputs(), opts); err != nil {
		return nil, err
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var r *liveRun
	defer func() {
		if r != nil {
			r.close()
		}
	}()
	ids, err = t.loop.run(t.ctx, func(i int, b *batch) ([]Tensor, error) {
		if r, err = t.beginStep(r, i, b); err != nil {
			return nil, err
		}
		out, err := r.forward(t.loop.outputs(i))
		if err == nil && !t.explicit {
			err = r.finish()
			r.close()
			r = nil
		}
		if err != nil {
			releaseAll(out)
			return nil, err
		}
		return out, nil
	})
	if err == nil && r != nil {
		err = r.finish()
	}
	if err == nil {
		t.finished()
	}
	return ids, err
}

// beginStep takes the invokes to step i: those that name visits go on, others
// begin anew.
func (t *Trace) beginStep(r *liveRun, i int, b *batch) (*liveRun, error) {
	t.again()
	if t.s = t.loop.s.at(i); r != nil && r.s != t.s {
		if err := r.goOn(t.s); err != nil {
			return r, err
		}
	}
	if r != nil {
		return r, r.begin(i, b)
	}
	for k, v := range t.invokes {
		t.invokes[k] = &invoke{t: t, index: v.index, inputs: v.inputs, body: v.body}
	}
	r, err := t.newRun(b, i, t.loop.g.MaxNewTokens)
	if err != nil {
		return nil, err
	}
	return r, r.start()
}

// inLaterModel reports whether the run is of the model of later steps, which may
// lack modules that the accessors have.
func (t *Trace) inLaterModel() bool { return t.loop != nil && t.s != t.loop.s }

// begin goes on with the next step of a decode loop.
func (r *liveRun) begin(step int, b *batch) error {
	r.releaseKept()
	r.step, r.batch, r.lost = step, b, nil
	releaseAll(r.extra)
	r.extra = nil
	r.again.from, r.again.log = 0, nil
	r.s.back.OnThread(func() { r.err = r.sched.Begin(step) })
	if r.err == nil {
		r.err = r.enterModules()
	}
	return r.fail(r.err)
}
