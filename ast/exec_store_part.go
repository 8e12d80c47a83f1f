package ast

import (
	"go/ast"
	"go/types"
)

// storeIndex executes x[i] = v.
func (f *frame) storeIndex(l *ast.IndexExpr, v value, at ast.Expr) {
	x, i := f.expr(l.X), f.expr(l.Index)
	if p, ok := x.(*ptrVal); ok && p.to.res == nil {
		x = p.to.val
	}
	if isInvalid(x) || isInvalid(i) || isInvalid(v) {
		spoil(x, i)
		return
	}
	root := f.cellOf(l.X)
	cond := root != nil && f.conditional(root.scope) != nil
	_, hostVal := v.(*codeVal)
	hostVal = hostVal && !isTensor(f.typeOf(l))
	switch x := x.(type) {
	case *sliceVal:
		if x.obj != nil && x.obj.fixed {
			f.fixedField(l.Pos(), "this element")
			return
		}
		n, ok := intOf(i)
		if ok && !cond && !hostVal {
			if n < 0 || n >= int64(x.len) {
				f.fail(l.Index.Pos(), "NN1206", "", "index %d is out of range: the length is %d", n, x.len)
				return
			}
			f.alters(x.obj, l.Pos())
			x.obj.elems[x.off+int(n)] = f.stored(v, x.obj.elem, at)
			return
		}
	case *mapVal:
		if k := keyText(i); k != "" && !cond && !hostVal && x.obj != nil {
			f.alters(x.obj, l.Pos())
			if x.obj.vals[k] == nil {
				x.obj.keys = append(x.obj.keys, i)
			}
			x.obj.vals[k] = f.stored(v, x.typ.Underlying().(*types.Map).Elem(), at)
			return
		}
	}
	if root != nil && root.res == nil {
		f.demoteShared(root, x, l)
	}
	storedInto(x)
	f.storeCode(l, v, at)
}

// spoil notes that an element was given what could not be evaluated, which was
// said: reading it is no mistake of its own. An index that is not known may be any.
func spoil(x, i value) {
	switch x := x.(type) {
	case *sliceVal:
		if x.obj == nil || x.obj.fixed {
			return
		}
		n, known := intOf(i)
		for k := range int64(x.len) {
			if !known || n == k {
				x.obj.elems[x.off+int(k)] = invalid{}
			}
		}
	case *mapVal:
		if k := keyText(i); k != "" && x.obj != nil {
			if x.obj.vals[k] == nil {
				x.obj.keys = append(x.obj.keys, i)
			}
			x.obj.vals[k] = invalid{}
		}
	}
}

// storeCode emits an assignment to an element or field in the residual code.
func (f *frame) storeCode(l ast.Expr, v value, at ast.Expr) {
	rhs := f.assignedCode(v, f.typeOf(l), at)
	lhs := f.place(l, at)
	born := bornIn(rhs)
	if c := f.cellOf(l); c != nil && c.res != nil {
		storedInto(c.was)
		c.res.changed = true
		f.wrote(c.res, born)
		c.res.storedInto(c.res.born)
		f.forget(c)
		f.emit(&resStmt{kind: assignStmt, op: "=", pos: l.Pos(), lhs: []target{{code: lhs}}, rhs: []code{rhs}, vars: []*resVar{c.res}})
		return
	}
	f.emit(&resStmt{kind: assignStmt, op: "=", pos: l.Pos(), lhs: []target{{code: lhs}}, rhs: []code{rhs}, effects: true})
}

// place gives an assignable expression as code.
func (f *frame) place(l ast.Expr, _ ast.Node) code {
	known := map[ast.Expr]code{}
	if x, ok := ast.Unparen(l).(*ast.IndexExpr); ok {
		i := f.expr(x.Index)
		known[x.Index] = f.codeOf(i, f.typeOf(x.Index), x.Index)
	}
	if c := f.cellOf(l); c != nil && c.res == nil {
		f.demote(c, l)
	}
	return f.rewrite(l, known)
}

// storeField executes x.f = v.
func (f *frame) storeField(l *ast.SelectorExpr, v value, at ast.Expr) {
	sel := f.src.info.Selections[l]
	if sel == nil {
		f.fail(l.Pos(), "NN1209", "return it as a result", "%s is a package variable: a trace does not change it", l.Sel.Name)
		return
	}
	x := f.expr(l.X)
	if isInvalid(x) {
		return
	}
	if isInvalid(v) {
		if h := f.holder(l, x, sel.Index()); h != nil && !h.fixed {
			h.fields[sel.Index()[len(sel.Index())-1]] = v
		}
		return
	}
	if _, ok := x.(*envoyVal); ok {
		f.fail(l.Pos(), "NN1209", "use SetOutput or SetInput", "the field %s of an Envoy cannot be assigned", l.Sel.Name)
		return
	}
	root := f.cellOf(l.X)
	holder := f.holder(l, x, sel.Index())
	if holder != nil && holder.fixed {
		f.fixedField(l.Pos(), l.Sel.Name)
		return
	}
	if holder == nil || root != nil && f.conditional(root.scope) != nil {
		f.storeCode(l, v, at)
		return
	}
	f.alters(holder, l.Pos())
	holder.fields[sel.Index()[len(sel.Index())-1]] = f.stored(v, f.typeOf(l), at)
}

// holder finds the struct whose field an assignment sets; nil if it lives in
// the residual code.
func (f *frame) holder(l *ast.SelectorExpr, x value, path []int) *structVal {
	for k, i := range path {
		if p, ok := x.(*ptrVal); ok {
			if p.to.res != nil {
				return nil
			}
			x = p.to.val
		}
		s, ok := x.(*structVal)
		if !ok {
			return nil
		}
		if k == len(path)-1 {
			return s
		}
		x = s.fields[i]
	}
	return nil
}

// storeStar executes *p = v.
func (f *frame) storeStar(l *ast.StarExpr, v value, at ast.Expr) {
	switch p := f.expr(l.X).(type) {
	case *ptrVal:
		if p.fixed {
			f.fixedField(l.Pos(), p.to.name)
			return
		}
		f.setCell(p.to, v, at)
	case *codeVal:
		rhs := f.codeOf(v, f.typeOf(l), at)
		lhs := f.rewrite(l, map[ast.Expr]code{l.X: p.code})
		f.emit(&resStmt{kind: assignStmt, op: "=", pos: l.Pos(), lhs: []target{{code: lhs}}, rhs: []code{rhs}, effects: true})
	case invalid:
	default:
		f.fail(l.Pos(), "NN1203", "", "%s cannot be assigned through", p.kind())
	}
}
