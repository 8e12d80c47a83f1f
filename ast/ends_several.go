package ast

import (
	"slices"
)

// mayStopAll refuses stops in an invoke of several that a value of the run
// decides about, or that stand in loops over steps: what the others have done by
// then would depend on it.
func (f *frame) mayStopAll(st *stop) bool {
	cond := f.conditional(-1)
	if cond == nil || !f.ev.sched.several() || st.pred != nil && !st.pred.born && f.ev.stepVar == nil {
		return true
	}
	d := f.ev.report(st.pos, "NN1504", "the run is stopped under a condition that only a run knows, in an invoke of several")
	d.Hint = "stop in every run or where a parameter says so, or make the invoke with the condition a trace of its own"
	f.ev.relate(d, cond.pos, "the condition is here")
	return false
}

// besideStops holds what the other invokes do to come ahead of a stop that a run
// may or may not make: it ends the run for them too, and they could not tell.
func (ev *evaluator) besideStops() {
	s := ev.sched
	for _, st := range s.stops {
		if st.pred == nil || !s.several() {
			continue
		}
		if len(ev.caches) > 0 || slices.ContainsFunc(s.acts, func(a *act) bool { return a.kind == barrierAct }) {
			d := ev.report(st.pos, "NN1504", "the run may be stopped here, and the trace has barriers or caches")
			d.Hint = "make the invoke that stops a trace of its own"
			continue
		}
		at := st.moment()
		for _, inv := range s.invokes {
			if inv == st.inv {
				continue
			}
			i := slices.IndexFunc(inv.history, func(a *access) bool { return slices.Max(a.moments) > at })
			if i < 0 {
				continue
			}
			a := inv.history[i]
			d := ev.report(st.pos, "NN1504", "the run may be stopped here, ahead of %s, which another invoke uses", a.name)
			d.Hint = "stop behind all that the other invokes use, or make the invoke with the condition a trace of its own"
			ev.relate(d, a.pos, "%s is %s here", a.name, a.done())
			break
		}
	}
}

// moment is how far the run has come at least where it is stopped: to the last
// point that the invoke has used on every way that leads to the stop.
func (st *stop) moment() int {
	at := -1
	for _, a := range st.inv.history[:min(st.after, len(st.inv.history))] {
		if !slices.ContainsFunc(a.sides, func(x *side) bool { return !slices.Contains(st.sides, x) }) {
			at = max(at, slices.Min(a.moments))
		}
	}
	return at
}
