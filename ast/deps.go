package ast

import "slices"

// unit is what is placed as a whole: a statement, with its blocks if it has
// any, or the condition of one whose blocks are placed apart.
type unit struct {
	st    *resStmt
	facts *facts
	level int // 0: needs nothing of the run; k: the earliest step of mid-run that can do it
	after bool
	last  bool // done when the last step is over, or may be
	in    int  // the number of its invoke, from 1; 0: none
	clock int  // when it is done, where several invokes share the run
}

// piece is a residual statement while it is placed. Exactly one of these holds:
// it is a unit and has no blocks; it is a group or a loop carried out and has
// blocks alone; or it is an if or switch that is divided, with its condition as
// unit and a guard that later steps ask.
type piece struct {
	st     *resStmt
	unit   *unit
	guard  *resVar
	blocks [][]*piece
}

// divider finds where each residual statement runs: before the run, in a step of
// mid-run, or after it. A step takes whatever needs no value of the graph that
// follows from what the same step gives to the graph. The program's order is
// kept between statements that could tell: those with effects, and those that
// use a variable that one of them changes.
type divider struct {
	ev    *evaluator
	units []*unit // in the order of the program
	steps int
	*order
	syms  map[*sym]int
	left  []*resLabel // the groups around
	held  map[*resLabel]*order
	past  []pastPhase // of a trace over decoding steps, so far
	base  *order      // what stands outside of them
	waits bool        // a phase is placed that needs the run's result
	last  bool        // a phase is placed that is done when the last step is over, or may be
	clock int         // of the last unit that was placed
	// How far the statements of each invoke got in this round, and in the one before.
	reached, before []stairs
}

func newDivider(ev *evaluator) *divider {
	return &divider{ev: ev, order: newOrder(), held: map[*resLabel]*order{}, syms: map[*sym]int{}, base: newOrder()}
}

// placed places all statements. A value that is read in a branch may depend on
// statements that come later in the program, where these exclude each other; so
// it goes round until no feed moves. Each round moves one at least, and to a step
// of its own at most: feeds that move longer than there are feeds wait for one
// another for ever.
func placed(ev *evaluator, top *resBlock) (*divider, []*piece) {
	var reached []stairs
	for round := 0; ; round++ {
		before := ev.feedSteps()
		d := newDivider(ev)
		d.before = reached
		pieces := d.block(top, nil)
		if slices.Equal(before, ev.feedSteps()) && sameReach(reached, d.reached) {
			d.inService()
			return d, pieces
		}
		reached = d.reached
		if round > 2*len(before)+8 {
			if ev.choseForGo(top) {
				return d, pieces
			}
			ev.report(ev.tf.decl.Pos(), "NN1301", "values of the run that go back into the model wait for one another: no order of steps serves them all").
				Hint = "take values out of the run (Item, Float32s, …) ahead of the writes that follow from them, in one invoke, or keep them in the graph"
			return d, pieces
		}
	}
}

func (ev *evaluator) feedSteps() []int {
	out := make([]int, len(ev.graph.params))
	for i, p := range ev.graph.params {
		out[i] = p.step
	}
	return out
}

// block places the statements of a block; guards are the variables that decide
// whether it is reached.
func (d *divider) block(b *resBlock, guards []*resVar) []*piece {
	var out []*piece
	for _, s := range b.stmts {
		out = append(out, d.stmt(s, guards))
	}
	return out
}

func (d *divider) stmt(s *resStmt, guards []*resVar) *piece {
	switch s.kind {
	case groupStmt, loopStmt:
		p := &piece{st: s}
		if s.label != nil && s.label.used || s.catch != nil {
			d.left = append(d.left, s.label)
			defer func() { d.left = d.left[:len(d.left)-1] }()
		}
		for _, b := range s.blocks {
			p.blocks = append(p.blocks, d.block(b, guards))
		}
		if w := d.held[s.label]; s.label != nil && w != nil {
			d.join(w)
		}
		return p
	case ifStmt, switchStmt:
		if s.phase != nil {
			return d.phase(s, guards)
		}
		return d.branch(s, guards)
	}
	return &piece{st: s, unit: d.place(s, factsOf(s), guards, s.over())}
}

