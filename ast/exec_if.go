package ast

import (
	"go/ast"
	"go/constant"
	"go/token"
)

// ifStmt carries an if out now where its condition is known, else leaves it to
// the residual code.
func (f *frame) ifStmt(s *ast.IfStmt) ctl {
	g := f.nested()
	if s.Init != nil {
		g.stmt(s.Init)
	}
	cond := g.expr(s.Cond)
	switch c := cond.(type) {
	case *constVal:
		if constant.BoolVal(c.v) {
			return g.nested().block(s.Body.List)
		}
		if s.Else != nil {
			return g.stmt(s.Else)
		}
		return ctl{}
	case *codeVal:
		return g.residualIf(s, c)
	case invalid:
		// Look for further mistakes on both sides.
		g.nested().block(s.Body.List)
		if s.Else != nil {
			g.stmt(s.Else)
		}
		return ctl{}
	}
	g.fail(s.Cond.Pos(), "NN1201", "", "%s cannot be a condition", cond.kind())
	return ctl{}
}

// residualIf evaluates both sides under a condition that only a run knows.
func (f *frame) residualIf(s *ast.IfStmt, c *codeVal) ctl {
	sides := []func(*frame) ctl{func(g *frame) ctl { return g.block(s.Body.List) }}
	switch e := s.Else.(type) {
	case *ast.BlockStmt:
		sides = append(sides, func(g *frame) ctl { return g.block(e.List) })
	case *ast.IfStmt:
		sides = append(sides, func(g *frame) ctl { return g.stmt(e) })
	}
	return f.branches(s.Pos(), c, f.ifTest(c, f.excerpt(s.Cond)), sides)
}

// branches evaluates the sides of an if: the first where c holds, the second, if
// there is one, elsewhere.
func (f *frame) branches(pos token.Pos, c *codeVal, t test, sides []func(*frame) ctl) ctl {
	st := &resStmt{kind: ifStmt, pos: pos, code: c.code, effects: !c.pure}
	f.branching(st)
	key := ""
	if t.code != nil {
		key = codeKey(t.code)
	}
	var levels []*rscope
	exited := len(sides) == 2
	for i, run := range sides {
		b := &resBlock{}
		g := f.into(b, rscope{cond: true, kind: scopeIf, born: c.born, pos: pos, side: &side{of: st, index: i, key: key}, test: t})
		t = t.negated()
		g.scope.start = g.predicate()
		levels = append(levels, g.scope)
		g.scope.side.left = run(g).kind == ctlExited
		exited = exited && g.scope.side.left
		st.blocks = append(st.blocks, b)
	}
	f.finishIf(st, c)
	f.joinSides(levels, len(levels) == 2)
	if exited {
		return ctl{kind: ctlExited}
	}
	return ctl{}
}

// ifTest is the condition of an if.
func (f *frame) ifTest(c *codeVal, text string) test {
	t := test{text: text}
	if f.stable(c) {
		t.code = c.code
	}
	return t
}

// finishIf emits the statement unless nothing was left of it.
func (f *frame) finishIf(st *resStmt, c *codeVal) {
	empty := true
	for _, b := range st.blocks {
		empty = empty && len(b.stmts) == 0
	}
	if !empty || !c.pure {
		f.emit(st)
	}
}

// group gives a frame for statements that may be left by a residual jump; done
// puts them into the residual code.
func (f *frame) group(name string) (g *frame, done func()) {
	b := &resBlock{}
	label := &resLabel{name: name}
	if f.ev.mode.flat {
		return f.region(label)
	}
	g = f.into(b, rscope{kind: scopeGroup, label: label})
	mark := f.ev.sched.mark()
	return g, func() {
		f.joinGroup(g.scope)
		if len(b.stmts) == 0 {
			return
		}
		st := &resStmt{kind: groupStmt, blocks: []*resBlock{b}, label: label, line: b.stmts[0].line, pos: b.stmts[0].pos, catch: g.scope.catch}
		f.ev.sched.checkInterleaved(f, st, mark)
		st.inv = f.inv
		f.out.append(st)
	}
}
