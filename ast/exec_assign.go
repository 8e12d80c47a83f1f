package ast

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// assign executes =, := and op=.
func (f *frame) assign(s *ast.AssignStmt) {
	if s.Tok != token.ASSIGN && s.Tok != token.DEFINE {
		op := opOf(s.Tok)
		f.counts(s.Lhs[0], s.Rhs[0], op, func() { f.opAssign(s.Lhs[0], s.Rhs[0], op, s) })
		return
	}
	if len(s.Rhs) == 1 && len(s.Lhs) > 1 {
		f.assignTuple(s)
		return
	}
	vals := make([]value, len(s.Rhs))
	for i, r := range s.Rhs {
		vals[i] = f.named(f.expr(r), s.Lhs[i])
	}
	if len(s.Lhs) > 1 {
		f.protect(vals, s)
	}
	for i, l := range s.Lhs {
		f.store(l, vals[i], s.Rhs[i], s)
	}
}

// named remembers the user's variable as the name of the node that it holds.
func (f *frame) named(v value, l ast.Expr) value {
	if t, ok := v.(*tensorVal); ok && t.sym != nil && t.sym.node != nil && t.sym.node.hint == "" && len(t.sym.node.outs) == 1 {
		if id, ok := l.(*ast.Ident); ok && id.Name != "_" {
			t.sym.node.hint = id.Name
			if alt := t.sym.alt; len(alt) == 1 && alt[0].v != nil && alt[0].v.hint == "nn_t" {
				alt[0].v.hint = id.Name
			}
		}
	}
	return v
}

// protect evaluates residual values into variables of their own, because an
// assignment of several variables reads all before it writes any.
func (f *frame) protect(vals []value, s *ast.AssignStmt) {
	n := 0
	for _, v := range vals {
		if _, ok := v.(*codeVal); ok {
			n++
		}
	}
	if n == 0 || s.Tok == token.DEFINE && n < 2 {
		return
	}
	for i, v := range vals {
		if c, ok := v.(*codeVal); ok && !f.stable(c) {
			rv := f.newVar("nn_v", c.typ)
			f.define(rv, c.code, c, s.Rhs[i])
			vals[i] = &codeVal{code: code{{v: rv}}, typ: c.typ, pure: true, born: rv.born, tensor: c.tensor}
		}
	}
}

// assignTuple executes a, b = f().
func (f *frame) assignTuple(s *ast.AssignStmt) {
	v := f.expr(s.Rhs[0])
	switch v := v.(type) {
	case *tupleVal:
		for i, l := range s.Lhs {
			f.store(l, v.vals[i], s.Rhs[0], s)
		}
	case *codeVal:
		f.residualTuple(s, v)
	default:
		for _, l := range s.Lhs {
			f.store(l, invalid{}, s.Rhs[0], s)
		}
	}
}

// residualTuple emits "a, b := call".
func (f *frame) residualTuple(s *ast.AssignStmt, v *codeVal) {
	tup, _ := f.src.info.TypeOf(s.Rhs[0]).(*types.Tuple)
	st := &resStmt{kind: assignStmt, op: "=", pos: s.Pos(), rhs: []code{v.code}, effects: !v.pure}
	for i, l := range s.Lhs {
		t := f.typeOf(l)
		if t == nil && tup != nil {
			t = tup.At(i).Type()
		}
		st.lhs = append(st.lhs, f.targetOf(l, t, v.born, s))
	}
	f.emit(st)
}

// targetOf makes a variable, or any assignable expression, a target of residual code.
func (f *frame) targetOf(l ast.Expr, t types.Type, born token.Pos, s ast.Node) target {
	id, ok := ast.Unparen(l).(*ast.Ident)
	if ok && id.Name == "_" {
		return target{blank: true}
	}
	if ok {
		if o := f.src.info.Defs[id]; o != nil {
			c := f.newCell(o, o.Type(), nil)
			c.res = f.newVar(id.Name, o.Type())
			f.wrote(c.res, born)
			return target{v: c.res, define: true}
		}
		c := f.cellOf(l)
		if c == nil {
			f.fail(l.Pos(), "NN1209", "return it as a result", "%s is a package variable: a trace does not change it", id.Name)
			return target{blank: true}
		}
		fresh := c.res == nil
		if fresh && f.conditional(c.scope) != nil {
			f.demote(c, l)
			fresh = false
		}
		if c.res == nil {
			c.res = f.varOf(c)
		}
		f.wrote(c.res, born)
		f.forget(c)
		return target{v: c.res, define: fresh}
	}
	return target{code: f.place(l, s)}
}

// wrote notes a write to a residual variable and what decides it.
func (f *frame) wrote(v *resVar, born token.Pos) {
	v.writes++
	if v.writes > 1 {
		v.changed = true
	}
	if b := f.condBorn(); !born.IsValid() {
		born = b
	}
	if !v.born.IsValid() {
		v.born = born
	}
}

