package ast

import (
	"go/token"
	"slices"
)

// access is one read or write of a point in the order of the program.
type access struct {
	name    string
	moments []int // where it happens: one place, or one for each candidate of choice
	choice  *choice
	write   bool
	skip    bool // of a module that is left out: the moments are where that is decided
	pos     token.Pos
	sides   []*side
	pred    *pred
}

// side is one branch of an if or switch that only a run decides about.
type side struct {
	of    *resStmt
	index int
	key   string // tells equal tests over parameters; "" for others
	// exits are the levels that the branch jumps out to; left says that it always does.
	exits []*rscope
	left  bool
}

// sidesOf are the branches around a place.
func sidesOf(s *rscope) []*side {
	var out []*side
	for ; s != nil; s = s.parent {
		if s.side != nil {
			out = append(out, s.side)
		}
	}
	return out
}

// excludes reports whether no run comes both to a place in the branches a and,
// later in the program, to one in the level s.
func excludes(a []*side, s *rscope) bool {
	open := map[*rscope]bool{}
	var now []*side
	for ; s != nil; s = s.parent {
		open[s] = true
		if s.side != nil {
			now = append(now, s.side)
		}
	}
	for _, x := range a {
		if slices.Contains(now, x) {
			continue
		}
		for _, y := range now {
			if p, q := x.of.phase, y.of.phase; p != nil && q != nil && p != q && p.disjoint(q) {
				return true
			}
			if x.of == y.of && x.index != y.index {
				return true
			}
			if p, q := x.of.phase, y.of.phase; p != nil && q != nil && p != q && p.disjoint(q) {
				return true
			}
		}
		if x.left && !slices.ContainsFunc(x.exits, func(to *rscope) bool { return !open[to] }) {
			return true
		}
	}
	return false
}

// accessed notes an access for the writes that follow it in the program.
func (f *frame) accessed(a *access) *act {
	a.pred = f.predicate()
	a.sides = sidesOf(f.scope)
	f.mayBeSkipped(a)
	f.mayBeStopped(a)
	f.inv.history = append(f.inv.history, a)
	return f.points(a)
}

// inOrder reports whether a write comes no earlier in the run than what the
// program did before it. What depends on choices is left to a check at Run.
func (f *frame) inOrder(w *access) bool {
	w.pred = f.predicate()
	for _, a := range f.inv.history {
		// The scheduler itself meets what follows an access that the program waited for.
		if a.choice == nil && a.pred == nil && w.choice == nil || excludes(a.sides, f.scope) {
			continue
		}
		always, never := inOrder(a, w)
		switch {
		case never:
			f.tooLate(w, a)
			return false
		case !always && !(checkable(a) && checkable(w)):
			d := f.ev.report(w.pos, "NN1306", "whether %s comes after %s depends on what only the run knows", w.name, a.name)
			d.Hint = "choose by the index of a module array, or under conditions over parameters alone"
			f.ev.relate(d, a.pos, "%s is used here", a.name)
			return false
		case !always:
			f.ev.sched.orders = append(f.ev.sched.orders, runOrder{a, w})
		}
	}
	return true
}

// checkable reports whether Run can tell when an access happens.
func checkable(a *access) bool {
	return (a.choice == nil || a.choice.param != nil) && (a.pred == nil || !a.pred.born)
}

// inOrder compares all the moments at which two accesses may happen: whether the
// first always comes first, or never does.
func inOrder(a, w *access) (always, never bool) {
	always, never = true, true
	see := func(i, k int) {
		if a.moments[i] <= w.moments[k] {
			never = false
		} else {
			always = false
		}
	}
	if a.choice != nil && a.choice == w.choice {
		for i := range a.moments {
			see(i, i)
		}
		return always, never
	}
	for i := range a.moments {
		for k := range w.moments {
			see(i, k)
		}
	}
	return always, never
}

// runOrder is two accesses of which the first has to come first in the run, which
// depends on what is chosen.
type runOrder struct{ first, then *access }

// done says what an access does.
func (a *access) done() string {
	switch {
	case a.skip:
		return "skipped"
	case a.write:
		return "written"
	}
	return "read"
}

// tooLate reports a write of a point that the run has passed, as the scheduler does.
func (f *frame) tooLate(w, a *access) {
	verb := a.done()
	d := f.ev.report(w.pos, "NN3102", "%s cannot be %s any more: %s, which comes later in the run, was already %s", w.name, w.done(), a.name, verb)
	d.Hint = "move this line before the one that uses " + a.name
	f.ev.relate(d, a.pos, "%s is %s here", a.name, verb)
}

// ordered reports whether Run refuses that an access happens at its i-th
// candidate, because an earlier one is later in the run.
func (s *runState) ordered(w *access, i int) bool {
	for _, o := range s.orders {
		if o.then != w {
			continue
		}
		if o.first.choice == w.choice {
			if o.first.moments[i] > w.moments[i] {
				return true
			}
			continue
		}
		if slices.Min(o.first.moments) > w.moments[i] {
			return true
		}
	}
	return false
}
