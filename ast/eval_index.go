package ast

import (
	"go/ast"
	"go/constant"
	"go/types"
)

// index evaluates x[i].
func (f *frame) index(e *ast.IndexExpr) value {
	if tv := f.src.info.Types[e.Index]; tv.IsType() { // a generic function with its type argument
		v := f.expr(e.X)
		return v
	}
	x := f.expr(e.X)
	i := f.expr(e.Index)
	if isInvalid(x) || isInvalid(i) {
		return invalid{}
	}
	if p, ok := x.(*ptrVal); ok && p.to.res == nil { // pointer to an array
		x = p.to.val
	}
	switch x := x.(type) {
	case *sliceVal:
		return f.elementAt(e, x, i)
	case *mapVal:
		return f.mapIndex(e, x, i)
	case *dimsVal:
		return f.dimAt(e, x, i)
	case *constVal:
		return f.stringIndex(e, x, i)
	case *codeVal:
		return f.residual(e, false, map[ast.Expr]value{e.X: x, e.Index: i})
	case *nilVal:
		return f.fail(e.Pos(), "NN1206", "", "index into a nil slice")
	}
	return f.fail(e.Pos(), "NN1201", "", "%s cannot be indexed here", x.kind())
}

// elementAt gives an element; with an index that only a run knows, of host data only.
func (f *frame) elementAt(e *ast.IndexExpr, x *sliceVal, i value) value {
	n, ok := intOf(i)
	if !ok {
		return f.runtimeIndex(e, x, i)
	}
	if n < 0 || n >= int64(x.len) {
		return f.fail(e.Index.Pos(), "NN1206", "", "index %d is out of range: the length is %d", n, x.len)
	}
	v := x.element(int(n))
	if t, ok := v.(*tensorVal); ok && t.sym == nil {
		return f.fail(e.Pos(), "NN1501", "set it before this line", "element %d is read before it is set", n)
	}
	return v
}

func (f *frame) runtimeIndex(e *ast.IndexExpr, x *sliceVal, i value) value {
	if holds(x, isModule) {
		return f.choose(e, x, i)
	}
	return f.residual(e, false, map[ast.Expr]value{e.X: x, e.Index: i})
}

func (f *frame) mapIndex(e *ast.IndexExpr, x *mapVal, k value) value {
	m := x.typ.Underlying().(*types.Map)
	if _, ok := k.(*codeVal); ok {
		return f.residual(e, false, map[ast.Expr]value{e.X: x, e.Index: k})
	}
	key := keyText(k)
	var v value
	if x.obj != nil {
		v = x.obj.vals[key]
	}
	found := v != nil
	if !found {
		v = f.zero(m.Elem())
	}
	if tup, ok := f.src.info.TypeOf(e).(*types.Tuple); ok && tup.Len() == 2 {
		return &tupleVal{[]value{v, boolConst(found, types.Typ[types.Bool])}}
	}
	if t, ok := v.(*tensorVal); ok && t.sym == nil {
		return f.fail(e.Pos(), "NN1501", "set it before this line", "this map entry is read before it is set")
	}
	return v
}

// dimAt gives one size of a graph tensor: a constant where it is known.
func (f *frame) dimAt(e *ast.IndexExpr, x *dimsVal, i value) value {
	n, ok := intOf(i)
	shape := x.of.typ.Shape
	if ok && shape.RankKnown() {
		if n < 0 || n >= int64(len(shape)) {
			return f.fail(e.Index.Pos(), "NN1206", "", "index %d is out of range: the shape is %s", n, shape)
		}
		if c, ok := shape[n].Const(); ok {
			return intConst(c)
		}
	}
	return f.residual(e, ok && shape.RankKnown(), map[ast.Expr]value{e.X: x, e.Index: i})
}

func (f *frame) stringIndex(e *ast.IndexExpr, x *constVal, i value) value {
	n, ok := intOf(i)
	if !ok || x.v.Kind() != constant.String {
		return f.residual(e, false, map[ast.Expr]value{e.X: x, e.Index: i})
	}
	s := constant.StringVal(x.v)
	if n < 0 || n >= int64(len(s)) {
		return f.fail(e.Index.Pos(), "NN1206", "", "index %d is out of range: the length is %d", n, len(s))
	}
	return &constVal{constant.MakeInt64(int64(s[n])), types.Typ[types.Byte]}
}

// sliceExpr evaluates x[lo:hi:max].
func (f *frame) sliceExpr(e *ast.SliceExpr) value {
	x := f.expr(e.X)
	if p, ok := x.(*ptrVal); ok && p.to.res == nil {
		x = p.to.val
	}
	parts := map[ast.Expr]value{e.X: x}
	static := true
	bound := func(b ast.Expr, def int64) int64 {
		if b == nil {
			return def
		}
		v := f.expr(b)
		parts[b] = v
		n, ok := intOf(v)
		static = static && ok
		return n
	}
	s, isSlice := x.(*sliceVal)
	length := int64(0)
	if isSlice {
		length = int64(s.len)
	}
	lo, hi := bound(e.Low, 0), bound(e.High, length)
	if e.Slice3 {
		bound(e.Max, length)
	}
	for _, v := range parts {
		if isInvalid(v) {
			return invalid{}
		}
	}
	if isSlice && static && s.obj != nil {
		if lo < 0 || hi < lo || s.off+int(hi) > len(s.obj.elems) {
			return f.fail(e.Pos(), "NN1206", "", "slice bounds %d:%d are out of range: the length is %d", lo, hi, length)
		}
		return &sliceVal{typ: f.typeOf(e), obj: s.obj, off: s.off + int(lo), len: int(hi - lo)}
	}
	if c, ok := x.(*constVal); ok && static && c.v.Kind() == constant.String {
		str := constant.StringVal(c.v)
		if e.High == nil {
			hi = int64(len(str))
		}
		if lo >= 0 && lo <= hi && hi <= int64(len(str)) {
			return &constVal{constant.MakeString(str[lo:hi]), c.typ}
		}
	}
	return f.residual(e, false, parts)
}

// isModule reports what is chosen when code is generated: Envoys and operations.
func isModule(v value) bool {
	switch v.(type) {
	case *envoyVal, *chosenVal, *operationVal, *operationsVal, *chosenOperationVal, *chosenOperationsVal:
		return true
	}
	return false
}
