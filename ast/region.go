package ast

import (
	"go/token"
	"slices"
)

// region gives a frame for statements that may be left by a residual jump, and
// that stand among those of other invokes, in the order of service: where they
// begin is marked in the residual code. done puts what was jumped out of into
// groups.
func (f *frame) region(label *resLabel) (g *frame, done func()) {
	begin := &resStmt{kind: groupStmt, label: &resLabel{}, inv: f.inv}
	f.out.append(begin)
	g = f.into(f.out, rscope{kind: scopeGroup, label: label, begin: begin})
	return g, func() {
		f.joinGroup(g.scope)
		f.endRegion(g.scope)
	}
}

// endRegion makes groups of the statements since the beginning of a region: one
// for each stretch between statements of other invokes. A jump leaves its own
// stretch, and those that follow ask whether it was made.
func (f *frame) endRegion(s *rscope) {
	i := slices.Index(f.out.stmts, s.begin)
	list := slices.Clone(f.out.stmts[i+1:])
	f.out.stmts = f.out.stmts[:i]
	if !s.label.used && s.catch == nil {
		f.out.stmts = append(f.out.stmts, list...)
		return
	}
	left := s.label.left
	if left == nil {
		left = f.newVar("nn_left", boolType)
	}
	left.born, left.changed = s.born, true
	asked := false
	var ahead []*guard // of the parts that may panic
	for len(list) > 0 {
		n := slices.IndexFunc(list, func(st *resStmt) bool { return st.inv != list[0].inv })
		if n < 0 {
			n = len(list)
		}
		part := list[:n:n]
		list = list[n:]
		if part[0].inv != f.inv {
			f.out.stmts = append(f.out.stmts, part...)
			continue
		}
		group := &resStmt{kind: groupStmt, label: &resLabel{name: s.label.name, left: s.label.left}, blocks: []*resBlock{{stmts: part}}, line: part[0].line, pos: part[0].pos, inv: f.inv}
		var st *resStmt = group
		if asked {
			st = &resStmt{kind: ifStmt, line: group.line, pos: group.pos, code: txt("!").add(left), blocks: []*resBlock{{stmts: []*resStmt{group}}}, inv: f.inv, clock: group.first()}
		}
		if s.catch != nil {
			for _, g := range ahead {
				g.noted = true // this part asks
			}
			own := *s.catch
			group.catch = &own
		}
		if group.blocks[0].redirect(s.label, group.label, left) {
			asked = true
			left.writes++
			if group.catch != nil {
				ahead = append(ahead, group.catch)
			}
		}
		f.out.append(st)
	}
}

// redirect lets the jumps out of a group leave another instead, and note that
// they were made; false: there are none.
func (b *resBlock) redirect(from, to *resLabel, left *resVar) bool {
	found := false
	var out []*resStmt
	for _, s := range b.stmts {
		for _, in := range s.blocks {
			found = in.redirect(from, to, left) || found
		}
		if i := slices.Index(s.throws, from); i >= 0 {
			s.throws, found = slices.Clone(s.throws), true
			s.throws[i] = to
		}
		if s.kind == jumpStmt && s.label == from {
			note := &resStmt{kind: assignStmt, op: "=", line: s.line, pos: s.pos, lhs: []target{{v: left}}, rhs: []code{txt("true")}}
			out = append(out, note)
			s.label, to.used, found = to, true, true
		}
		out = append(out, s)
	}
	b.stmts = out
	return found
}

// jumped notes a jump for the order of the run: what follows is not done.
func (f *frame) jumped(to *rscope, pos token.Pos) {
	if f.acting() {
		f.act(jumpAct, pos).to = to
	}
}

// inside reports whether a level is outer or lies in it.
func inside(s, outer *rscope) bool {
	for ; s != nil; s = s.parent {
		if s == outer {
			return true
		}
	}
	return false
}

// shared gives the level that an assignment of a variable is known on: outside
// of regions that are always gone through, so that other invokes know it too.
func (s *rscope) shared(c *cell) *rscope { return s.open(c.scope) }

// open gives the level around regions that are always gone through, down to depth.
func (s *rscope) open(depth int) *rscope {
	for s.begin != nil && !s.cond && s.depth > depth {
		s = s.parent
	}
	return s
}

// unsettled reports whether another invoke stands in a branch that has assigned
// a variable: what it holds is known only to the residual code then.
func (f *frame) unsettled(c *cell) bool {
	if !f.acting() {
		return false
	}
	for _, o := range f.ev.sched.invokes {
		if o == f.inv || o.last == nil || o.last.kind == goAct {
			continue
		}
		for s := o.last.scope; s != nil && !inside(f.scope, s); s = s.parent {
			if _, ok := s.know.vals[c]; ok {
				return true
			}
		}
	}
	return false
}
