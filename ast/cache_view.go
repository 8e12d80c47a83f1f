package ast

import (
	"go/ast"
	"go/types"
	"reflect"
	"strings"

	"github.com/nngen-go/nngen/internal/caching"
	"github.com/nngen-go/nngen/modelspec"
)

// cacheChild evaluates a field of a cache: the view of a module, or an array of them.
func (f *frame) cacheChild(e ast.Expr, x *cacheVal, field int) value {
	st, ok := x.typ.Underlying().(*types.Struct)
	if !ok || field >= st.NumFields() {
		return f.fail(e.Pos(), "NN1201", "", "this cache has no modules")
	}
	fld := st.Field(field)
	if fld.Embedded() {
		return x
	}
	path := modelspec.Join(x.path, reflect.StructTag(st.Tag(field)).Get("nn"))
	view := func(path string, t types.Type) value {
		if p, ok := types.Unalias(t).(*types.Pointer); ok {
			t = p.Elem()
		}
		return &cacheVal{of: x.of, path: path, typ: t}
	}
	a, ok := types.Unalias(fld.Type()).(*types.Array)
	if !ok {
		return view(path, fld.Type())
	}
	obj := &arrayObj{elem: a.Elem()}
	for i := range int(a.Len()) {
		obj.elems = append(obj.elems, view(modelspec.Element(path, i), a.Elem()))
	}
	return &sliceVal{typ: a, obj: obj, len: int(a.Len()), array: true}
}

// cacheMethod evaluates what a trace of several invokes reads of a cache after Run.
func (f *frame) cacheMethod(e *ast.CallExpr, fv *funcVal, x *cacheVal) value {
	const hint = "return the cache and look into it in the caller"
	switch {
	case fv.method != "Output" && fv.method != "Input":
		return f.fail(e.Pos(), "NN1512", hint, "%s of a cache is not compiled: Output and Input are, after Run", fv.method)
	case !f.ev.sched.ran:
		return f.fail(e.Pos(), "NN1512", hint, "the cache is read before its run is over")
	case f.ev.stepVar != nil:
		return f.fail(e.Pos(), "NN1512", hint, "the cache has an entry for each step, of which there may be several")
	}
	var found []*caching.Record
	for _, r := range x.of.recorder.Records {
		if r.Module == x.path {
			found = append(found, r)
		}
	}
	name := modelspec.PathName(x.path)
	if len(found) != 1 {
		what := "nothing of " + name + " is in the cache"
		if len(found) > 1 {
			what = name + " was called " + itoa(len(found)) + " times, so that there are as many entries"
		}
		return f.fail(e.Pos(), "NN1512", hint, "%s", what)
	}
	list, at := found[0].Outputs, found[0].Output
	if fv.method == "Input" {
		list, at = found[0].Inputs, found[0].Input
	}
	if at < 0 || at >= len(list) || x.of.slots[list[at]] == nil {
		return f.fail(e.Pos(), "NN1512", hint, "the cache holds no %s of %s", strings.ToLower(fv.method), name)
	}
	return &tensorVal{x.of.slots[list[at]]}
}

func stringOf(c *constVal) (string, bool) {
	if c.v == nil || c.v.Kind().String() != "String" {
		return "", false
	}
	return constantString(c), true
}
