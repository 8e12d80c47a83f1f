package ast

import (
	"go/token"
	"go/types"

	"github.com/nngen-go/nngen/modelspec"
)

// Of a module that a step calls k times, visit n is call n%k of step n/k. A loop
// over its visits is taken apart by steps: in each of them the body is evaluated
// for the calls that the loop names there.

// phaseCalls is which call of a step the body of a loop means.
type phaseCalls struct {
	loop   token.Pos
	of, at int64 // call at of the of calls in each step
}

// callInStep is which call of a module a place over decoding steps means.
func (f *frame) callInStep(pos token.Pos, m *modelspec.Module, calls int64) (int, bool) {
	p := f.phaseOf()
	if p == nil || p.over || p.also {
		return 0, true // said elsewhere
	}
	if p.calls == nil { // outside of loops: visit 0, unless Next goes on
		v := p.visits
		if calls > 1 && (v == nil || !v.list[0].has(0)) {
			f.fail(pos, "NN1321", "name the visit in a loop over m.Iter", "%s is called %d times in each step: Next goes on by steps", modelspec.PathName(m.Path), calls)
		}
		return 0, true
	}
	switch c := p.calls; {
	case c.of == calls:
		return int(c.at), true
	case c.of == 1 && !c.mixed(f.ev, calls):
		f.ev.mode.calls[c.loop], f.ev.sched.retry = calls, true
		return 0, true
	default:
		d := f.ev.report(pos, "NN1321", "%s is called %d times in each step, and another module of the loop %d times: visit n is not one step", modelspec.PathName(m.Path), calls, max(c.of, f.ev.mode.calls[c.loop]))
		d.Hint = "write a loop for each of them, one behind the other, or over visits of one step"
		return 0, true
	}
}

// mixed reports whether the loop was found to be about another number of calls.
func (c *phaseCalls) mixed(ev *evaluator, calls int64) bool {
	k, known := ev.mode.calls[c.loop]
	return known && k != calls
}

// stretch is some steps in which a loop means the same calls.
type stretch struct {
	steps    visitRange
	from, to int64
}

// stretches takes visits of a module that is called k times a step apart; false
// where no step has an end of its own.
func (v *visitsVal) stretches(k int64) ([]stretch, bool) {
	var out []stretch
	one := func(step, from, to int64) {
		if to > from {
			out = append(out, stretch{visitRange{from: step, to: step + 1, step: 1}, from, to})
		}
	}
	for _, r := range v.list {
		if r.step > 1 {
			if r.open {
				return nil, false
			}
			for n := r.from; n < r.to; n += r.step {
				one(n/k, n%k, n%k+1)
			}
			continue
		}
		first, last := r.from/k, r.to/k
		if !r.open && first == last {
			one(first, r.from%k, r.to%k)
			continue
		}
		if r.from%k > 0 {
			one(first, r.from%k, k)
			first++
		}
		if r.open || first < last {
			out = append(out, stretch{visitRange{from: first, to: last, step: 1, open: r.open}, 0, k})
		}
		if !r.open {
			one(last, 0, r.to%k)
		}
	}
	return out, true
}

// callLoop evaluates a loop over visits of a module that each step calls k times.
func (f *frame) callLoop(p part, k, reached int64) int64 {
	call := f.visitCall(p.loop.X, "Iter", "All")
	v, ok := f.expr(p.loop.X).(*visitsVal)
	refuse := func(hint, what string) int64 {
		f.fail(call.Pos(), "NN1321", hint, "a loop over visits of a module that is called %d times in each step %s", k, what)
		return reached
	}
	switch {
	case !ok:
		return refuse("name constants", "names visits that parameters decide")
	case breaks(p.loop, p.label):
		return refuse("name the visits that it goes through", "is left")
	case len(f.calls(p.loop.Body, "Iter", "All", "Next"))+len(f.helpers(p.loop.Body)) > 0:
		return refuse("write loops over visits one after the other", "holds another, or Next")
	}
	list, ok := v.stretches(k)
	if !ok {
		return refuse("name ranges with a step of 1, or with an end", "has no end and leaves visits out")
	}
	if reached >= endless || list[0].steps.from < reached {
		hint := "a run goes through its steps once: name visits in ascending order, or look at all of them in one loop"
		f.fail(call.Pos(), "NN1320", hint, "visit %d is over: a loop before it went further", v.list[0].from)
		return reached
	}
	f.ev.namesAlways = f.ev.namesAlways || f.guard == nil
	if f.guard != nil && !f.ev.namesUnder.IsValid() {
		f.ev.namesUnder = p.loop.Pos()
	}
	for _, s := range list {
		reached = f.stretch(p, s, k)
	}
	return reached
}

// stretch evaluates a loop's body for the calls of some steps.
func (f *frame) stretch(p part, s stretch, k int64) int64 {
	steps := &visitsVal{list: []visitRange{s.steps}, pos: p.loop.Pos()}
	ph := f.ev.phaseAt(steps)
	ph.loop, ph.calls = true, &phaseCalls{loop: p.loop.Pos(), of: k}
	last, bounded := steps.last()
	switch {
	case !bounded:
		last = endless
	case f.guard != nil && !f.ev.editOverSteps():
		ph.code = f.guardedVisits(steps)
	case !f.ev.editOverSteps():
		f.ev.named(last, p.loop.X.Pos())
	}
	ph.under(f.guard, f.guardText)
	f.inPhase(ph, p.loop.Pos(), func(g *frame) {
		for ph.calls.at = s.from; ph.calls.at < s.to; ph.calls.at++ {
			b, done := g.group("nn_next")
			b.loops = &loopCtx{name: p.label, brk: b.scope, cont: b.scope, visits: ph}
			b.bindCall(p, s, ph.calls)
			c := b.nested().block(p.loop.Body.List)
			b.scope.ended = c.kind == ctlExited
			done()
		}
	})
	return last
}

// bindCall makes the loop variable the number of the visit.
func (f *frame) bindCall(p part, s stretch, c *phaseCalls) {
	var v value
	if !s.steps.open && s.steps.from+1 == s.steps.to {
		v = intConst(s.steps.from*c.of + c.at)
	} else {
		n := code{{v: f.ev.stepVar}}.add("*" + itoa(int(c.of)))
		if c.at > 0 {
			n = n.add(" + " + itoa(int(c.at)))
		}
		v = &codeVal{code: operand(n), typ: types.Typ[types.Int], pure: true}
	}
	f.bindVisit(p.loop, v)
}
