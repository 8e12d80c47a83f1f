package ast

import "go/token"

// finish marks what need not be done in mid-run: what no step's result depends
// on and nobody outside notices. It is left for the time after the run, unless a
// step has all that it needs at hand.
func (d *divider) finish() {
	last := -1 // the last unit that gives the graph something
	for i, u := range d.units {
		if u.mid() {
			d.steps, last = max(d.steps, u.level), i
		}
	}
	reads, writes := map[*resVar]bool{}, map[*resVar]bool{}
	for i := len(d.units) - 1; i >= 0; i-- {
		u := d.units[i]
		needed := u.mid() || u.facts.effects && i < last && u.level <= d.steps
		for v := range u.facts.writes {
			needed = needed || reads[v] || writes[v]
		}
		for v := range u.facts.reads {
			needed = needed || writes[v]
		}
		if u.after = u.level > 0 && (!needed || u.last) || u.level > d.steps; !u.after && needed {
			u.facts.note(reads, writes)
		}
	}
	d.atHand(last)
}

// atHand takes statements back into their steps that only compute with what is
// there: so the step hands on one result and not all that it was made of.
func (d *divider) atHand(last int) {
	reads, writes := map[*resVar]bool{}, map[*resVar]bool{} // of what comes after the run
	for i, u := range d.units {
		if !u.after {
			continue
		}
		stay := i < last && u.level <= d.steps && !u.last && len(u.facts.taps) == 0 && !u.st.alt && !u.facts.effects
		for v := range u.facts.reads {
			stay = stay && !writes[v]
		}
		for v := range u.facts.writes {
			stay = stay && !writes[v] && !reads[v]
		}
		if u.after = !stay; u.after {
			u.facts.note(reads, writes)
		}
	}
}

// note adds what a unit reads and writes to sets of such.
func (fa *facts) note(reads, writes map[*resVar]bool) {
	for v := range fa.reads {
		reads[v] = true
	}
	for v := range fa.writes {
		writes[v] = true
	}
}

// mid reports whether a unit gives the graph a value in mid-run.
func (u *unit) mid() bool {
	for _, c := range u.facts.feeds {
		if c.feed != nil && c.feed.live && u.level > 0 {
			return true
		}
	}
	return false
}

// lateInputs reports inputs of invokes that are not there before the run.
func (d *divider) lateInputs() {
	for _, u := range d.units {
		for _, c := range u.facts.feeds {
			if c.feed == nil && u.level > 0 {
				r := d.ev.report(c.pos, "NN1301", "these inputs are needed before the run, but what they are computed from is used or changed by code that follows a value of the run")
				r.Hint = "compute them in a variable of their own before the first value is taken out of the run"
			}
		}
	}
}

// firstFeed is where a value of mid-run first goes into the graph.
func (d *divider) firstFeed() (pos, born token.Pos) {
	for _, u := range d.units {
		if !u.mid() {
			continue
		}
		for _, c := range u.facts.feeds {
			if c.feed != nil && c.feed.live {
				return c.pos, d.bornOf(u, c)
			}
		}
	}
	return token.NoPos, token.NoPos
}

// bornOf is where the value that made a feed wait left the graph.
func (d *divider) bornOf(u *unit, c *resStmt) token.Pos {
	for _, r := range c.rhs {
		if b := bornIn(r); b.IsValid() {
			return b
		}
	}
	for v := range u.facts.reads {
		if v.born.IsValid() {
			return v.born
		}
	}
	return token.NoPos
}
