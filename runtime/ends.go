package nn

import (
	"slices"

	"github.com/nngen-go/nngen/internal/schedule"
	"github.com/nngen-go/nngen/internal/tensor"
)

// StopRun ends the run for every invoke when the point in work is over: who
// waits there is still served, what comes after is not computed. The invoke goes
// on, so that it can return what it has, but reaches no point any more. In a
// generation no further token is made. Generated accessors have it as m.Stop.
func StopRun(e *Envoy) { e.of().tree.v.stopRun() }

// Stop ends the run from within an invoke; see StopRun.
func (t *Trace) Stop() {
	v := t.running
	if v == nil {
		panic(misuse("NN3152", "Stop was called outside of an invoke"))
	}
	v.stopRun()
}

func (v *invoke) stopRun() {
	v.request(schedule.Request[Tensor]{Kind: schedule.Stop, Pos: userLine()})
}

// ResultOf waits for the end of the run and gives its result, the rows of this
// invoke: the model's first output. In a generation whose trace names visits
// (Iter, All, Next) it is the token ids [rows, tokens], prompts included, Ended
// behind those of rows that are shorter; else that of each step. Generated
// accessors have it as m.Result.
func ResultOf(e *Envoy) Tensor {
	v := e.of().tree.v
	if err := v.usable(); err != nil {
		panic(err)
	}
	return v.request(schedule.Request[Tensor]{Kind: schedule.Value, At: v.run.resultAt(), Pos: userLine()})
}

// generates reports whether the run is a whole generation.
func (r *liveRun) generates() bool { return r.t.loop != nil && r.t.explicit }

// resultAt is where the run's result is.
func (r *liveRun) resultAt() schedule.At {
	at := schedule.At{Step: r.step, Moment: len(r.in.moments) - 1}
	if r.generates() {
		at.Step = r.steps - 1
	}
	return at
}

// conclude hands the result to those who wait for it.
func (r *liveRun) conclude() error {
	if r.sched.Stopped() {
		return nil
	}
	r.s.back.OnThread(func() { r.err = r.sched.Conclude(r.resultAt(), r.whole) })
	return r.fail(r.err)
}

// whole is the result over all rows, the caller's own.
func (r *liveRun) whole() (Tensor, error) {
	if r.generates() {
		return idsTensor(r.t.loop.d.rows), nil
	}
	if err := r.isLost(r.in.result); err != nil {
		return Tensor{}, err
	}
	if r.t.scans {
		return outlineTensor("the result", r.resultType())
	}
	return hostTensor(r.result.h.dtype, slices.Clone(r.result.h.shape), r.result.Bytes()), nil
}

// idsTensor joins rows of ids, the shorter ones filled up behind.
func idsTensor(rows [][]int64) Tensor {
	width := 0
	for _, r := range rows {
		width = max(width, len(r))
	}
	filled := make([][]int64, len(rows))
	for i, r := range rows {
		filled[i] = append(slices.Clone(r), slices.Repeat([]int64{Ended}, width-len(r))...)
	}
	return joinRows(tensor.Int64, filled, width)
}

// stoppedTap names the conditions of stops among what a step gives.
const stoppedTap = "nngen.stopped"

// stopTaps are the conditions of a trace's stops, which a decoding step gives
// behind the model's outputs.
func (c *Compiled) stopTaps() []Tap {
	var out []Tap
	for _, s := range c.plan.Stops {
		if s.When != nil {
			out = append(out, Tap{Name: stoppedTap, Value: *s.When, Line: s.Line})
		}
	}
	return out
}

// goesOn gives the outputs of a decoding step that the trace did not stop, an
// empty list where it did.
func (c *Compiled) goesOn(out []Tensor) []Tensor {
	n := len(out) - c.stopsAsked()
	if c.stops(out[n:]) {
		releaseAll(out[:n])
		return []Tensor{}
	}
	return out[:n]
}

// collect copies what a run has given by the step that ends it. The outputs of a
// run that was ended are not relied on.
func (r *stepRun) collect(s *Step) {
	r.collected = map[int]Tensor{}
	first := len(s.call.Inputs) - len(s.node.collect)
	if s.node.gate {
		first--
	}
	for j, tap := range s.node.collect {
		r.collected[int(tap)] = s.Tensor(first + j)
	}
}

// deliver puts what was collected where results belong; what would have come
// after the stop is no tensor.
func (r *stepRun) deliver(into []*Tensor) {
	taps := r.c.plan.Taps
	for i, to := range into {
		if to == nil {
			continue
		}
		if t, ok := r.collected[i]; ok {
			*to = t
			continue
		}
		*to = Tensor{}
		for k, t := range r.collected { // a result that is given twice
			if i < len(taps) && k < len(taps) && taps[k].Value == taps[i].Value {
				*to = hostTensor(t.h.dtype, slices.Clone(t.h.shape), slices.Clone(t.Bytes()))
				break
			}
		}
	}
}
