package ast

import (
	"go/token"
	"slices"
)

// act is one thing that an invoke of several does: the compiler keeps them in the
// order of the program, to see whether another run would do them in another order.
type act struct {
	inv   *invoke
	prev  *act // of the invoke
	kind  actKind
	scope *rscope
	pos   token.Pos
	// seq is when it was done, counted over all invokes; 0: not yet.
	seq int

	// of Go: what it reads and changes.
	stmts         []*resStmt
	reads, writes map[any]bool
	counts        map[any]token.Token // updates of integers whose order does not matter, by operator
	facts         *facts

	// of a point: the access, when each of its candidates was served, and which
	// of them were asked for too late.
	access *access
	served []int
	late   []bool
	waits  bool // the program waited for it

	barrier *barrier
	to      *rscope // of a jump: what it leaves
	// part is, of a panic that to recovers from, between which two of its points
	// it is, from 1; 0: it is another jump.
	part int
}

type actKind int

const (
	goAct actKind = iota // Go between two points or barriers
	pointAct
	barrierAct
	jumpAct // out of a group
)

// acting reports whether what is evaluated now happens beside other invokes.
func (f *frame) acting() bool {
	return f.inv != nil && f.ev.sched.running && f.ev.sched.several()
}

// act adds something that the present invoke does.
func (f *frame) act(kind actKind, pos token.Pos) *act {
	s := f.ev.sched
	a := &act{inv: f.inv, prev: f.inv.last, kind: kind, scope: f.scope, pos: pos}
	f.inv.last = a
	s.acts = append(s.acts, a)
	return a
}

// tick counts what was done.
func (s *runState) tick() int {
	s.clock++
	return s.clock
}

// now notes when a statement is done.
func (f *frame) now(st *resStmt) {
	s := f.ev.sched
	if s == nil || st.clock > 0 {
		return
	}
	st.clock, st.scope = s.tick(), f.scope
	if f.acting() {
		st.last = f.inv.last
	}
}

// goes gives the act of the Go that is evaluated now.
func (f *frame) goes(pos token.Pos) *act {
	a := f.inv.last
	if a == nil || a.kind != goAct || a.scope != f.scope {
		a = f.act(goAct, pos)
		a.seq = f.ev.sched.tick()
		a.reads, a.writes = map[any]bool{}, map[any]bool{}
	}
	if !a.pos.IsValid() {
		a.pos = pos
	}
	return a
}

// uses notes that a variable is read, with all the memory that its value reaches.
func (f *frame) uses(c *cell, pos token.Pos) {
	if !f.acting() {
		return
	}
	a := f.goes(pos)
	a.reads[c] = true
	if c.res == nil {
		reach(c.val, 0, func(x any) { a.reads[x] = true })
	}
}

// alters notes that a variable, or memory behind one, is assigned.
func (f *frame) alters(x any, pos token.Pos) {
	if f.acting() {
		f.goes(pos).writes[x] = true
	}
}

// reach calls f for the memory that a value refers to.
func reach(v value, depth int, f func(any)) {
	if depth > maxDepth {
		return
	}
	switch v := v.(type) {
	case *structVal:
		f(v)
		for _, x := range v.fields {
			reach(x, depth+1, f)
		}
	case *sliceVal:
		if v.obj == nil {
			return
		}
		f(v.obj)
		for i := range v.len {
			reach(v.element(i), depth+1, f)
		}
	case *mapVal:
		if v.obj == nil {
			return
		}
		f(v.obj)
		for _, x := range v.obj.vals {
			reach(x, depth+1, f)
		}
	case *ptrVal:
		f(v.to)
		if v.to.res == nil {
			reach(v.to.val, depth+1, f)
		}
	}
}

// branching notes the condition of an if or switch, which is looked at ahead of
// its branches.
func (f *frame) branching(st *resStmt) {
	f.throws(st)
	f.now(st)
	if !f.acting() {
		return
	}
	a := f.goes(st.pos)
	own := *st
	own.blocks = nil
	a.stmts = append(a.stmts, &own)
}

// emits notes a residual statement.
func (f *frame) emits(st *resStmt) {
	if !f.acting() || st.kind == ifStmt || st.kind == switchStmt || st.kind == groupStmt || st.kind == loopStmt {
		return // their parts were noted
	}
	a := f.goes(st.pos)
	a.stmts = append(a.stmts, st)
}

// points notes an access; at says when it happens.
func (f *frame) points(a *access) *act {
	out := &act{}
	if f.acting() {
		out = f.act(pointAct, a.pos)
	}
	out.access, out.served, out.late = a, make([]int, len(a.moments)), make([]bool, len(a.moments))
	return out
}

// done notes that the i-th candidate of an access was served.
func (f *frame) done(a *act, i int) {
	a.served[i] = f.ev.sched.tick()
	a.seq = a.served[i]
}

// asked notes, ahead of the request, whether the run has passed its moment.
func (f *frame) asked(a *act, i int) {
	if live := f.ev.sched.live; live != nil {
		a.late[i] = a.access.moments[i] < live.Now().Moment
	}
}

// holdsUp reports whether the program waits for a point under a condition: where
// invokes share a run it does, as interpreted code does where the condition
// holds, so that what follows comes in its turn. It does not where the point lies
// ahead of one that the program waited for in another branch: that branch's
// condition is then tried again without waiting.
func (f *frame) holdsUp(moment int) bool {
	s := f.ev.sched
	if !s.several() || f.ev.mode.free(f.outerCondition()) {
		return false
	}
	for _, a := range s.acts {
		if a.inv != f.inv || a.kind != pointAct || !a.waits || slices.Max(a.access.moments) <= moment {
			continue
		}
		if excludes(a.access.sides, f.scope) {
			s.retry = true
			f.ev.mode.postpone[f.ev.outermost(a.scope).pos] = true
			return false
		}
	}
	return true
}

// outerCondition is the outermost condition around this place.
func (f *frame) outerCondition() *rscope { return f.ev.outermost(f.scope) }

func (ev *evaluator) outermost(s *rscope) *rscope {
	var found *rscope
	for ; s != nil; s = s.parent {
		if s.cond {
			found = s
		}
	}
	return found
}
