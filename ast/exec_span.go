package ast

import (
	"go/ast"
	"go/token"
	"go/types"
)

// span is a loop "for i := lo; i < hi; i++" whose index picks from module arrays:
// it is carried out for every module, each under lo <= i && i < hi.
type span struct {
	i      types.Object
	lo, hi value
	last   bool // <=
	n      int  // modules
}

// spanOf recognises such a loop; nil for others, and where the bounds are known.
func (f *frame) spanOf(s *ast.ForStmt) *span {
	init, ok1 := s.Init.(*ast.AssignStmt)
	cond, ok2 := s.Cond.(*ast.BinaryExpr)
	post, ok3 := s.Post.(*ast.IncDecStmt)
	if !ok1 || !ok2 || !ok3 || init.Tok != token.DEFINE || len(init.Lhs) != 1 || len(init.Rhs) != 1 || post.Tok != token.INC || cond.Op != token.LSS && cond.Op != token.LEQ {
		return nil
	}
	id, ok := init.Lhs[0].(*ast.Ident)
	i := f.src.info.Defs[id]
	if !ok || i == nil || !isPlain(i.Type(), types.Int) || rootObject(f.src.info, cond.X) != i || rootObject(f.src.info, post.X) != i || f.usesObject(cond.Y, i) {
		return nil
	}
	assigned := map[types.Object]bool{}
	f.assignedIn(s.Body, map[ast.Node]bool{}, assigned)
	n := f.picked(s.Body, i)
	if n == 0 || assigned[i] || f.hasCall(cond.Y) || f.changes(cond.Y, assigned) {
		return nil
	}
	sp := &span{i: i, lo: f.expr(init.Rhs[0]), hi: f.expr(cond.Y), last: cond.Op == token.LEQ, n: n}
	_, knownLo := constOf(sp.lo)
	_, knownHi := constOf(sp.hi)
	if isInvalid(sp.lo) || isInvalid(sp.hi) || knownLo && knownHi {
		return nil
	}
	return sp
}

// picked is the length of the module arrays that a loop indexes by its variable,
// 0 if there are none.
func (f *frame) picked(body ast.Node, i types.Object) int {
	n := 0
	ast.Inspect(body, func(e ast.Node) bool {
		x, ok := e.(*ast.IndexExpr)
		if !ok {
			return true
		}
		id, ok := ast.Unparen(x.Index).(*ast.Ident)
		if !ok || f.src.info.Uses[id] != i {
			return true
		}
		t := f.src.info.TypeOf(x.X)
		if p, ok := orNil(t).Underlying().(*types.Pointer); ok {
			t = p.Elem()
		}
		if a, ok := orNil(t).Underlying().(*types.Array); ok && isEnvoy(a.Elem()) && (n == 0 || int(a.Len()) < n) {
			n = int(a.Len())
		}
		return true
	})
	return n
}

// usesObject reports whether an expression mentions a variable.
func (f *frame) usesObject(e ast.Expr, o types.Object) bool {
	return f.changes(e, map[types.Object]bool{o: true})
}

// changes reports whether an expression mentions any of some variables.
func (f *frame) changes(e ast.Expr, set map[types.Object]bool) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && set[f.src.info.Uses[id]] {
			found = true
		}
		return !found
	})
	return found
}

// spanLoop carries the loop out. Bounds beyond the modules end the trace as Go
// does, with an index that is out of range.
func (f *frame) spanLoop(s *ast.ForStmt, name string, sp *span) ctl {
	init, cond := s.Init.(*ast.AssignStmt), s.Cond.(*ast.BinaryExpr)
	lo, hi := f.held(sp.lo, init.Rhs[0]), f.held(sp.hi, cond.Y)
	end := hi
	if sp.last {
		end = hi.add(" + 1")
	}
	f.emit(&resStmt{
		kind: leafStmt, pos: s.Pos(), effects: true,
		code: f.packageRef(RuntimePath, "Span").add("(", lo, ", ", end, ", "+itoa(sp.n)+")"),
	})
	loop, done := f.group("nn_loop")
	list := &resStmt{kind: loopStmt, pos: s.Pos()}
	past := " > "
	if sp.last {
		past = " >= "
	}
	for k := range sp.n {
		it, itDone := loop.roundGroup(list)
		it.loops = &loopCtx{parent: loop.loops, name: name, brk: loop.scope, cont: it.scope}
		num := it.constCode(intConst(int64(k)).(*constVal).v, types.Typ[types.Int], s.Pos())
		c := &codeVal{code: operand(lo).add(" <= ", num, " && ", operand(hi), past, num), typ: types.Typ[types.Bool], pure: true}
		c.born = bornIn(c.code)
		text := f.excerpt(init.Rhs[0]) + " <= " + itoa(k) + " && " + itoa(k) + " " + cond.Op.String() + " " + f.excerpt(cond.Y)
		it.branches(s.Pos(), c, it.ifTest(c, text), []func(*frame) ctl{func(g *frame) ctl {
			g.newCell(sp.i, sp.i.Type(), intConst(int64(k)))
			c := g.nested().block(s.Body.List)
			return c
		}})
		itDone()
	}
	loop.finishLoop(list)
	done()
	return ctl{}
}

// held gives a bound as code that means the same throughout the loop.
func (f *frame) held(v value, at ast.Expr) code {
	c, ok := v.(*codeVal)
	if !ok {
		return f.codeOf(v, types.Typ[types.Int], at)
	}
	if f.stable(c) {
		return c.code
	}
	rv := f.newVar("nn_v", types.Typ[types.Int])
	f.define(rv, c.code, c, at)
	return code{{v: rv}}
}
