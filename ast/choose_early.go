package ast

// earlyChoices makes choices known before the run that ended up in a step of
// mid-run. Which module is chosen does not depend on the run; what keeps the
// statement there is that an index out of range has to fail in its turn. So the
// check stays where it is, and the index is taken ahead. It reports whether
// statements moved: they are then placed again.
func (ev *evaluator) earlyChoices(top *resBlock) bool {
	moved := false
	for _, c := range ev.chosen {
		p := c.param
		if p.feed == nil || p.step == 0 || !c.ahead() {
			continue
		}
		st := p.feed
		check := &resStmt{kind: leafStmt, pos: st.pos, line: st.line, code: st.rhs[0], effects: true, check: true}
		index := *st
		index.rhs, index.effects, index.check = []code{c.early}, false, false
		p.feed, p.step, moved = &index, 0, true
		if c.stable { // needs no place at all
			p.feed, p.code = nil, c.early
			top.replace(st, check)
			continue
		}
		top.replace(st, &index, check)
	}
	return moved
}

// ahead reports whether the index was not taken ahead yet.
func (c *choice) ahead() bool { return c.param.feed.effects }

// lateChoices reports what Run has to know at its start but Go finds in mid-run.
func (ev *evaluator) lateChoices() {
	for _, c := range ev.chosen {
		if c.param != nil && c.param.step > 0 {
			d := ev.report(c.pos, "NN1306", "the module is chosen by what Go computes after it has used a value of the run")
			d.Hint = "compute the index, and what decides whether this line is reached, before the first value is taken out of the run"
		}
	}
	for _, o := range ev.sched.orders {
		for _, a := range []*access{o.first, o.then} {
			if a.pred != nil && a.pred.sym.param != nil && a.pred.sym.param.step > 0 {
				d := ev.report(o.then.pos, "NN1306", "whether %s comes after %s depends on what Go computes after it has used a value of the run", o.then.name, o.first.name)
				d.Hint = "compute the condition before the first value is taken out of the run"
				ev.relate(d, o.first.pos, "%s is used here", o.first.name)
			}
		}
	}
}

// replace puts statements in the place of one, wherever in b that stands.
func (b *resBlock) replace(old *resStmt, with ...*resStmt) bool {
	for i, s := range b.stmts {
		if s == old {
			b.stmts = append(append(append([]*resStmt(nil), b.stmts[:i]...), with...), b.stmts[i+1:]...)
			return true
		}
		for _, in := range s.blocks {
			if in.replace(old, with...) {
				return true
			}
		}
	}
	return false
}
