package ast

import "slices"

// A deferred call sees how far the program came, so that a trace that defers
// calls keeps the order of all its statements: of one invoke, and of what stands
// outside of invokes, that of the program; between invokes, that of service. The
// residual code has a branch where its last part was evaluated, and a branch that
// was evaluated without waiting where it was met: that is why each statement
// notes when it is done, and that is asked here instead of where it stands.

// stairs is how far the statements of one invoke ask others to be by some time:
// levels that rise with the clock.
type stairs []struct{ clock, level int }

// raise notes a statement; what it adds nothing to is left out.
func (r stairs) raise(clock, level int) stairs {
	i, _ := slices.BinarySearchFunc(r, clock+1, func(s struct{ clock, level int }, c int) int { return s.clock - c })
	if i > 0 && r[i-1].level >= level {
		return r
	}
	if i > 0 && r[i-1].clock == clock {
		i--
	}
	n := i
	for n < len(r) && r[n].level <= level {
		n++
	}
	return slices.Replace(r, i, n, struct{ clock, level int }{clock, level})
}

// ahead is the highest level of what was done before a time.
func (r stairs) ahead(clock int) int {
	i, _ := slices.BinarySearchFunc(r, clock, func(s struct{ clock, level int }, c int) int { return s.clock - c })
	if i == 0 {
		return 0
	}
	return r[i-1].level
}

// served gives the level that the statements of other invokes ask for: those
// placed already, and those that stand later in the residual code, by the last
// round.
func (d *divider) served(u *unit) (level int) {
	for in := range d.reached {
		if in != u.in {
			level = max(level, d.reached[in].ahead(u.clock))
		}
	}
	for in := range d.before {
		if in != u.in {
			level = max(level, d.before[in].ahead(u.clock))
		}
	}
	return level
}

// reaches notes the level of a unit for other invokes.
func (d *divider) reaches(u *unit) {
	if !d.ev.sched.several() {
		return
	}
	for len(d.reached) <= u.in {
		d.reached = append(d.reached, nil)
	}
	d.reached[u.in] = d.reached[u.in].raise(u.clock, u.level)
}

func sameReach(a, b []stairs) bool {
	return slices.EqualFunc(a, b, func(x, y stairs) bool { return slices.Equal(x, y) })
}

// done is when a statement is done: where its invoke went on without waiting for
// a point, once that was served.
func (s *resStmt) done() int {
	if s.last == nil {
		return s.clock
	}
	s.clock, s.last = max(s.clock, s.last.behind(s.scope)), nil
	return s.clock
}

// behind is when everything that leads to a place behind an act was served.
func (a *act) behind(scope *rscope) int {
	n := 0
	for ; a != nil; a = a.prev {
		if a.kind == pointAct && !a.waits && !excludes(a.access.sides, scope) {
			n = max(n, slices.Max(a.served))
		}
	}
	return n
}

// first is when the first of a statement's parts was done.
func (s *resStmt) first() int {
	n := 0
	s.walk(func(c *resStmt) {
		if n == 0 {
			n = c.done()
		}
	})
	return n
}

// over is when the last of them was.
func (s *resStmt) over() int {
	n := 0
	s.walk(func(c *resStmt) { n = max(n, c.done()) })
	return n
}

// inService puts the units into the order in which they are done.
func (d *divider) inService() {
	if d.ev.hasDefer && d.ev.sched.several() {
		slices.SortStableFunc(d.units, func(a, b *unit) int { return a.clock - b.clock })
	}
}
