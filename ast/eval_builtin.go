package ast

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
)

// builtin evaluates a call of a predeclared function.
func (f *frame) builtin(e *ast.CallExpr, name string) value {
	switch name {
	case "len", "cap":
		return f.length(e)
	case "append":
		return f.appendCall(e)
	case "make":
		return f.makeCall(e)
	case "new":
		return &ptrVal{typ: f.typeOf(e), to: &cell{typ: f.typeOf(e.Args[0]), val: f.zero(f.typeOf(e.Args[0])), scope: f.depth()}}
	case "min", "max":
		return f.minMax(e, name)
	case "panic":
		return f.panicCall(e)
	case "recover":
		return f.residual(e, false, nil)
	case "copy", "delete", "clear", "print", "println":
		return f.hostBuiltin(e)
	}
	return f.fail(e.Pos(), "NN1201", "", "%s is not in the subset of Go that nngen compiles", name)
}

func (f *frame) length(e *ast.CallExpr) value {
	x := f.expr(e.Args[0])
	switch x := x.(type) {
	case *sliceVal:
		return intConst(int64(x.len))
	case *mapVal:
		if x.obj == nil {
			return intConst(0)
		}
		return intConst(int64(len(x.obj.keys)))
	case *constVal:
		return intConst(int64(len(constant.StringVal(x.v))))
	case *nilVal:
		return intConst(0)
	case *dimsVal:
		if x.of.typ.Shape.RankKnown() {
			return intConst(int64(len(x.of.typ.Shape)))
		}
		return f.residual(e, true, map[ast.Expr]value{e.Args[0]: x})
	case *codeVal:
		return f.residual(e, x.pure, map[ast.Expr]value{e.Args[0]: x})
	case *ptrVal:
		if s, ok := x.to.val.(*sliceVal); ok {
			return intConst(int64(s.len))
		}
	case invalid:
		return x
	}
	return f.fail(e.Pos(), "NN1201", "", "the length of %s is not known", x.kind())
}

// appendCall keeps slices of tensors, Envoys and constants static; what only a
// run knows makes the slice a variable of the residual code.
func (f *frame) appendCall(e *ast.CallExpr) value {
	all := f.operands(e.Args)
	base := all[0]
	vals := make([]value, 0, len(e.Args)-1)
	parts := map[ast.Expr]value{e.Args[0]: base}
	hostElem := false
	for i, a := range e.Args[1:] {
		v := all[i+1]
		if isInvalid(v) {
			return v
		}
		parts[a] = v
		if c, ok := v.(*codeVal); ok {
			hostElem = hostElem || !isTensor(c.typ)
		}
		vals = append(vals, v)
	}
	if isInvalid(base) {
		return base
	}
	s, ok := base.(*sliceVal)
	if n, isNil := base.(*nilVal); isNil {
		s, ok = &sliceVal{typ: n.typ}, true
	}
	if !ok || hostElem {
		if c := f.cellOf(e.Args[0]); c != nil && c.res == nil && ok {
			if _, isIdent := ast.Unparen(e.Args[0]).(*ast.Ident); isIdent {
				f.demote(c, e.Args[0])
				parts[e.Args[0]] = f.expr(e.Args[0])
			}
		}
		return f.residualAppend(e, parts)
	}
	if e.Ellipsis.IsValid() {
		more, ok := vals[0].(*sliceVal)
		if !ok {
			return f.residualAppend(e, parts)
		}
		vals = nil
		for i := range more.len {
			vals = append(vals, more.element(i))
		}
	}
	return f.staticAppend(e, s, vals)
}

func (f *frame) residualAppend(e *ast.CallExpr, parts map[ast.Expr]value) value {
	if s, ok := parts[e.Args[0]].(*sliceVal); ok && s.obj == nil {
		parts[e.Args[0]] = &codeVal{code: f.typeOrFail(f.typeOf(e), e).add("(nil)"), typ: f.typeOf(e), pure: true}
	}
	return f.residual(e, true, parts)
}

