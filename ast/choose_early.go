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
		check := &resStmt{kind: leafStmt, pos: st.pos, line: st.line, code: st.rhs[0], effects: true, check: true, clock: st.done()}
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

// choseForGo reports a point of a chosen module that Go looks at in mid-run where
// what follows from it is written to the model: the step would have to come after
// the last module that may be chosen, and the write ahead of it.
func (ev *evaluator) choseForGo(top *resBlock) bool {
	for _, s := range ev.crossing(top) {
		if c := chosenIn(s, map[*sym]bool{}); c != nil {
			d := ev.report(s.pos, "NN1306", "Go looks in mid-run at what a module gives that %s chooses, and something ahead of other modules that may be chosen follows from it", c.text)
			d.Hint = "keep it in the graph: use the tensor operations instead of taking it out with Item, Float32s, …; or loop over the modules and compare the index"
			ev.relate(d, c.pos, "the module is chosen here")
			return true
		}
	}
	return false
}

// chosenIn finds a choice that a value was made by.
func chosenIn(s *sym, seen map[*sym]bool) *choice {
	s = s.final()
	if seen[s] {
		return nil
	}
	seen[s] = true
	if s.late != nil {
		return s.late.by
	}
	if s.node == nil {
		return nil
	}
	if s.by != nil {
		return s.by
	}
	for _, in := range s.node.in {
		if c := chosenIn(in, seen); c != nil {
			return c
		}
	}
	return nil
}
