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
	st := &resStmt{kind: ifStmt, pos: s.Pos(), code: c.code, effects: !c.pure}
	side := func(list []ast.Stmt) (ctl, *resBlock) {
		b := &resBlock{}
		g := f.into(b, rscope{cond: true, kind: scopeIf, born: c.born, pos: s.Cond.Pos()})
		return g.block(list), b
	}
	then, b1 := side(s.Body.List)
	st.blocks = append(st.blocks, b1)
	els := ctl{}
	switch e := s.Else.(type) {
	case *ast.BlockStmt:
		var b2 *resBlock
		els, b2 = side(e.List)
		st.blocks = append(st.blocks, b2)
	case *ast.IfStmt:
		var b2 *resBlock
		els, b2 = side([]ast.Stmt{e})
		st.blocks = append(st.blocks, b2)
	}
	f.finishIf(st, c)
	if then.kind == ctlExited && els.kind == ctlExited {
		return ctl{kind: ctlExited}
	}
	return ctl{}
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

// switchStmt carries a switch out now as far as its cases are known.
func (f *frame) switchStmt(s *ast.SwitchStmt, name string) ctl {
	g := f.nested()
	if s.Init != nil {
		g.stmt(s.Init)
	}
	var tag value
	if s.Tag != nil {
		tag = g.expr(s.Tag)
		if isInvalid(tag) {
			return ctl{}
		}
	}
	clause, residual := g.pick(s, tag)
	if residual {
		return g.residualSwitch(s, tag, name)
	}
	if clause == nil {
		return ctl{}
	}
	// break leaves the switch: a group to jump out of.
	grp, done := g.group("nn_switch")
	grp.loops = &loopCtx{parent: g.loops, name: name, brk: grp.scope, isSwitch: true}
	c := grp.block(clause.Body)
	done()
	return afterGroup(c, name, grp.scope)
}

// afterGroup says how a statement ended whose body ran in a group.
func afterGroup(c ctl, name string, s *rscope) ctl {
	switch {
	case c.kind == ctlBreak && c.label == name:
		return ctl{}
	case c.kind == ctlExited && s.cond:
		return ctl{}
	}
	return c
}

// pick finds the clause that is taken; residual if only a run can tell.
func (f *frame) pick(s *ast.SwitchStmt, tag value) (clause *ast.CaseClause, residual bool) {
	if _, ok := tag.(*codeVal); ok {
		return nil, true
	}
	var def *ast.CaseClause
	for _, st := range s.Body.List {
		cc := st.(*ast.CaseClause)
		if cc.List == nil {
			def = cc
		}
		for _, e := range cc.List {
			hit, known := f.caseHit(e, tag)
			if !known {
				return nil, true
			}
			if hit {
				return cc, false
			}
		}
	}
	return def, false
}

func (f *frame) caseHit(e ast.Expr, tag value) (hit, known bool) {
	v := f.expr(e)
	c, ok := constOf(v)
	if tag == nil {
		return ok && constant.BoolVal(c), ok || isInvalid(v)
	}
	if t, isConst := constOf(tag); isConst && ok {
		return constant.Compare(t, token.EQL, c), true
	}
	if same, known := sameStatic(tag, v); known {
		return same, true
	}
	return false, isInvalid(v)
}

// residualSwitch leaves the switch to the residual code.
func (f *frame) residualSwitch(s *ast.SwitchStmt, tag value, name string) ctl {
	st := &resStmt{kind: switchStmt, pos: s.Pos(), label: &resLabel{name: "nn_switch"}}
	born := token.NoPos
	if tag != nil {
		st.code = f.codeOf(tag, f.typeOf(s.Tag), s.Tag)
		born = bornOf(tag)
	}
	exits, hasDefault := true, false
	seen := map[string]bool{} // constants of earlier cases: Go takes the first
	for _, c := range s.Body.List {
		cc := c.(*ast.CaseClause)
		var head code
		n := 0
		for _, e := range cc.List {
			v := f.expr(e)
			if c, ok := constOf(v); ok && s.Tag != nil {
				if seen[c.ExactString()] {
					continue
				}
				seen[c.ExactString()] = true
			}
			if b := bornOf(v); b.IsValid() && !born.IsValid() {
				born = b
			}
			head = head.add(sep(n), f.codeOf(v, f.typeOf(e), e))
			n++
		}
		if n == 0 && cc.List != nil {
			continue // never reached
		}
		hasDefault = hasDefault || cc.List == nil
		b := &resBlock{}
		g := f.into(b, rscope{cond: true, kind: scopeSwitch, born: born, pos: s.Pos()})
		g.loops = &loopCtx{parent: f.loops, name: name, isSwitch: true, host: true, label: st.label, scope: g.scope}
		if r := g.block(cc.Body); r.kind != ctlExited {
			exits = false
		}
		st.heads = append(st.heads, head)
		st.blocks = append(st.blocks, b)
	}
	f.emit(st)
	if exits && hasDefault && !breaksOut(s) {
		return ctl{kind: ctlExited}
	}
	return ctl{}
}

// breaksOut reports whether a switch holds a break of its own.
func breaksOut(s *ast.SwitchStmt) bool {
	found := false
	ast.Inspect(s.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ForStmt, *ast.RangeStmt, *ast.FuncLit, *ast.SelectStmt:
			return false
		case *ast.BranchStmt:
			found = found || n.Tok == token.BREAK
		}
		return true
	})
	return found
}

// group gives a frame for statements that may be left by a residual jump; done
// puts them into the residual code.
func (f *frame) group(name string) (g *frame, done func()) {
	b := &resBlock{}
	label := &resLabel{name: name}
	if f.ev.flat {
		return f.into(f.out, rscope{kind: scopeGroup, label: label}), func() {}
	}
	g = f.into(b, rscope{kind: scopeGroup, label: label})
	mark := f.ev.sched.mark()
	return g, func() {
		if len(b.stmts) == 0 {
			return
		}
		st := &resStmt{kind: groupStmt, blocks: []*resBlock{b}, label: label, line: b.stmts[0].line, pos: b.stmts[0].pos}
		f.ev.sched.checkInterleaved(f, st, mark)
		f.out.append(st)
	}
}