// branch places an if or switch: in one piece if all of it can run at once.
func (d *divider) branch(s *resStmt, guards []*resVar) *piece {
	units, start := len(d.units), d.clone()
	own := *s
	own.blocks = nil
	p := &piece{st: s, guard: &resVar{hint: "nn_c", typ: guardType(s), seq: d.ev.nextVar()}}
	fa := factsOf(&own)
	fa.writes[p.guard] = true
	p.unit = d.place(s, fa, guards, s.first())
	inner := append(guards[:len(guards):len(guards)], p.guard)
	after, entry := d.order, d.clone()
	for _, b := range s.blocks { // no two of them run, and what follows a way that ends neither
		d.order = entry.clone()
		p.blocks = append(p.blocks, d.block(b, inner))
		if !ends(b) {
			after.join(d.order)
			continue
		}
		d.hold(b)
		for v, n := range d.writes { // but what follows asks whether this way was gone
			if v.leap != nil {
				raise(after.writes, v, n)
			}
		}
	}
	d.order = after
	if !d.atOnce(p.unit, d.units[units+1:]) && !leavesSwitch(s) {
		return p
	}
	d.units, d.order = d.units[:units], start
	return &piece{st: s, unit: d.place(s, factsOf(s), guards, s.over())}
}

// atOnce reports whether the parts of a branch need the same step, so that its
// condition can be computed there.
func (d *divider) atOnce(head *unit, parts []*unit) bool {
	if len(parts) == 0 {
		return true
	}
	for _, u := range parts {
		if u.level != parts[0].level {
			return false
		}
	}
	return parts[0].level == head.level || !head.facts.effects
}

// place finds the level of one unit, which is done at some time, from those of the
// units ahead of it.
func (d *divider) place(s *resStmt, fa *facts, guards []*resVar, clock int) *unit {
	for _, g := range guards {
		fa.reads[g] = true
	}
	does, told := fa.effects, d.ev.hasDefer && !s.alt && !s.known // a deferred call sees how far the program came
	fa.effects = does || told
	for v := range d.writes {
		if v.leap != nil && slices.Contains(d.left, v.leap) {
			fa.reads[v] = true
		}
	}
	for _, j := range fa.leaps {
		fa.writes[d.leapVar(j)] = true
	}
	for _, l := range fa.throws {
		fa.writes[l.left] = true
	}
	for _, l := range d.left {
		if l.left != nil {
			fa.reads[l.left] = true
		}
	}
	if clock == 0 { // it was added to what stands ahead of it
		clock = d.clock
	}
	d.clock = clock
	u := &unit{st: s, facts: fa, last: d.last, in: s.invoke() + 1, clock: clock}
	if d.waits {
		u.level = 1
	}
	for _, t := range fa.taps {
		u.level = max(u.level, d.symLevel(t))
	}
	for v := range fa.reads {
		u.level = max(u.level, d.writes[v])
	}
	for v := range fa.writes {
		u.level = max(u.level, d.writes[v], d.reads[v])
	}
	if does {
		u.level = max(u.level, d.effects)
	}
	if told {
		u.level = max(u.level, d.told[u.in], d.served(u))
	}
	for _, c := range fa.feeds {
		if c.feed != nil {
			u.level = max(u.level, c.feed.step)
		}
	}
	if does {
		d.effects = u.level
	}
	if told {
		d.told[u.in] = u.level
		d.reaches(u)
	}
	d.touch(u)
	for _, c := range fa.feeds {
		if c.feed != nil && c.feed.step != u.level {
			c.feed.step = u.level
			clear(d.syms)
		}
	}
	d.units = append(d.units, u)
	return u
}

// leapVar is the variable that notes that a jump was made.
func (d *divider) leapVar(j *resStmt) *resVar {
	if j.leap == nil {
		j.leap = &resVar{hint: "nn_left", typ: boolType, seq: d.ev.nextVar(), leap: j.label}
	}
	return j.leap
}
