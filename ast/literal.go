package ast

import (
	"go/ast"
	"go/types"
)

// literal gives a static slice, array, map or struct as a composite literal.
func (f *frame) literal(v value, at ast.Expr) code {
	switch v := v.(type) {
	case *sliceVal:
		return f.sliceLiteral(v, at)
	case *structVal:
		return f.structLiteral(v, at)
	case *mapVal:
		if v.obj == nil {
			return f.typedNil(v.typ, at)
		}
		out := f.typeOrFail(v.typ, at).add("{")
		m := v.typ.Underlying().(*types.Map)
		for i, k := range v.obj.keys {
			out = out.add(sep(i), f.elementCode(k, m.Key(), at), ": ", f.elementCode(v.obj.vals[keyText(k)], m.Elem(), at))
		}
		return out.add("}")
	}
	return txt("nn_invalid")
}

func (f *frame) sliceLiteral(v *sliceVal, at ast.Expr) code {
	if v.obj == nil {
		return f.typedNil(v.typ, at)
	}
	out := f.typeOrFail(v.typ, at).add("{")
	for i := range v.len {
		out = out.add(sep(i), f.elementCode(v.element(i), v.obj.elem, at))
	}
	return out.add("}")
}

func (f *frame) structLiteral(v *structVal, at ast.Expr) code {
	out := f.typeOrFail(v.typ, at).add("{")
	st := v.typ.Underlying().(*types.Struct)
	n := 0
	for i, fv := range v.fields {
		if isZero(fv) {
			continue
		}
		if !st.Field(i).Exported() && st.Field(i).Pkg() != nil && st.Field(i).Pkg().Path() != f.ev.tf.src.path {
			f.fail(at.Pos(), "NN1210", "export the field", "host code cannot set the unexported field %s of package %s", st.Field(i).Name(), st.Field(i).Pkg().Name())
		}
		out = out.add(sep(n), st.Field(i).Name()+": ", f.elementCode(fv, st.Field(i).Type(), at))
		n++
	}
	return out.add("}")
}

// elementCode gives a value where a literal says its type already.
func (f *frame) elementCode(v value, t types.Type, at ast.Expr) code {
	c, ok := v.(*constVal)
	b, basic := t.Underlying().(*types.Basic)
	if !ok || !basic || isPlain(t, types.String, types.Int) {
		return f.codeOf(v, t, at)
	}
	return txt(literalText(c.v, b))
}

func sep(i int) string {
	if i == 0 {
		return ""
	}
	return ", "
}

// typedNil is nil that keeps its type where an interface takes it.
func (f *frame) typedNil(t types.Type, at ast.Expr) code {
	switch types.Unalias(t).(type) {
	case *types.Pointer, *types.Signature, *types.Chan:
		return txt("(").add(f.typeOrFail(t, at), ")(nil)")
	}
	return f.typeOrFail(t, at).add("(nil)")
}

// isZero reports whether a field may be left out of a literal.
func isZero(v value) bool {
	switch v := v.(type) {
	case *nilVal:
		return true
	case *tensorVal:
		return v.sym == nil
	case *sliceVal:
		return v.obj == nil
	case *mapVal:
		return v.obj == nil
	}
	return false
}

// typeOrFail prints a type, or reports that it cannot be named here.
func (f *frame) typeOrFail(t types.Type, at ast.Expr) code {
	c, ok := f.ev.typeCode(t)
	if !ok {
		f.fail(at.Pos(), "NN1211", "declare the type at package level and export what other packages use",
			"host code needs the type %s, which the trace's package cannot name", t)
	}
	return c
}

// funcCode gives a function as a value of host code.
func (f *frame) funcCode(v *funcVal, at ast.Expr) code {
	switch {
	case v.lit != nil:
		return f.hostFunc(v, at)
	case v.decl != nil && v.recv != nil:
		// The receiver is that of when the value was made: a pointer that does not change.
		c, ok := v.recv.(*codeVal)
		_, toPointer := v.decl.Recv.List[0].Type.(*ast.StarExpr)
		if ok && toPointer && holdsPointer(c) && f.stable(c) && (ast.IsExported(v.decl.Name.Name) || v.src.path == f.ev.tf.src.path) {
			return append(code(nil), c.code...).add("." + v.decl.Name.Name)
		}
	case v.decl != nil && v.recv == nil:
		o, _ := v.src.info.Defs[v.decl.Name].(*types.Func)
		if o != nil && (v.src.path == f.ev.tf.src.path || o.Exported()) {
			return f.packageRef(v.src.path, o.Name())
		}
	}
	f.fail(at.Pos(), "NN1208", "wrap it in a function literal", "this function value cannot be used in host code")
	return txt("nn_invalid")
}

// pointerCode gives &x, where x then lives in the residual code.
func (f *frame) pointerCode(v *ptrVal, at ast.Expr) code {
	c := v.to
	if v.fixed {
		f.fail(at.Pos(), "NN1603", "take the tensors that you need out of it", "the attachment %s cannot be used in host code: Run does not have it", c.name)
		return txt("nn_invalid")
	}
	if c.res == nil {
		if c.obj == nil {
			if _, ok := c.val.(*structVal); ok {
				return txt("&").add(f.codeOf(c.val, c.typ, at))
			}
		}
		f.demote(c, at)
	}
	if c.res == nil {
		return txt("nn_invalid")
	}
	c.res.changed = true
	return code{{text: "&"}, {v: c.res}}
}

// holdsPointer reports whether a value is a pointer.
func holdsPointer(c *codeVal) bool {
	if c == nil || c.typ == nil {
		return false
	}
	_, ok := c.typ.Underlying().(*types.Pointer)
	return ok
}
