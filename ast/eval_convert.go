package ast

import (
	"go/ast"
	"go/constant"
	"go/types"
)

func zeroBasic(t types.Type, u *types.Basic) value {
	switch {
	case u.Info()&types.IsString != 0:
		return &constVal{constant.MakeString(""), t}
	case u.Info()&types.IsBoolean != 0:
		return &constVal{constant.MakeBool(false), t}
	case u.Info()&types.IsFloat != 0:
		return &constVal{constant.MakeFloat64(0), t}
	case u.Info()&types.IsInteger != 0:
		return &constVal{constant.MakeInt64(0), t}
	}
	return &nilVal{typ: t}
}

// convert evaluates T(x).
func (f *frame) convert(e *ast.CallExpr) value {
	t := f.typeOf(e.Fun)
	if len(e.Args) != 1 {
		return invalid{}
	}
	x := f.expr(e.Args[0])
	if _, wraps := t.Underlying().(*types.Interface); wraps {
		switch x.(type) {
		case *constVal, *codeVal:
		default:
			return x // it keeps the type that it has
		}
	}
	switch x := x.(type) {
	case *nilVal:
		return f.zero(t)
	case *mapVal:
		return &mapVal{typ: t, obj: x.obj}
	case *constVal:
		if v := convertConst(x, t); v != nil {
			return v
		}
		return f.residual(e, true, map[ast.Expr]value{e.Args[0]: x})
	case *codeVal:
		return f.residual(e, x.pure, map[ast.Expr]value{e.Args[0]: x})
	case *sliceVal:
		out := *x
		out.typ = t
		return &out
	case *structVal:
		out := copyValue(x).(*structVal)
		out.typ = t
		return out
	}
	return x
}

// convertConst converts between numbers, and between types over one basic type.
func convertConst(x *constVal, t types.Type) value {
	b, ok := t.Underlying().(*types.Basic)
	if !ok {
		return nil
	}
	switch {
	case b.Info()&types.IsString != 0 && x.v.Kind() == constant.String,
		b.Info()&types.IsBoolean != 0 && x.v.Kind() == constant.Bool:
		return &constVal{x.v, t}
	case b.Info()&types.IsInteger != 0:
		v := constant.ToInt(x.v)
		if v.Kind() != constant.Int {
			if x.v.Kind() != constant.Float {
				return nil
			}
			n, _ := constant.Float64Val(x.v) // Go cuts toward zero
			v = constant.MakeInt64(int64(n))
		}
		return fit(&constVal{v, t})
	case b.Info()&types.IsFloat != 0:
		if v := constant.ToFloat(x.v); v.Kind() == constant.Float {
			return fit(&constVal{v, t})
		}
	}
	return nil
}
