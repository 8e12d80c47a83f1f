package ast

import (
	"go/ast"
	"go/types"
)

// subst replaces type parameters of the function in work.
func (f *frame) subst(t types.Type) types.Type {
	if f.call == nil || len(f.call.targs) == 0 || t == nil {
		return t
	}
	return substType(t, f.call.targs)
}

// substType replaces type parameters in the types that helpers commonly use.
func substType(t types.Type, m map[*types.TypeParam]types.Type) types.Type {
	switch t := t.(type) {
	case *types.TypeParam:
		if r := m[t]; r != nil {
			return r
		}
	case *types.Slice:
		return types.NewSlice(substType(t.Elem(), m))
	case *types.Pointer:
		return types.NewPointer(substType(t.Elem(), m))
	case *types.Array:
		return types.NewArray(substType(t.Elem(), m), t.Len())
	case *types.Map:
		return types.NewMap(substType(t.Key(), m), substType(t.Elem(), m))
	}
	return t
}

// typeOf is the type of an expression of the text in work.
func (f *frame) typeOf(e ast.Expr) types.Type {
	return f.subst(f.src.info.TypeOf(e))
}
