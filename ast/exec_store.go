package ast

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
)

// store puts a value into whatever stands left of an assignment.
func (f *frame) store(l ast.Expr, v value, at ast.Expr, s ast.Node) {
	switch x := ast.Unparen(l).(type) {
	case *ast.Ident:
		if x.Name == "_" {
			f.drop(v, at)
			return
		}
		if o := f.src.info.Defs[x]; o != nil {
			f.declare(x, o, v, at)
			return
		}
		if c := f.env.lookup(f.src.info.Uses[x]); c != nil {
			f.setCell(c, v, at)
			f.noteAssigned(c, x, v)
			return
		}
		f.fail(x.Pos(), "NN1209", "return it as a result", "%s is a package variable: a trace does not change it", x.Name)
	case *ast.IndexExpr:
		f.storeIndex(x, v, at)
	case *ast.SelectorExpr:
		f.storeField(x, v, at)
	case *ast.StarExpr:
		f.storeStar(x, v, at)
	default:
		f.fail(l.Pos(), "NN1201", "", "this cannot be assigned at generate time")
	}
}

// noteAssigned remembers that a variable was given a tensor: one that is never
// read again was computed for nothing, which is seldom what was meant.
func (f *frame) noteAssigned(c *cell, x *ast.Ident, v value) {
	c.last = nil
	t, ok := v.(*tensorVal)
	if !ok || t.sym == nil || t.sym.node == nil || t.sym.node.text == "" || c.res != nil {
		return
	}
	a := f.ev.assigned[x.Pos()]
	if a == nil {
		a = &assigned{name: x.Name, sym: t.sym}
		f.ev.assigned[x.Pos()] = a
	}
	c.last = a
}

// checkAssigned reports tensors that were assigned and never read.
func (ev *evaluator) checkAssigned() {
	for pos, a := range ev.assigned {
		if !a.read {
			d := ev.report(pos, "NN1214", "%s is given the result of %s, which is never used", a.name, a.sym.what)
			d.Hint = "write it back with SetOutput or SetInput, or return it: tensor operations change nothing, they give a new tensor"
		}
	}
}

// drop evaluates a value for its effects only.
func (f *frame) drop(v value, at ast.Expr) {
	if c, ok := v.(*codeVal); ok && !c.pure {
		f.emit(&resStmt{kind: assignStmt, op: "=", pos: at.Pos(), lhs: []target{{blank: true}}, rhs: []code{c.code}, effects: true})
	}
}

// declare makes a new variable with a value.
func (f *frame) declare(id *ast.Ident, o types.Object, v value, at ast.Expr) {
	f.reservedName(id)
	c := f.newCell(o, o.Type(), nil)
	f.setCell(c, v, at)
}

// setCell assigns a variable. What only a run knows, or what happens under a
// condition that only a run knows, becomes an assignment in the residual code.
func (f *frame) setCell(c *cell, v value, at ast.Expr) {
	defer f.mirror(c, at)
	f.assignCell(c, v, at)
	if c.res != nil && c.res.kept {
		f.noteCarried(c, v)
	}
	f.remember(c, v)
}

func (f *frame) assignCell(c *cell, v value, at ast.Expr) {
	if f.moduleAssigned(c, v, at) || f.cacheAssigned(c, v) {
		return
	}
	cond := f.conditional(c.scope)
	if isInvalid(v) {
		c.val, c.res = v, nil
		return
	}
	if n, ok := v.(*nilVal); ok && n.typ == nil || ok && isPlain(n.typ, types.UntypedNil) {
		v = f.zero(c.typ)
	}
	cv, isCode := v.(*codeVal)
	if cond == nil && !isCode && (c.res == nil || !c.res.param && !c.res.captured) {
		c.val, c.res, c.at = copyValue(v), nil, f.scope
		return
	}
	if isCode && c.res != nil && len(cv.code) == 1 && cv.code[0].v == c.res {
		return // itself
	}
	if t, ok := v.(*tensorVal); ok && c.res != nil {
		if k, _ := f.knownOf(c); k.v != nil && !k.picked && sameKnown(k.v, t) {
			return // it holds this already
		}
	}
	if cond != nil && c.res == nil {
		held := c.val
		if f.demote(c, at); c.res != nil && sameKnown(held, v) {
			return // so it does from where it became residual
		}
	}
	if c.res == nil {
		if isInvalid(c.val) && cond != nil {
			return
		}
		c.res = f.varOf(c)
		f.define(c.res, cv.code, cv, at)
		return
	}
	born := bornOf(v)
	pure := true
	if isCode {
		pure = cv.pure
	}
	rhs := f.assignedCode(v, c.typ, at)
	if !born.IsValid() {
		born = bornIn(rhs)
	}
	f.wrote(c.res, born)
	f.emit(&resStmt{kind: assignStmt, op: "=", pos: at.Pos(), lhs: []target{{v: c.res}}, rhs: []code{rhs}, effects: !pure})
}

// define emits "v := code".
func (f *frame) define(v *resVar, c code, cv *codeVal, at ast.Expr) {
	born := cv.born
	if !born.IsValid() {
		born = bornIn(c)
	}
	f.wrote(v, born)
	f.emit(&resStmt{
		kind: assignStmt, op: "=", pos: at.Pos(), lhs: []target{{v: v, define: true}}, rhs: []code{c},
		effects: !cv.pure, typed: cv.typ == nil || v.typ == nil || !types.Identical(cv.typ, v.typ),
	})
}

// fold computes x op y for op= and ++.
func (f *frame) fold(e *ast.BinaryExpr, a, b constant.Value, t types.Type) value {
	op := e.Op
	bt, _ := t.Underlying().(*types.Basic)
	isInt := bt != nil && bt.Info()&types.IsInteger != 0
	switch op {
	case token.SHL, token.SHR:
		n, ok := constant.Uint64Val(constant.ToInt(b))
		if !ok || n > 1<<10 {
			return f.fail(e.OpPos, "NN1206", "", "shift count %s is out of range", b)
		}
		return fit(&constVal{constant.Shift(constant.ToInt(a), op, uint(n)), t})
	case token.QUO, token.REM:
		if constant.Sign(b) == 0 {
			return f.fail(e.OpPos, "NN1206", "", "division by zero")
		}
		if op == token.QUO && isInt {
			op = token.QUO_ASSIGN
		}
	}
	return fit(&constVal{constant.BinaryOp(a, op, b), t})
}
