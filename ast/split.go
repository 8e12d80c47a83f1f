package ast

// facts is what a residual statement reads and changes.
type facts struct {
	reads, writes map[*resVar]bool
	tap           bool
	effects       bool
	jumps         map[*resLabel]bool // out of groups
}

func factsOf(s *resStmt) *facts {
	fa := &facts{reads: map[*resVar]bool{}, writes: map[*resVar]bool{}, jumps: map[*resLabel]bool{}}
	inside := map[*resLabel]bool{}
	s.walk(func(c *resStmt) {
		if c.label != nil && c.kind != jumpStmt {
			inside[c.label] = true
		}
		fa.add(c)
	})
	for l := range inside {
		delete(fa.jumps, l)
	}
	return fa
}

// add takes one statement in, without its blocks.
func (fa *facts) add(c *resStmt) {
	fa.effects = fa.effects || c.effects && c.kind != jumpStmt
	own := *c
	own.blocks = nil
	own.walkCode(func(x code) { fa.addCode(x) })
	for _, t := range c.lhs {
		if t.v != nil {
			fa.writes[t.v] = true
			if c.op != "=" && c.op != "range" {
				fa.reads[t.v] = true
			}
		}
	}
	for _, v := range c.vars {
		fa.writes[v], fa.reads[v] = true, true
	}
	if c.effects {
		// A call may change what it can reach.
		for v := range fa.reads {
			if v.changed {
				fa.writes[v] = true
			}
		}
	}
	if c.kind == jumpStmt && c.label != nil {
		fa.jumps[c.label] = true
	}
}

func (fa *facts) addCode(x code) {
	for _, fr := range x {
		if fr.v != nil {
			fa.reads[fr.v] = true
		}
		fa.tap = fa.tap || fr.tap != nil
		if fr.block != nil {
			for _, s := range fr.block.stmts {
				s.walk(func(c *resStmt) { fa.add(c) })
			}
		}
	}
}

// conflicts reports whether the order of two statements matters.
func (fa *facts) conflicts(o *facts) bool {
	for v := range fa.writes {
		if o.reads[v] || o.writes[v] {
			return true
		}
	}
	for v := range o.writes {
		if fa.reads[v] {
			return true
		}
	}
	return fa.effects && o.effects
}

// splitter divides the residual code at the run: what needs nothing of the run
// goes before it, the rest stays after it, each part in the program's order.
type splitter struct {
	ev            *evaluator
	reads, writes map[*resVar]bool // of what stays after
	effects       bool
	late          map[*resLabel]bool // groups that code after the run may have left
}

// split gives the two parts of a block.
func (sp *splitter) split(b *resBlock, after bool) (before, later *resBlock) {
	before, later = &resBlock{}, &resBlock{}
	for _, s := range b.stmts {
		switch s.kind {
		case groupStmt, loopStmt:
			sp.splitGroup(s, after, before, later)
			after = after || s.kind == groupStmt && sp.late[s.label] && sp.lateOutside(s)
		default:
			fa := factsOf(s)
			if after || sp.after(fa) {
				sp.keep(s, fa)
				later.append(s)
				after = after || len(fa.jumps) > 0
			} else {
				before.append(s)
			}
		}
	}
	return before, later
}

// splitGroup divides the statements of a group that always runs.
func (sp *splitter) splitGroup(s *resStmt, after bool, before, later *resBlock) {
	b1, b2 := *s, *s
	b1.blocks, b2.blocks = nil, nil
	if s.label != nil {
		b1.label = &resLabel{name: s.label.name} // jumps stay after the run
	}
	n1, n2 := 0, 0
	for _, blk := range s.blocks {
		x, y := sp.split(blk, after)
		n1 += count(x)
		n2 += count(y)
		b1.blocks = append(b1.blocks, x)
		b2.blocks = append(b2.blocks, y)
		if s.kind == loopStmt && sp.leftLoop(y) {
			after = true
		}
	}
	if n1 > 0 {
		before.append(&b1)
	}
	if n2 > 0 {
		later.append(&b2)
	}
}

// leftLoop reports whether an iteration may have left the whole loop.
func (sp *splitter) leftLoop(b *resBlock) bool {
	for _, s := range b.stmts {
		if len(factsOf(s).jumps) > 0 {
			return true
		}
	}
	return false
}

// lateOutside reports whether a group was left for a group around it.
func (sp *splitter) lateOutside(s *resStmt) bool { return len(factsOf(s).jumps) > 0 }

func count(b *resBlock) int {
	n := 0
	for _, s := range b.stmts {
		if s.kind == groupStmt || s.kind == loopStmt {
			for _, c := range s.blocks {
				n += count(c)
			}
			continue
		}
		n++
	}
	return n
}

func (sp *splitter) after(fa *facts) bool {
	if fa.tap || len(fa.jumps) > 0 || fa.effects && sp.effects {
		return true
	}
	for v := range fa.reads {
		if sp.writes[v] {
			return true
		}
	}
	for v := range fa.writes {
		if sp.writes[v] || sp.reads[v] {
			return true
		}
	}
	return false
}

// keep notes a statement that stays after the run.
func (sp *splitter) keep(s *resStmt, fa *facts) {
	for v := range fa.reads {
		sp.reads[v] = true
	}
	for v := range fa.writes {
		sp.writes[v] = true
	}
	for l := range fa.jumps {
		sp.late[l] = true
	}
	sp.effects = sp.effects || fa.effects
	s.walk(func(c *resStmt) {
		if c.kind == feedStmt {
			sp.ev.lateFeed(c)
		}
	})
}

// lateFeed reports a value that the graph needs before the run but that comes after it.
func (ev *evaluator) lateFeed(c *resStmt) {
	if c.feed == nil || c.feed.live {
		d := ev.report(c.pos, "NN1302", "this value is needed before the run, but what it is computed from is used or changed by code that follows a value of the run")
		d.Hint = "compute it in a variable of its own before the first value is taken out of the run"
	}
}
