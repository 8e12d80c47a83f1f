package ast

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// binary evaluates x op y.
func (f *frame) binary(e *ast.BinaryExpr) value {
	if e.Op == token.LAND || e.Op == token.LOR {
		return f.logical(e)
	}
	xy := f.operands([]ast.Expr{e.X, e.Y})
	x, y := xy[0], xy[1]
	if isInvalid(x) || isInvalid(y) {
		return invalid{}
	}
	cx, okx := constOf(x)
	cy, oky := constOf(y)
	if okx && oky {
		return f.foldBinary(e, cx, cy)
	}
	if v, ok := f.compareStatic(e, x, y); ok {
		return v
	}
	if _, ok := x.(*tensorVal); ok {
		return f.tensorOperator(e)
	}
	if _, ok := y.(*tensorVal); ok {
		return f.tensorOperator(e)
	}
	if oky && (e.Op == token.QUO || e.Op == token.REM) && !isFloatType(f.typeOf(e)) && constant.Sign(cy) == 0 {
		return f.fail(e.Pos(), "NN1206", "", "division by zero")
	}
	// Division by an integer zero panics, so it must stay where it is.
	pure := e.Op != token.QUO && e.Op != token.REM || isFloatType(f.typeOf(e))
	v := f.residual(e, pure, map[ast.Expr]value{e.X: x, e.Y: y})
	if c, ok := v.(*codeVal); ok && okx && !isLiteral(e.X) {
		f.constantLast(e, c, x, y)
	}
	return v
}

// constantLast writes an equation as people do where a variable on its left is
// known now: "layer == 0", not "0 == layer".
func (f *frame) constantLast(e *ast.BinaryExpr, c *codeVal, x, y value) {
	if e.Op != token.EQL && e.Op != token.NEQ {
		return
	}
	right := f.codeOf(y, f.typeOf(e.Y), e.Y)
	if slices.ContainsFunc(right, func(fr frag) bool { return strings.Contains(fr.text, " ") }) {
		right = operand(right)
	}
	c.code = append(code(nil), right...).add(" "+e.Op.String()+" ", f.codeOf(x, f.typeOf(e.X), e.X))
}

func (f *frame) tensorOperator(e *ast.BinaryExpr) value {
	return f.fail(e.Pos(), "NN1204", "compare values: x.Eq(y) for tensors, x.IsZero() for one that was never set", "tensors cannot be compared with %s", e.Op)
}

func isFloatType(t types.Type) bool {
	b, ok := orNil(t).Underlying().(*types.Basic)
	return ok && b.Info()&types.IsFloat != 0
}

// logical evaluates && and ||; the right side only where Go would.
func (f *frame) logical(e *ast.BinaryExpr) value {
	x := f.expr(e.X)
	if c, ok := constOf(x); ok {
		if constant.BoolVal(c) == (e.Op == token.LOR) {
			return x
		}
		return f.expr(e.Y)
	}
	if isInvalid(x) {
		return x
	}
	var born token.Pos
	if c, ok := x.(*codeVal); ok {
		born = c.born
	}
	side := f.into(&resBlock{}, rscope{cond: true, kind: scopeIf, born: born, pos: e.Pos()})
	y := side.expr(e.Y)
	if len(side.out.stmts) > 0 && !isInvalid(y) {
		return f.logicalIf(e, x, y, side)
	}
	return f.residual(e, true, map[ast.Expr]value{e.X: x, e.Y: y})
}

// logicalIf is a logical operator whose right side needs statements of its own:
//
//	v := x
//	if v { …; v = y }
func (f *frame) logicalIf(e *ast.BinaryExpr, x, y value, side *frame) value {
	cx, ok := x.(*codeVal)
	if !ok {
		return f.fail(e.X.Pos(), "NN1201", "", "%s cannot be a condition", x.kind())
	}
	v := f.newVar("nn_v", f.typeOf(e))
	f.define(v, cx.code, cx, e.X)
	rhs := side.codeOf(y, f.typeOf(e.Y), e.Y)
	side.wrote(v, bornOf(y))
	side.emit(&resStmt{kind: assignStmt, op: "=", pos: e.Y.Pos(), lhs: []target{{v: v}}, rhs: []code{rhs}})
	cond := code{{v: v}}
	if e.Op == token.LOR {
		cond = txt("!").add(v)
	}
	f.emit(&resStmt{kind: ifStmt, pos: e.Pos(), code: cond, blocks: []*resBlock{side.out}})
	return &codeVal{code: code{{v: v}}, typ: f.typeOf(e), pure: true, born: v.born}
}

