package ast

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"maps"
)

// forStmt carries a for loop out while its condition is known.
func (f *frame) forStmt(s *ast.ForStmt, name string) ctl {
	if sp := f.spanOf(s); sp != nil {
		return f.spanLoop(s, name, sp)
	}
	loop, done := f.group("nn_loop")
	if s.Init != nil {
		loop.stmt(s.Init)
	}
	list := &resStmt{kind: loopStmt, pos: s.Pos()}
	r := loop.forRounds(s, name, list)
	loop.finishLoop(list)
	loop.scope.ended = r.kind == ctlExited
	done()
	return afterGroup(r, name, loop.scope)
}

func (f *frame) forRounds(s *ast.ForStmt, name string, list *resStmt) ctl {
	for {
		if s.Cond != nil {
			c := f.expr(s.Cond)
			if isInvalid(c) {
				return ctl{}
			}
			k, ok := constOf(c)
			if !ok {
				f.finishLoop(list)
				f.residualFor(s, name)
				return ctl{}
			}
			if !constant.BoolVal(k) {
				return ctl{}
			}
		} else if f.scope.cond {
			f.finishLoop(list)
			f.residualFor(s, name)
			return ctl{}
		}
		if c, stop := f.round(s.Body, name, list, nil); stop {
			return c
		}
		f.freshVars()
		if s.Post != nil {
			f.stmt(s.Post)
		}
	}
}

// freshVars gives each iteration its own loop variables, as Go does: closures of
// the last one go on seeing theirs, in the environment that they were made in.
func (f *frame) freshVars() {
	e := *f.env
	e.cells = maps.Clone(e.cells)
	for o, c := range e.cells {
		if c.res == nil {
			d := *c
			e.cells[o] = &d
		}
	}
	f.env = &e
}

// round carries out one iteration; stop says that the loop is over.
func (f *frame) round(body *ast.BlockStmt, name string, list *resStmt, bind func(*frame)) (c ctl, stop bool) {
	it, done := f.roundGroup(list)
	it.loops = &loopCtx{parent: f.loops, name: name, brk: f.scope, cont: it.scope}
	if bind != nil {
		bind(it)
	}
	c = it.nested().block(body.List)
	it.scope.ended = c.kind == ctlExited
	done()
	switch {
	case c.kind == ctlContinue && c.label == name:
		return ctl{}, false
	case c.kind == ctlNext:
		return ctl{}, false
	case c.kind == ctlExited && it.scope.cond:
		return ctl{}, false
	}
	return c, true
}

// roundGroup is the group of one iteration; it is added to the loop's list.
func (f *frame) roundGroup(list *resStmt) (*frame, func()) {
	b := &resBlock{}
	label := &resLabel{name: "nn_next"}
	if f.ev.mode.flat {
		return f.region(label)
	}
	g := f.into(b, rscope{kind: scopeGroup, label: label})
	mark := f.ev.sched.mark()
	return g, func() {
		f.joinGroup(g.scope)
		st := &resStmt{kind: groupStmt, blocks: []*resBlock{b}, label: label}
		if len(b.stmts) > 0 {
			st.line, st.pos = b.stmts[0].line, b.stmts[0].pos
			f.ev.sched.checkInterleaved(f, st, mark)
		}
		list.blocks = append(list.blocks, &resBlock{stmts: []*resStmt{st}})
	}
}

// finishLoop puts the iterations into the loop's group.
func (f *frame) finishLoop(list *resStmt) {
	used := false
	for _, b := range list.blocks {
		used = used || len(b.stmts[0].blocks[0].stmts) > 0
	}
	if used {
		st := *list
		st.line = f.ev.line(f.near(firstPos(&st)))
		st.inv = f.inv
		f.out.append(&st)
	}
	list.blocks = nil
}

func firstPos(s *resStmt) token.Pos {
	pos := token.NoPos
	s.walk(func(c *resStmt) {
		if !pos.IsValid() && c.pos.IsValid() {
			pos = c.pos
		}
	})
	return pos
}

// residualFor leaves a for loop, from here on, to the residual code.
func (f *frame) residualFor(s *ast.ForStmt, name string) {
	nodes := []ast.Node{s.Body}
	if s.Post != nil {
		nodes = append(nodes, s.Post)
	}
	if s.Cond != nil {
		nodes = append(nodes, s.Cond)
	}
	f.demoteAssigned(nodes...)
	st := &resStmt{kind: forStmt, pos: s.Pos(), label: &resLabel{name: "nn_loop"}}
	born := token.NoPos
	var cond code
	if s.Cond != nil {
		scratch := f.into(&resBlock{}, rscope{cond: true, loop: true, kind: scopeLoop, pos: s.Pos()})
		c := scratch.expr(s.Cond)
		if isInvalid(c) {
			return
		}
		cond, born = f.codeOf(c, f.typeOf(s.Cond), s.Cond), bornOf(c)
		if len(scratch.out.stmts) > 0 {
			f.fail(s.Cond.Pos(), "NN1205", "use a loop without a condition and an if with break", "the loop's condition needs statements of its own when it runs")
		}
	}
	post := &resBlock{}
	if s.Post != nil {
		f.into(post, rscope{cond: true, loop: true, kind: scopeLoop, born: born, pos: s.Pos()}).stmt(s.Post)
	}
	body := &resBlock{}
	g := f.into(body, rscope{cond: true, loop: true, kind: scopeLoop, born: born, pos: s.Pos()})
	g.loops = &loopCtx{parent: f.loops, name: name, host: true, label: st.label, scope: g.scope}
	g.block(s.Body.List)
	st.code = cond
	st.blocks = []*resBlock{body, post}
	if len(post.stmts) > 1 {
		f.fail(s.Post.Pos(), "NN1205", "move it into the loop's body", "the loop's post statement needs several statements when it runs")
	}
	f.emit(st)
}

// demoteAssigned moves the outer variables that a loop assigns into the residual code.
func (f *frame) demoteAssigned(nodes ...ast.Node) {
	set := map[types.Object]bool{}
	seen := map[ast.Node]bool{}
	for _, n := range nodes {
		f.assignedIn(n, seen, set)
	}
	for _, o := range sortedObjects(set) {
		c := f.env.lookup(o)
		if c == nil {
			continue
		}
		if c.res == nil {
			f.demote(c, identAt(o))
		}
		f.forget(c) // an iteration begins with what an earlier one left
	}
}

// identAt stands for a variable where there is no expression to point to.
func identAt(o types.Object) ast.Expr { return &ast.Ident{NamePos: o.Pos(), Name: o.Name()} }

func sortedObjects(set map[types.Object]bool) []types.Object {
	var out []types.Object
	for o := range set {
		out = append(out, o)
	}
	sortByPos(out)
	return out
}