// staticAppend grows a slice as Go does when its capacity is used up: in place
// while no other slice can see the element, else in new memory.
func (f *frame) staticAppend(e *ast.CallExpr, s *sliceVal, vals []value) value {
	elem := f.typeOf(e).Underlying().(*types.Slice).Elem()
	obj := &arrayObj{elem: elem}
	if s.obj != nil && s.off+s.len+len(vals) <= len(s.obj.elems) {
		f.alters(s.obj, e.Pos())
		for i, v := range vals { // x[:n] followed by append overwrites x
			s.obj.elems[s.off+s.len+i] = f.stored(v, elem, e.Args[min(i+1, len(e.Args)-1)])
		}
		return &sliceVal{typ: f.typeOf(e), obj: s.obj, off: s.off, len: s.len + len(vals)}
	}
	if s.obj != nil {
		for i := range s.len {
			obj.elems = append(obj.elems, s.element(i))
		}
	}
	for i, v := range vals {
		at := e.Args[min(i+1, len(e.Args)-1)]
		obj.elems = append(obj.elems, f.stored(v, elem, at))
	}
	if len(obj.elems) > 1<<20 {
		return f.fail(e.Pos(), "NN1206", "", "the slice grows beyond %d elements at generate time", 1<<20)
	}
	return &sliceVal{typ: f.typeOf(e), obj: obj, len: len(obj.elems)}
}

func (f *frame) makeCall(e *ast.CallExpr) value {
	t := f.typeOf(e.Args[0])
	parts := map[ast.Expr]value{}
	static := true
	var n int64
	for i, a := range e.Args[1:] {
		v := f.expr(a)
		parts[a] = v
		k, ok := intOf(v)
		static = static && ok
		if i == 0 {
			n = k
		}
	}
	switch u := t.Underlying().(type) {
	case *types.Map:
		return &mapVal{typ: t, obj: &mapObj{vals: map[string]value{}}}
	case *types.Slice:
		if !static {
			return f.residual(e, true, parts)
		}
		if n < 0 || n > 1<<20 {
			return f.fail(e.Pos(), "NN1206", "", "a slice of %d elements cannot be made at generate time", n)
		}
		obj := &arrayObj{elem: u.Elem()}
		for range n {
			obj.elems = append(obj.elems, f.zero(u.Elem()))
		}
		return &sliceVal{typ: t, obj: obj, len: int(n)}
	}
	return f.fail(e.Pos(), "NN1202", "a trace runs in one goroutine; pass values as parameters", "channels are not in the subset of Go that nngen compiles")
}

func (f *frame) minMax(e *ast.CallExpr, name string) value {
	parts := map[ast.Expr]value{}
	var best *constVal
	static := true
	for _, a := range e.Args {
		v := f.expr(a)
		if isInvalid(v) {
			return v
		}
		parts[a] = v
		c, ok := v.(*constVal)
		if !ok {
			static = false
			continue
		}
		op := token.LSS
		if name == "max" {
			op = token.GTR
		}
		if best == nil || constant.Compare(c.v, op, best.v) {
			best = c
		}
	}
	if static && best != nil {
		return &constVal{best.v, f.typeOf(e)}
	}
	return f.residual(e, true, parts)
}

func (f *frame) panicCall(e *ast.CallExpr) value {
	v := f.expr(e.Args[0])
	return f.residual(e, false, map[ast.Expr]value{e.Args[0]: v})
}

// hostBuiltin leaves a builtin with effects to host code; static arguments that
// it would change become variables there.
func (f *frame) hostBuiltin(e *ast.CallExpr) value {
	parts := map[ast.Expr]value{}
	for i, a := range e.Args {
		if i == 0 {
			if c := f.cellOf(a); c != nil && c.res == nil {
				f.demote(c, a)
			}
		}
		parts[a] = f.expr(a)
	}
	return f.residual(e, false, parts)
}
