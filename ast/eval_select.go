package ast

import (
	"go/ast"
	"go/types"
)

// selector evaluates x.f: a package's name, a field, a module, or a method value.
func (f *frame) selector(e *ast.SelectorExpr) value {
	if id, ok := e.X.(*ast.Ident); ok {
		if _, ok := f.src.info.Uses[id].(*types.PkgName); ok {
			return f.packageMember(e)
		}
	}
	sel := f.src.info.Selections[e]
	if sel == nil {
		return f.fail(e.Pos(), "NN1201", "", "%s cannot be evaluated", e.Sel.Name)
	}
	if sel.Kind() == types.MethodExpr {
		return f.fail(e.Pos(), "NN1201", "write a function literal that calls the method", "method expressions are not in the subset of Go that nngen compiles")
	}
	x := f.expr(e.X)
	if sel.Kind() == types.MethodVal {
		return f.methodValue(e, sel, x)
	}
	return f.field(e, sel, x)
}

// packageMember evaluates pkg.Name.
func (f *frame) packageMember(e *ast.SelectorExpr) value {
	switch o := f.src.info.Uses[e.Sel].(type) {
	case *types.Const:
		return &constVal{o.Val(), o.Type()}
	case *types.Func:
		return f.declared(o, e)
	case *types.Var:
		return f.globalVar(o, e)
	}
	return f.fail(e.Pos(), "NN1201", "", "%s cannot be used here", e.Sel.Name)
}

// declared gives a declared function as a value.
func (f *frame) declared(o *types.Func, at ast.Expr) value {
	fv := &funcVal{sig: f.signatureOf(o, at), node: at, targs: f.instance(o, at)}
	if o.Pkg() != nil {
		if s := f.ev.prog.sources[o.Pkg().Path()]; s != nil {
			fv.src, fv.decl = s, s.decls[o.Origin()]
		}
		if o.Pkg().Path() == RuntimePath {
			fv.method = "nn." + o.Name()
		}
	}
	return fv
}

func (f *frame) signatureOf(o *types.Func, at ast.Expr) *types.Signature {
	if sig, ok := f.typeOf(at).(*types.Signature); ok {
		return sig
	}
	return o.Signature()
}

// instance maps the type parameters of a generic function to their arguments.
func (f *frame) instance(o *types.Func, at ast.Expr) map[*types.TypeParam]types.Type {
	tps := o.Origin().Signature().TypeParams()
	if tps.Len() == 0 {
		return nil
	}
	id, ok := at.(*ast.Ident)
	if sel, isSel := at.(*ast.SelectorExpr); isSel {
		id, ok = sel.Sel, true
	}
	if !ok {
		return nil
	}
	inst, ok := f.src.info.Instances[id]
	if !ok {
		return nil
	}
	out := map[*types.TypeParam]types.Type{}
	for i := range tps.Len() {
		out[tps.At(i)] = f.subst(inst.TypeArgs.At(i))
	}
	return out
}

// field evaluates a field selection, through embedded fields and pointers.
func (f *frame) field(e *ast.SelectorExpr, sel *types.Selection, x value) value {
	if c, ok := x.(*codeVal); ok {
		_, isStruct := orNil(c.typ).Underlying().(*types.Struct) // a pointer may be nil
		v := f.residual(e, isStruct && len(sel.Index()) == 1, map[ast.Expr]value{e.X: c})
		if r, ok := v.(*codeVal); ok && isTensor(r.typ) {
			r.tensor = taggedType(c.typ, sel.Index())
		}
		return v
	}
	v, _ := f.walkPath(e, x, sel.Index())
	return v
}

// walkPath follows a selection's field indexes from a value; the value before
// the last step is given too, for assignments.
func (f *frame) walkPath(e *ast.SelectorExpr, x value, path []int) (v value, holder *structVal) {
	for _, i := range path {
		if p, ok := x.(*ptrVal); ok {
			if p.to.res != nil {
				x = f.read(p.to, e.X)
			} else {
				x = p.to.val
			}
		}
		switch y := x.(type) {
		case *structVal:
			holder = y
			x = y.fields[i]
			if t, ok := x.(*tensorVal); ok && t.sym == nil {
				return f.fail(e.Pos(), "NN1501", "set it before this line", "%s is read before it is set", e.Sel.Name), holder
			}
		case *envoyVal:
			x = f.child(e, y, i)
		case *cacheVal:
			x = f.cacheChild(e, y, i)
		case *chosenVal:
			x = f.chosenChild(e, y, i)
		case *operationsVal:
			x = f.operationField(e, y, i)
		case *chosenOperationsVal:
			x = f.chosenOperationField(e, y, i)
		case *codeVal:
			return f.residual(e, false, map[ast.Expr]value{e.X: y}), nil
		case invalid:
			return y, nil
		case *nilVal:
			return f.fail(e.Pos(), "NN1206", "", "%s of nil", e.Sel.Name), nil
		default:
			return f.fail(e.Pos(), "NN1201", "", "%s has no field %s that can be evaluated", x.kind(), e.Sel.Name), nil
		}
	}
	return x, holder
}

// methodValue binds a method to its receiver.
func (f *frame) methodValue(e *ast.SelectorExpr, sel *types.Selection, x value) value {
	if isInvalid(x) {
		return x
	}
	fv := &funcVal{recv: x, method: e.Sel.Name, node: e}
	fv.sig, _ = f.typeOf(e).(*types.Signature)
	if o, ok := sel.Obj().(*types.Func); ok {
		recv := f.receiver(e, x, sel.Index(), o)
		if isInvalid(recv) {
			return recv
		}
		fv.recv = recv
		if d, s, targs := f.methodDecl(recv, o); d != nil {
			fv.src, fv.decl, fv.targs = s, d, targs
		}
	}
	return fv
}

// receiver follows embedded fields to the value that has the method.
func (f *frame) receiver(e *ast.SelectorExpr, x value, path []int, o *types.Func) value {
	for _, i := range path[:len(path)-1] {
		if p, ok := x.(*ptrVal); ok && p.to.res == nil {
			x = p.to.val
		}
		s, ok := x.(*structVal)
		if !ok {
			return x // an Envoy, a trace or host code: its own method
		}
		x = s.fields[i]
	}
	return x
}

// methodDecl finds the source of a user's method, through interfaces by the
// type of the value.
func (f *frame) methodDecl(recv value, o *types.Func) (*ast.FuncDecl, *source, map[*types.TypeParam]types.Type) {
	if o.Pkg() == nil {
		return nil, nil, nil
	}
	if t := f.dynamicType(recv); t != nil && types.IsInterface(o.Signature().Recv().Type()) {
		m, _, _ := types.LookupFieldOrMethod(t, true, o.Pkg(), o.Name())
		if mo, ok := m.(*types.Func); ok {
			o = mo
		}
	}
	s := f.ev.prog.sources[o.Pkg().Path()]
	if s == nil {
		return nil, nil, nil
	}
	return s.decls[o.Origin()], s, nil
}
