package ast

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
)

// unary evaluates -x, !x, ^x, +x and &x.
func (f *frame) unary(e *ast.UnaryExpr) value {
	if e.Op == token.AND {
		return f.address(e)
	}
	if e.Op == token.ARROW {
		return f.fail(e.Pos(), "NN1202", "a trace runs in one goroutine; pass values as parameters", "channels are not in the subset of Go that nngen compiles")
	}
	x := f.expr(e.X)
	switch x := x.(type) {
	case *constVal:
		size := uint(0)
		if b, ok := x.typ.Underlying().(*types.Basic); ok && b.Info()&types.IsUnsigned != 0 {
			size = uint(8 * types.SizesFor("gc", "amd64").Sizeof(b))
		}
		return fit(&constVal{constant.UnaryOp(e.Op, x.v, size), f.typeOf(e)})
	case *codeVal:
		return f.residual(e, true, map[ast.Expr]value{e.X: x})
	case invalid:
		return x
	}
	return f.fail(e.Pos(), "NN1201", "", "operator %s cannot be applied to %s", e.Op, x.kind())
}

// address evaluates &x: of a variable, or of a literal.
func (f *frame) address(e *ast.UnaryExpr) value {
	t := f.typeOf(e)
	switch x := ast.Unparen(e.X).(type) {
	case *ast.Ident:
		if c := f.env.lookup(f.src.info.Uses[x]); c != nil {
			return &ptrVal{typ: t, to: c}
		}
	case *ast.CompositeLit:
		v := f.expr(x)
		if c, ok := v.(*codeVal); ok {
			return f.residual(e, c.pure, map[ast.Expr]value{e.X: v})
		}
		return &ptrVal{typ: t, to: &cell{typ: f.typeOf(x), val: v, scope: f.depth()}}
	}
	v := f.expr(e.X)
	if _, ok := v.(*codeVal); ok {
		return f.residual(e, false, map[ast.Expr]value{e.X: v})
	}
	if isInvalid(v) {
		return v
	}
	return f.fail(e.Pos(), "NN1203", "take the address of a variable, or keep the value itself",
		"the address of a field or an element cannot be taken at generate time")
}

// star evaluates *p.
func (f *frame) star(e *ast.StarExpr) value {
	switch x := f.expr(e.X).(type) {
	case *ptrVal:
		return f.read(x.to, e)
	case *codeVal:
		return f.residual(e, false, map[ast.Expr]value{e.X: x})
	case invalid:
		return x
	case *envoyVal:
		return f.fail(e.Pos(), "NN1203", "pass the pointer on as it is", "an Envoy cannot be copied")
	default:
		return f.fail(e.Pos(), "NN1203", "", "%s cannot be dereferenced", x.kind())
	}
}

// typeAssert evaluates x.(T) where x is known now.
func (f *frame) typeAssert(e *ast.TypeAssertExpr) value {
	x := f.expr(e.X)
	switch x := x.(type) {
	case *codeVal:
		return f.residual(e, false, map[ast.Expr]value{e.X: x})
	case invalid:
		return x
	}
	t := f.typeOf(e.Type)
	have := f.dynamicType(x)
	if have == nil {
		return f.fail(e.Pos(), "NN1201", "", "a type assertion on %s is not in the subset of Go that nngen compiles", x.kind())
	}
	ok := types.AssignableTo(have, t)
	if tup, isTuple := f.src.info.TypeOf(e).(*types.Tuple); isTuple && tup.Len() == 2 {
		if !ok {
			x = f.zero(t)
		}
		return &tupleVal{[]value{x, boolConst(ok, types.Typ[types.Bool])}}
	}
	if !ok {
		return f.fail(e.Pos(), "NN1201", "", "this is %s, not %s", have, t)
	}
	return x
}

// dynamicType is the Go type of a static value.
func (f *frame) dynamicType(v value) types.Type {
	switch v := v.(type) {
	case *constVal:
		return v.typ
	case *structVal:
		return v.typ
	case *sliceVal:
		return v.typ
	case *ptrVal:
		return v.typ
	case *envoyVal:
		return types.NewPointer(v.typ)
	case *chosenVal:
		return types.NewPointer(v.list[0].typ)
	case *mapVal:
		return v.typ
	}
	return nil
}
