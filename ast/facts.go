package ast

import "go/token"

// facts is what a residual statement reads and changes.
type facts struct {
	reads, writes map[*resVar]bool
	taps          []*sym
	effects       bool
	jumps         map[*resLabel]bool // out of groups
	feeds         []*resStmt
	leaps         []*resStmt  // jumps out of groups, in their order
	throws        []*resLabel // functions that a panic would end
	// counts are updates of integers whose order does not matter, where somebody
	// wants them apart from reads and writes.
	counts map[*resVar]token.Token
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
	for _, w := range c.vars {
		for _, v := range w.family() {
			fa.writes[v], fa.reads[v] = true, true
		}
	}
	if c.effects && !c.check {
		// A call may change what it can reach.
		for v := range fa.reads {
			if v.changed {
				fa.writes[v] = true
			}
		}
		for _, w := range c.reached() {
			for _, v := range w.family() {
				fa.writes[v] = true
			}
		}
	}
	if c.kind == jumpStmt && c.label != nil {
		fa.jumps[c.label] = true
		fa.leaps = append(fa.leaps, c)
	}
	fa.thrown(c.throws)
	if c.kind == feedStmt {
		fa.feeds = append(fa.feeds, c)
	}
}

func (fa *facts) addCode(x code) {
	for _, fr := range x {
		if fr.v != nil {
			fa.reads[fr.v] = true
		}
		if fr.tap != nil {
			fa.taps = append(fa.taps, fr.tap)
		}
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
