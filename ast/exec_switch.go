package ast

import (
	"go/ast"
	"go/constant"
	"go/token"
)

// switchStmt carries a switch out now as far as its cases are known.
func (f *frame) switchStmt(s *ast.SwitchStmt, name string) ctl {
	g := f.nested()
	s = unfolded(s)
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
	grp.scope.ended = c.kind == ctlExited
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
	if tag != nil {
		st.code = f.codeOf(tag, f.typeOf(s.Tag), s.Tag)
	}
	cases, born := f.switchCases(s, tag)
	for _, c := range cases {
		st.heads = append(st.heads, c.head())
	}
	f.branching(st)
	exits, hasDefault := true, false
	var levels []*rscope
	for i, c := range cases {
		hasDefault = hasDefault || c.def
		b := &resBlock{}
		g := f.into(b, rscope{cond: true, kind: scopeSwitch, born: born, pos: s.Pos(), side: &side{of: st, index: i}, test: f.caseTest(s, tag, cases, i)})
		g.loops = &loopCtx{parent: f.loops, name: name, isSwitch: true, host: true, label: st.label, scope: g.scope}
		g.scope.start = g.predicate()
		levels = append(levels, g.scope)
		r := g.block(c.clause.Body)
		g.scope.side.left = r.kind == ctlExited && !breaksOut(s)
		exits = exits && r.kind == ctlExited
		st.blocks = append(st.blocks, b)
	}
	f.emit(st)
	f.joinSides(levels, hasDefault)
	if breaksOut(s) {
		f.forgetAll(levels)
	}
	if exits && hasDefault && !breaksOut(s) {
		return ctl{kind: ctlExited}
	}
	return ctl{}
}

// switchCase is one clause of a switch that only a run decides.
type switchCase struct {
	clause *ast.CaseClause
	values []code
	def    bool
}

func (c *switchCase) head() code {
	var out code
	for i, v := range c.values {
		out = out.add(sep(i), v)
	}
	return out
}

// switchCases evaluates the values of all clauses; those that are never reached
// are left out, because Go takes the first of equal constants.
func (f *frame) switchCases(s *ast.SwitchStmt, tag value) ([]*switchCase, token.Pos) {
	born := token.NoPos
	if tag != nil {
		born = bornOf(tag)
	}
	var out []*switchCase
	seen := map[string]bool{}
	for _, st := range s.Body.List {
		c := &switchCase{clause: st.(*ast.CaseClause)}
		c.def = c.clause.List == nil
		for _, e := range c.clause.List {
			v := f.expr(e)
			if k, ok := constOf(v); ok && s.Tag != nil {
				if seen[k.ExactString()] {
					continue
				}
				seen[k.ExactString()] = true
			}
			if b := bornOf(v); b.IsValid() && !born.IsValid() {
				born = b
			}
			c.values = append(c.values, f.codeOf(v, f.typeOf(e), e))
		}
		if c.def || len(c.values) > 0 {
			out = append(out, c)
		}
	}
	return out, born
}

// caseTest is the condition of the i-th clause: that it matches, and for
// conditions that no earlier one does; for default that none matches.
func (f *frame) caseTest(s *ast.SwitchStmt, tag value, cases []*switchCase, i int) test {
	var head code
	if t, ok := tag.(*codeVal); ok {
		head = operand(t.code).add(" == ")
	}
	anyOf := func(c *switchCase) code {
		var out code
		for k, v := range c.values {
			if k > 0 {
				out = out.add(" || ")
			}
			out = out.add(head, operand(v))
		}
		return out
	}
	t := test{text: "default"}
	if !cases[i].def {
		t.text = f.excerpt(cases[i].clause.List[0])
		if s.Tag != nil {
			t.text = f.excerpt(s.Tag) + " == " + t.text
		}
	}
	var out code
	stable := tag == nil || !holds(tag, func(v value) bool { c, ok := v.(*codeVal); return ok && !f.stable(c) })
	for k, c := range cases {
		for _, v := range c.values {
			stable = stable && f.stable(&codeVal{code: v, pure: true})
		}
		switch {
		case k == i && !c.def:
			out = append(out, operand(anyOf(c))...)
		case k != i && !c.def && (cases[i].def || s.Tag == nil && k < i):
			out = append(out, negated(anyOf(c))...)
		default:
			continue
		}
		out = out.add(" && ")
	}
	if stable && !f.underLoop() && len(out) > 0 {
		t.code = out[:len(out)-1]
	}
	return t
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