// foldBinary computes x op y on constants.
func (f *frame) foldBinary(e *ast.BinaryExpr, x, y constant.Value) value {
	t := f.typeOf(e)
	switch e.Op {
	case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
		return boolConst(constant.Compare(x, e.Op, y), t)
	case token.SHL, token.SHR:
		n, ok := constant.Uint64Val(constant.ToInt(y))
		if !ok || n > 1<<10 {
			return f.fail(e.Pos(), "NN1206", "", "shift count %s is out of range", y)
		}
		return fit(&constVal{constant.Shift(constant.ToInt(x), e.Op, uint(n)), t})
	}
	op := e.Op
	if b, ok := t.Underlying().(*types.Basic); ok && b.Info()&types.IsInteger != 0 {
		if (op == token.QUO || op == token.REM) && constant.Sign(y) == 0 {
			return f.fail(e.Pos(), "NN1206", "", "division by zero")
		}
		if op == token.QUO {
			op = token.QUO_ASSIGN // integer division
		}
	} else if op == token.QUO && constant.Sign(y) == 0 {
		return f.fail(e.Pos(), "NN1206", "", "division by zero")
	}
	return fit(&constVal{constant.BinaryOp(x, op, y), t})
}

// fit wraps integers and rounds floats as their Go types do.
func fit(c *constVal) value {
	b, ok := orNil(c.typ).Underlying().(*types.Basic)
	if !ok {
		return c
	}
	switch {
	case b.Kind() == types.Float32:
		x, _ := constant.Float32Val(c.v)
		c.v = constant.MakeFloat64(float64(x))
	case b.Kind() == types.Float64:
		x, _ := constant.Float64Val(c.v)
		c.v = constant.MakeFloat64(x)
	case b.Info()&types.IsInteger != 0 && b.Info()&types.IsUntyped == 0:
		c.v = wrap(constant.ToInt(c.v), b)
	}
	if c.v.Kind() == constant.Unknown {
		return invalid{}
	}
	return c
}

// wrap reduces an integer to the width of its type.
func wrap(v constant.Value, b *types.Basic) constant.Value {
	bits := uint(8 * types.SizesFor("gc", "amd64").Sizeof(b))
	mod := constant.Shift(constant.MakeInt64(1), token.SHL, bits)
	v = constant.BinaryOp(v, token.REM, mod)
	if constant.Sign(v) < 0 {
		v = constant.BinaryOp(v, token.ADD, mod)
	}
	if b.Info()&types.IsUnsigned == 0 {
		half := constant.Shift(constant.MakeInt64(1), token.SHL, bits-1)
		if constant.Compare(v, token.GEQ, half) {
			v = constant.BinaryOp(v, token.SUB, mod)
		}
	}
	return v
}

// compareStatic evaluates == and != on Envoys, nil and pointers.
func (f *frame) compareStatic(e *ast.BinaryExpr, x, y value) (value, bool) {
	if e.Op != token.EQL && e.Op != token.NEQ {
		return nil, false
	}
	if f.comparesAttachment(e, x, y) {
		return invalid{}, true
	}
	same, known := sameStatic(x, y)
	if !known {
		return nil, false
	}
	return boolConst(same == (e.Op == token.EQL), f.typeOf(e)), true
}

func sameStatic(x, y value) (same, known bool) {
	if _, ok := x.(*nilVal); ok {
		x, y = y, x
	}
	_, ynil := y.(*nilVal)
	switch x := x.(type) {
	case *envoyVal:
		if o, ok := y.(*envoyVal); ok {
			return x.path == o.path && x.inv == o.inv, true
		}
		return false, ynil
	case *nilVal:
		return true, ynil
	case *ptrVal:
		if o, ok := y.(*ptrVal); ok {
			return x.to == o.to, true
		}
		return false, ynil
	case *sliceVal:
		return x.obj == nil, ynil && !x.array
	case *mapVal:
		return x.obj == nil, ynil
	case *funcVal:
		return false, ynil
	}
	return false, false
}