// opAssign executes x op= y and x++.
func (f *frame) opAssign(l, r ast.Expr, op token.Token, s ast.Stmt) {
	x := f.expr(l)
	y := f.expr(r)
	if isInvalid(x) || isInvalid(y) {
		f.store(l, invalid{}, r, s)
		return
	}
	cx, okx := constOf(x)
	cy, oky := constOf(y)
	c := f.cellOf(l)
	if okx && oky && (c == nil || c.res == nil && f.conditional(c.scope) == nil) {
		e := &ast.BinaryExpr{X: l, Op: op, Y: r, OpPos: s.Pos()}
		f.store(l, f.fold(e, cx, cy, f.typeOf(l)), r, s)
		return
	}
	if _, ok := x.(*tensorVal); ok {
		f.fail(s.Pos(), "NN1204", "use the methods of nn.Tensor, for example x = x.Add(y)", "tensors have no operator %s", op)
		return
	}
	born := token.NoPos
	var yc code
	if isLiteral(r) {
		yc = f.rewrite(r, nil)
	} else {
		yc = f.codeOf(y, f.typeOf(l), r)
	}
	pure := true
	if v, ok := y.(*codeVal); ok {
		born, pure = v.born, v.pure
	}
	t := f.targetForUpdate(l, born, s)
	f.emit(&resStmt{kind: assignStmt, op: op.String() + "=", pos: s.Pos(), lhs: []target{t}, rhs: []code{yc}, effects: !pure || t.v == nil})
}

// targetForUpdate is targetOf for a variable whose old value is read too.
func (f *frame) targetForUpdate(l ast.Expr, born token.Pos, s ast.Node) target {
	if c := f.cellOf(l); c != nil {
		if _, isIdent := ast.Unparen(l).(*ast.Ident); isIdent {
			if c.res == nil {
				f.demote(c, l)
			}
			if c.res == nil {
				return target{blank: true}
			}
			c.res.changed = true
			f.wrote(c.res, born)
			f.forget(c)
			return target{v: c.res}
		}
	}
	return f.targetOf(l, f.typeOf(l), born, s)
}

func (f *frame) incDec(s *ast.IncDecStmt) {
	x := f.expr(s.X)
	c := f.cellOf(s.X)
	op := token.ADD
	if s.Tok == token.DEC {
		op = token.SUB
	}
	if k, ok := constOf(x); ok && (c == nil || c.res == nil && f.conditional(c.scope) == nil) {
		e := &ast.BinaryExpr{X: s.X, Op: op, Y: s.X, OpPos: s.Pos()}
		one, _ := constOf(intConst(1))
		f.store(s.X, f.fold(e, k, one, f.typeOf(s.X)), s.X, s)
		return
	}
	if isInvalid(x) {
		return
	}
	t := f.targetForUpdate(s.X, bornOf(x), s)
	f.emit(&resStmt{kind: assignStmt, op: s.Tok.String(), pos: s.Pos(), lhs: []target{t}, effects: t.v == nil})
}

func bornOf(v value) token.Pos {
	if c, ok := v.(*codeVal); ok {
		return c.born
	}
	return token.NoPos
}

func opOf(t token.Token) token.Token {
	return map[token.Token]token.Token{
		token.ADD_ASSIGN: token.ADD, token.SUB_ASSIGN: token.SUB, token.MUL_ASSIGN: token.MUL, token.QUO_ASSIGN: token.QUO,
		token.REM_ASSIGN: token.REM, token.AND_ASSIGN: token.AND, token.OR_ASSIGN: token.OR, token.XOR_ASSIGN: token.XOR,
		token.SHL_ASSIGN: token.SHL, token.SHR_ASSIGN: token.SHR, token.AND_NOT_ASSIGN: token.AND_NOT,
	}[t]
}

// declStmt executes var and const declarations inside a function.
func (f *frame) declStmt(s *ast.DeclStmt) {
	gd, ok := s.Decl.(*ast.GenDecl)
	if !ok || gd.Tok != token.VAR {
		return // constants are folded, types are looked up by the type checker
	}
	for _, spec := range gd.Specs {
		vs := spec.(*ast.ValueSpec)
		if len(vs.Values) == 1 && len(vs.Names) > 1 {
			f.assignTuple(&ast.AssignStmt{Lhs: idents(vs.Names), Tok: token.DEFINE, TokPos: vs.Pos(), Rhs: vs.Values})
			continue
		}
		for i, n := range vs.Names {
			o := f.src.info.Defs[n]
			if n.Name == "_" || o == nil {
				if i < len(vs.Values) {
					f.store(n, f.expr(vs.Values[i]), vs.Values[i], s)
				}
				continue
			}
			if i < len(vs.Values) {
				f.declare(n, o, f.named(f.expr(vs.Values[i]), n), vs.Values[i])
				continue
			}
			f.newCell(o, o.Type(), f.zero(o.Type()))
		}
	}
}

func idents(names []*ast.Ident) []ast.Expr {
	out := make([]ast.Expr, len(names))
	for i, n := range names {
		out[i] = n
	}
	return out
}

// reservedName refuses the prefix that generated code uses for itself.
func (f *frame) reservedName(id *ast.Ident) {
	if strings.HasPrefix(id.Name, "nn_") {
		f.fail(id.Pos(), "NN1212", "rename it", "the name %s is reserved: generated code uses the prefix nn_", id.Name)
	}
}
