package ast

import (
	"go/ast"
	"go/types"
)

// composite evaluates a composite literal.
func (f *frame) composite(e *ast.CompositeLit) value {
	t := f.typeOf(e)
	if p, ok := t.Underlying().(*types.Pointer); ok { // &T elided inside a literal
		inner := f.compositeOf(e, p.Elem())
		if c, ok := inner.(*codeVal); ok {
			return c
		}
		return &ptrVal{typ: t, to: &cell{typ: p.Elem(), val: inner, scope: f.depth()}}
	}
	return f.compositeOf(e, t)
}

func (f *frame) compositeOf(e *ast.CompositeLit, t types.Type) value {
	if p, _ := named(t); p == RuntimePath {
		return f.foreignLiteral(e)
	}
	switch u := t.Underlying().(type) {
	case *types.Struct:
		return f.structLit(e, t, u)
	case *types.Slice:
		return f.listLit(e, t, u.Elem(), -1)
	case *types.Array:
		return f.listLit(e, t, u.Elem(), int(u.Len()))
	case *types.Map:
		return f.mapLit(e, t, u)
	}
	return f.fail(e.Pos(), "NN1201", "", "a literal of type %s is not in the subset of Go that nngen compiles", t)
}

// foreignLiteral leaves a literal of one of package nn's own types to host code.
func (f *frame) foreignLiteral(e *ast.CompositeLit) value {
	parts := map[ast.Expr]value{}
	for _, el := range e.Elts {
		if kv, ok := el.(*ast.KeyValueExpr); ok {
			el = kv.Value
		}
		parts[el] = f.expr(el)
	}
	if isTensor(f.typeOf(e)) {
		return &tensorVal{}
	}
	return f.residual(e, true, parts)
}

func (f *frame) structLit(e *ast.CompositeLit, t types.Type, u *types.Struct) value {
	out := f.zero(t)
	sv, ok := out.(*structVal)
	if !ok {
		return f.foreignLiteral(e)
	}
	for i, el := range e.Elts {
		field, val := i, el
		if kv, ok := el.(*ast.KeyValueExpr); ok {
			field, val = fieldIndex(u, kv.Key.(*ast.Ident).Name), kv.Value
		}
		v := f.stored(f.expr(val), u.Field(field).Type(), val)
		sv.fields[field] = v
	}
	return sv
}

func fieldIndex(u *types.Struct, name string) int {
	for i := range u.NumFields() {
		if u.Field(i).Name() == name {
			return i
		}
	}
	return 0
}

// listLit evaluates slice and array literals, keys allowed.
func (f *frame) listLit(e *ast.CompositeLit, t, elem types.Type, n int) value {
	obj := &arrayObj{elem: f.subst(elem)}
	at := 0
	set := func(i int, v value) {
		for len(obj.elems) <= i {
			obj.elems = append(obj.elems, f.zero(elem))
		}
		obj.elems[i] = v
	}
	for _, el := range e.Elts {
		if kv, ok := el.(*ast.KeyValueExpr); ok {
			k, ok := intOf(f.expr(kv.Key))
			if !ok || k > 1<<20 {
				return f.fail(kv.Pos(), "NN1206", "", "the index of this element is out of range")
			}
			at, el = int(k), kv.Value
		}
		set(at, f.stored(f.expr(el), elem, el))
		at++
	}
	if n > 0 && n <= 1<<20 && len(obj.elems) < n {
		set(n-1, f.zero(elem))
	}
	return &sliceVal{typ: t, obj: obj, len: len(obj.elems), array: n >= 0}
}

func (f *frame) mapLit(e *ast.CompositeLit, t types.Type, u *types.Map) value {
	obj := &mapObj{vals: map[string]value{}}
	for _, el := range e.Elts {
		kv := el.(*ast.KeyValueExpr)
		k := f.expr(kv.Key)
		v := f.stored(f.expr(kv.Value), u.Elem(), kv.Value)
		if isInvalid(k) {
			return k
		}
		if keyText(k) == "" {
			return f.fail(kv.Key.Pos(), "NN1201", "use constants as keys", "a map key that is known only when the trace runs cannot stand in this literal")
		}
		if obj.vals[keyText(k)] == nil {
			obj.keys = append(obj.keys, k)
		}
		obj.vals[keyText(k)] = v
	}
	return &mapVal{typ: t, obj: obj}
}

// stored prepares a value to be kept in a slice, map or struct: code that does
// more than read constants and unchanging parameters is evaluated now, once.
func (f *frame) stored(v value, t types.Type, at ast.Expr) value {
	c, ok := v.(*codeVal)
	if !ok || f.stable(c) || f.tapOnly(c) {
		return copyValue(v)
	}
	rv := f.newVar("v", t)
	f.define(rv, c.code, c, at)
	return &codeVal{code: code{{v: rv}}, typ: rv.typ, pure: true, born: rv.born, tensor: c.tensor}
}

// zero is the zero value of a type.
func (f *frame) zero(t types.Type) value {
	t = f.subst(t)
	if isTensor(t) {
		return &tensorVal{}
	}
	if p, _ := named(t); p == RuntimePath {
		return &nilVal{typ: t}
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return zeroBasic(t, u)
	case *types.Struct:
		out := &structVal{typ: t}
		for fld := range u.Fields() {
			out.fields = append(out.fields, f.zero(fld.Type()))
		}
		return out
	case *types.Array:
		if u.Len() > 1<<16 {
			return &nilVal{typ: t}
		}
		obj := &arrayObj{elem: u.Elem()}
		for range u.Len() {
			obj.elems = append(obj.elems, f.zero(u.Elem()))
		}
		return &sliceVal{typ: t, obj: obj, len: len(obj.elems), array: true}
	case *types.Slice:
		return &sliceVal{typ: t}
	case *types.Map:
		return &mapVal{typ: t}
	}
	return &nilVal{typ: t}
}
