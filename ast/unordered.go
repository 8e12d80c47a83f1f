package ast

import (
	"go/token"
	"slices"
)

// mode says how conditional accesses of several invokes are evaluated. What is
// found to need another mode is evaluated again.
type mode struct {
	flat     bool         // host code of several invokes depends on each other: keep it in one list, in the order of service
	postpone map[any]bool // the positions of conditions under which no access is waited for
	all      bool         // nor under any other
	defers   bool         // a function that is carried out defers calls
	// calls is, of a loop over visits of modules that a step calls several times,
	// how often; by its position.
	calls map[token.Pos]int64
}

// free reports whether points under a condition are not waited for.
func (m *mode) free(s *rscope) bool { return s != nil && (m.all || m.postpone[s.pos]) }

// unordered meets two acts whose order depends on what only a run knows, or at
// least differs from that of the evaluation: it is tried again without waiting at
// the conditions, and then reported.
func (s *runState) unordered(p pair) {
	if !s.ev.mode.all {
		s.ev.mode.all, s.retry = true, true
		return
	}
	cause := s.causeOf(p)
	if cause == nil {
		s.unorderedByPanic(p)
		return
	}
	what := "is " + cause.access.done() + " under a condition that only a run knows"
	if cause.access.choice != nil {
		what = "is " + cause.access.done() + " where " + cause.access.choice.text + " chooses it"
	}
	x, y := p.a, p.b
	if cause.inv == y.inv {
		x, y = y, x
	}
	d := s.ev.report(cause.pos, "NN1504", "%s %s, and only that decides which of two invokes comes first to what both of them need", cause.access.name, what)
	d.Hint = "do what the invokes share ahead of this line, or let both wait at a barrier in between; or make a trace of its own of one of them"
	if x.kind == pointAct {
		s.ev.relate(d, x.pos, "%s is %s here", x.access.name, x.access.done())
		s.ev.relate(d, y.pos, "and %s here, by the other", y.access.done())
	} else {
		s.ev.relate(d, x.pos, "this invoke does it here")
		s.ev.relate(d, y.pos, "the other one here")
	}
	if top := s.ev.outermost(cause.scope); top != nil && top.pos.IsValid() {
		s.ev.relate(d, top.pos, "the condition is here")
	}
}

// unorderedByPanic reports that a panic, which a function recovers from, decides
// about the order.
func (s *runState) unorderedByPanic(p pair) {
	at := p.b
	for i, a := range s.acts {
		// A panic that no point follows changes no order.
		if a.kind == jumpAct && (a.inv == p.a.inv || a.inv == p.b.inv) && a.to.catch != nil && s.pointIn(a, s.acts[i+1:]) {
			at = a
			break
		}
	}
	d := s.ev.report(at.pos, "NN1504", "this may panic in a function that recovers, and only that decides which of two invokes comes first to what both of them need")
	d.Hint = "do what the invokes share ahead of that function, or let both wait at a barrier behind it; or recover in a plain function that takes Go values"
	s.ev.relate(d, p.a.pos, "this invoke does it here")
	s.ev.relate(d, p.b.pos, "the other one here")
}

// pointIn reports whether what a jump leaves has a point among later acts.
func (s *runState) pointIn(j *act, later []*act) bool {
	return slices.ContainsFunc(later, func(a *act) bool { return a.kind == pointAct && a.inv == j.inv && inside(a.scope, j.to) })
}

// causeOf is the access that makes an order depend on the run: of the invoke of
// one of the acts, the last ahead of it; else of any invoke.
func (s *runState) causeOf(p pair) *act {
	var any *act
	for _, inv := range []*invoke{p.a.inv, p.b.inv, nil} {
		var found *act
		for i, a := range s.acts {
			if a.kind != pointAct || s.inTime(i) || a.access.choice == nil && len(waysTo(a.scope)) == 0 {
				continue
			}
			any = a
			if a.inv == inv && slices.Index(s.acts, a) <= max(slices.Index(s.acts, p.a), slices.Index(s.acts, p.b)) {
				found = a
			}
		}
		if found != nil {
			return found
		}
	}
	return any
}
