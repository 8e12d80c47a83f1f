package ast

import (
	"go/ast"
	"go/types"
)

// callExpr evaluates a call.
func (f *frame) callExpr(e *ast.CallExpr) value {
	if tv := f.src.info.Types[e.Fun]; tv.IsType() {
		return f.convert(e)
	}
	if id, ok := ast.Unparen(e.Fun).(*ast.Ident); ok {
		if _, ok := f.src.info.Uses[id].(*types.Builtin); ok {
			return f.builtin(e, id.Name)
		}
	}
	if v, ok := f.helpedBy(e); ok {
		return v
	}
	fun := f.expr(e.Fun)
	fv, ok := fun.(*funcVal)
	if !ok {
		if isInvalid(fun) {
			f.args(e)
			return fun
		}
		return f.hostCallValue(e, fun)
	}
	switch recv := fv.recv.(type) {
	case *tensorVal:
		return f.tensorMethod(e, fv, recv)
	case *envoyVal:
		return f.envoyMethod(e, fv, recv)
	case *chosenVal:
		return f.chosenMethod(e, fv, recv)
	case *operationVal:
		return f.operationMethod(e, fv, recv)
	case *chosenOperationVal:
		return f.chosenOperationMethod(e, fv, recv)
	case *nilVal:
		if isRuntime(recv.typ, "Operation") {
			return f.fail(e.Pos(), "NN1501", "set it before this line", "the operation is used before it is set")
		}
	case *traceVal:
		return f.traceMethod(e, fv)
	case *barrierVal:
		return f.barrierMethod(e, fv, recv)
	case *cacheVal:
		return f.cacheMethod(e, fv, recv)
	case *codeVal:
		if isTensor(recv.typ) {
			return f.tensorMethod(e, fv, recv)
		}
	}
	if fv.method != "" && fv.recv == nil && fv.decl == nil {
		return f.runtimeFunc(e, fv)
	}
	args := f.args(e)
	if args == nil {
		return invalid{}
	}
	if fv.lit != nil || fv.decl != nil && f.mustInline(fv, args) {
		return f.inline(fv, args, e)
	}
	if fv.decl != nil && fv.decl.Body != nil {
		if v, ok := f.tryStatic(fv, args, e); ok {
			return v
		}
	}
	return f.foreign(e, fv, args)
}

// args evaluates the arguments of a call; nil if one of them is a mistake.
func (f *frame) args(e *ast.CallExpr) []value {
	out := []value{}
	bad := false
	for _, v := range f.operands(e.Args) {
		if t, ok := v.(*tupleVal); ok && len(e.Args) == 1 {
			return t.vals
		}
		bad = bad || isInvalid(v)
		out = append(out, v)
	}
	if bad {
		return nil
	}
	return out
}

// operands evaluates the operands of one expression: those with calls first, as
// Go's compiler does, because calls may change the variables that the others read.
func (f *frame) operands(list []ast.Expr) []value {
	out := make([]value, len(list))
	for _, calls := range []bool{true, false} {
		for i, e := range list {
			if f.hasCall(e) == calls {
				out[i] = f.expr(e)
			}
		}
	}
	return out
}

// hasCall reports whether evaluating an expression calls a function.
func (f *frame) hasCall(e ast.Expr) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			id, _ := ast.Unparen(n.Fun).(*ast.Ident)
			_, builtin := f.src.info.Uses[id].(*types.Builtin)
			found = found || !builtin && !f.src.info.Types[n.Fun].IsType()
		}
		return !found
	})
	return found
}

// mustInline reports whether a call has to be carried out now: tensors, Envoys,
// functions and what is kept at generate time cannot cross into host code.
func (f *frame) mustInline(fv *funcVal, args []value) bool {
	generate := func(v value) bool {
		switch v := v.(type) {
		case *tensorVal, *envoyVal, *chosenVal, *operationsVal, *operationVal, *chosenOperationsVal, *chosenOperationVal, *traceVal, *barrierVal, *cacheVal, *cacheOptVal, *ptrVal, *indexVal, *dimsVal:
			return true
		case *funcVal:
			return v.lit != nil && f.touchesPoints(v)
		}
		return false
	}
	for _, a := range args {
		if holds(a, generate) {
			return true
		}
	}
	if fv.recv != nil && holds(fv.recv, generate) {
		return true
	}
	for r := range fv.sig.Results().Variables() {
		if isTensor(r.Type()) || isEnvoy(r.Type()) || isRuntime(r.Type(), "Operation") {
			return true
		}
	}
	return false
}

// touchesPoints reports whether a literal mentions variables that hold tensors or Envoys.
func (f *frame) touchesPoints(fv *funcVal) bool {
	found := false
	ast.Inspect(fv.lit, func(n ast.Node) bool {
		if e, ok := n.(ast.Expr); ok {
			if t := fv.src.info.TypeOf(e); t != nil && (isTensor(t) || isEnvoy(t)) {
				found = true
			}
		}
		return !found
	})
	return found
}
