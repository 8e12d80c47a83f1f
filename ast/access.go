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
	pos     token.Pos
	sides   []*side
	pred    *pred
}

// side is one branch of an if or switch that only a run decides about.
type side struct {
	of    *resStmt
	index int
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
			if x.of == y.of && x.index != y.index {
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
func (f *frame) accessed(a *access) {
	a.sides, a.pred = sidesOf(f.scope), f.predicate()
	f.inv.history = append(f.inv.history, a)
}

// inOrder reports whether a write comes no earlier in the run than what the
// program did before it. What depends on choices is left to a check at Run.
func (f *frame) inOrder(w *access) bool {
	for _, a := range f.inv.history {
		// The scheduler itself meets what follows an access that the program waited for.
		if a.choice == nil && a.pred == nil && w.choice == nil || excludes(a.sides, f.scope) {
			continue
		}
		if slices.Max(a.moments) <= slices.Min(w.moments) {
			continue
		}
		if slices.Min(a.moments) > slices.Max(w.moments) {
			f.tooLate(w, a)
			return false
		}
	}
	return true
}

// tooLate reports a write of a point that the run has passed, as the scheduler does.
func (f *frame) tooLate(w, a *access) {
	verb := "read"
	if a.write {
		verb = "written"
	}
	d := f.ev.report(w.pos, "NN3102", "%s cannot be written any more: %s, which comes later in the run, was already %s", w.name, a.name, verb)
	d.Hint = "move this line before the one that uses " + a.name
	f.ev.relate(d, a.pos, "%s is %s here", a.name, verb)
}

// choice is a value of the run that picks one of several modules.
type choice struct{ sym *sym }
