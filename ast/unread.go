package ast

import (
	"go/ast"
	"go/token"
	"go/types"
)

// checkCopies reports slices of a tensor's elements that are only stored to:
// Float32s and its kin give a copy, and a change of it reaches nobody. In numpy
// the same code edits the tensor.
func (ev *evaluator) checkCopies() {
	info := ev.tf.src.info
	stores := map[types.Object]token.Pos{}
	defined := map[*ast.Ident]bool{}
	ast.Inspect(ev.tf.decl.Body, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok && a.Tok == token.DEFINE && len(a.Lhs) == len(a.Rhs) {
			for i, e := range a.Lhs {
				if id, ok := e.(*ast.Ident); ok && elementsOf(info, a.Rhs[i]) {
					stores[info.Defs[id]] = token.NoPos
					defined[id] = true
				}
			}
		}
		return true
	})
	into := map[*ast.Ident]bool{} // uses that only store
	ast.Inspect(ev.tf.decl.Body, func(n ast.Node) bool {
		for _, e := range storedTo(n) {
			if id, ok := e.(*ast.Ident); ok {
				into[id] = true
				if pos, ok := stores[info.Uses[id]]; ok && !pos.IsValid() {
					stores[info.Uses[id]] = n.Pos()
				}
			}
		}
		return true
	})
	ast.Inspect(ev.tf.decl.Body, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && !into[id] && !defined[id] {
			delete(stores, info.Uses[id])
		}
		return true
	})
	for obj, pos := range stores {
		if pos.IsValid() {
			ev.report(pos, "NN1214", "%s is a copy of the tensor's elements, and what is stored in it is never read", obj.Name()).
				Hint = "change the tensor itself with SetAt or Where, or make one of the slice: nn.From(" + obj.Name() + ", shape…)"
		}
	}
}

// elementsOf reports whether e is a call that copies a tensor's elements out.
func elementsOf(info *types.Info, e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name == "Shape" {
		return false
	}
	_, slice := orNil(info.TypeOf(call)).Underlying().(*types.Slice)
	return slice && isTensor(info.TypeOf(sel.X)) && !isTensor(info.TypeOf(call).Underlying().(*types.Slice).Elem())
}

// storedTo gives the slices whose elements a statement changes.
func storedTo(n ast.Node) []ast.Expr {
	var out []ast.Expr
	element := func(e ast.Expr) {
		if ix, ok := ast.Unparen(e).(*ast.IndexExpr); ok {
			out = append(out, ast.Unparen(ix.X))
		}
	}
	switch s := n.(type) {
	case *ast.AssignStmt:
		for _, e := range s.Lhs {
			element(e)
		}
	case *ast.IncDecStmt:
		element(s.X)
	case *ast.ExprStmt:
		if call, ok := s.X.(*ast.CallExpr); ok && len(call.Args) > 0 {
			if id, ok := call.Fun.(*ast.Ident); ok && (id.Name == "clear" || id.Name == "copy") {
				out = append(out, ast.Unparen(call.Args[0]))
			}
		}
	}
	return out
}
