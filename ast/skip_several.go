package ast

import (
	"go/token"

	"github.com/nngen-go/nngen/internal/plan"
)

// mayBeSkipped refuses points of modules that an earlier line may skip: whether
// they are there is known only when the trace runs.
func (f *frame) mayBeSkipped(a *access) {
	for _, k := range f.ev.sched.skips {
		if k.pred == nil || k.inv != f.inv || a == k.access || excludes(k.access.sides, f.scope) {
			continue
		}
		if k.touches(a) {
			f.ev.notThere(a, k, "use it ahead of the skip, or in the branch where the module is not skipped")
			return
		}
	}
}

// touches reports whether an access is of what a skip leaves out.
func (k *skipped) touches(a *access) bool {
	for i, m := range a.moments {
		if k.choice != nil && k.choice == a.choice && i != k.index {
			continue // what is chosen once is chosen for both
		}
		if k.body.Has(m) || a.skip && m == k.body.Enter {
			return true
		}
	}
	return false
}

// notThere reports a point of a module that a run may skip.
func (ev *evaluator) notThere(a *access, k *skipped, hint string) {
	d := ev.report(a.pos, "NN1312", "%s may not be there: %s is skipped under a condition", a.name, k.body.Module)
	d.Hint = hint
	ev.relate(d, k.pos, "it is skipped here")
}

// skipsAlike holds the invokes of a trace to one decision: a module runs for the
// whole batch or not at all, so that who skips it under a condition has to do so
// where all others do.
func (f *frame) skipsAlike(k *skipped) bool {
	for _, o := range f.ev.sched.skips {
		if o.inv == k.inv || o.body.Module != k.body.Module || o.body.Enter != k.body.Enter || sameWay(o, k) {
			continue
		}
		if o.pred == nil && k.pred == nil || o.inv.rows == plan.AllRows && k.inv.rows == plan.AllRows {
			continue
		}
		d := f.ev.report(k.pos, "NN1504", "%s is skipped by several invokes, but not under one condition", k.body.Module)
		d.Hint = "skip it in all of them under the same condition over parameters, or in an empty invoke, which has all rows"
		f.ev.relate(d, o.pos, "another invoke skips it here")
		return false
	}
	return true
}

// sameWay reports whether two skips of a module are taken in the same runs.
func sameWay(a, b *skipped) bool {
	if a.pred == nil || b.pred == nil || a.given != b.given || a.inv.rows == plan.AllRows || b.inv.rows == plan.AllRows {
		return false
	}
	if a.choice == nil && b.choice == nil {
		return a.pred.sym == b.pred.sym
	}
	if a.choice == nil || b.choice == nil || a.index != b.index || !a.choice.same(b.choice) {
		return false
	}
	p, q := a.pred.parent, b.pred.parent
	return p == q || p != nil && q != nil && p.sym == q.sym
}

// same reports whether two choices are of one index, which nothing changes.
func (c *choice) same(d *choice) bool {
	return c == d || c.stable && d.stable && c.n == d.n && codeKey(c.early) == codeKey(d.early)
}

// besideSkips refuses what other invokes use of a module that one may skip.
func (ev *evaluator) besideSkips() {
	seen := map[token.Pos]bool{}
	for _, k := range ev.sched.skips {
		for _, inv := range ev.sched.invokes {
			if k.pred == nil || inv == k.inv {
				continue
			}
			for _, a := range inv.history {
				if !a.skip && k.touches(a) && !onlyEnters(a, k) && !seen[a.pos] {
					seen[a.pos] = true
					ev.notThere(a, k, "use its output, which is what Skip was given, or leave the module in")
				}
			}
		}
	}
}

// onlyEnters reports whether an access is where a skip is decided: who is not
// skipping is still served there.
func onlyEnters(a *access, k *skipped) bool {
	for i, m := range a.moments {
		if k.choice != nil && k.choice == a.choice && i != k.index {
			continue
		}
		if m != k.body.Enter && k.body.Has(m) {
			return false
		}
	}
	return true
}
