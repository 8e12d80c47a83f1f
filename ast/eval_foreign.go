package ast

import (
	"go/ast"
	"go/token"
)

// hostCallValue calls a function that only the run knows.
func (f *frame) hostCallValue(e *ast.CallExpr, fun value) value {
	c, ok := fun.(*codeVal)
	if !ok {
		return f.fail(e.Fun.Pos(), "NN1201", "", "%s cannot be called", fun.kind())
	}
	args := f.args(e)
	if args == nil {
		return invalid{}
	}
	return f.foreignCall(e, map[ast.Expr]value{e.Fun: c}, args, false)
}

// foreign leaves a call to host code.
func (f *frame) foreign(e *ast.CallExpr, fv *funcVal, args []value) value {
	parts := map[ast.Expr]value{}
	pure := f.pureFunc(e)
	if sel, ok := ast.Unparen(e.Fun).(*ast.SelectorExpr); ok && fv.recv != nil {
		if c := f.cellOf(sel.X); c != nil && c.res == nil {
			if _, isConst := c.val.(*constVal); !isConst {
				f.demote(c, sel.X) // a method may change its receiver
			}
		}
		parts[sel.X] = f.expr(sel.X)
		if c := f.cellOf(sel.X); c != nil && c.res != nil && !c.res.param {
			c.res.changed = true
		}
	}
	return f.foreignCall(e, parts, args, pure)
}

// foreignCall builds the call as residual code. Slices and maps that the callee
// might change become variables of the residual code first.
func (f *frame) foreignCall(e *ast.CallExpr, parts map[ast.Expr]value, args []value, pure bool) value {
	if len(args) != len(e.Args) {
		return f.fail(e.Pos(), "NN1205", "assign the results to variables first", "the results of a call cannot be passed on directly here")
	}
	for i, a := range e.Args {
		v := args[i]
		switch s := v.(type) {
		case *sliceVal, *mapVal:
			c := f.cellOf(a)
			arr, isArr := s.(*sliceVal)
			if c != nil && c.res == nil && !pure && !f.readsOnly(e) && (!isArr || !arr.array) {
				f.demote(c, a)
				v = f.expr(a)
			}
		}
		if isInvalid(v) {
			return v
		}
		parts[a] = v
	}
	v := f.residual(e, pure, parts)
	if c, ok := v.(*codeVal); ok {
		c.pure = c.pure && pure
		if !c.born.IsValid() && !pure {
			c.born = token.NoPos
		}
	}
	return v
}

// pureFunc knows functions of the standard library that only compute.
func (f *frame) pureFunc(e *ast.CallExpr) bool {
	o, ok := rootFunc(f.src.info, e.Fun)
	if !ok || o.Pkg() == nil {
		return false
	}
	switch o.Pkg().Path() {
	case "math", "strings", "strconv", "unicode", "math/bits":
		return o.Signature().Recv() == nil
	case "fmt":
		return o.Name() == "Sprintf" || o.Name() == "Sprint" || o.Name() == "Errorf"
	case "errors":
		return o.Name() == "New"
	}
	return false
}

// readsOnly knows packages whose functions leave slices and maps as they are.
func (f *frame) readsOnly(e *ast.CallExpr) bool {
	o, ok := rootFunc(f.src.info, e.Fun)
	if !ok || o.Pkg() == nil {
		return false
	}
	switch o.Pkg().Path() {
	case "fmt", "log", "strings", "encoding/json":
		return true
	case "slices":
		switch o.Name() {
		case "Max", "Min", "MaxFunc", "MinFunc", "Contains", "Index", "Equal", "IndexFunc", "ContainsFunc", "Sorted", "Clone":
			return true
		}
	}
	return false
}

// exprStmt executes a call for its effects.
func (f *frame) exprStmt(s *ast.ExprStmt) {
	v := f.expr(s.X)
	switch v := v.(type) {
	case *tensorVal:
		if v.sym != nil {
			f.discarded(s)
		}
	case *codeVal:
		if isTensor(v.typ) && v.pure {
			f.discarded(s)
			return
		}
		if !v.pure {
			f.emit(&resStmt{kind: leafStmt, pos: s.Pos(), code: v.code, effects: true})
		}
	}
}
