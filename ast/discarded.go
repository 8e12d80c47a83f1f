package ast

import (
	"go/ast"
	"go/types"
)

// discarded reports a tensor operation whose result nobody uses. The hint is the
// user's own line, completed.
func (f *frame) discarded(s *ast.ExprStmt) {
	name, what := "the operation", f.excerpt(s.X)
	hint := "x = " + what + ", then write x back with SetOutput or SetInput"
	if c, ok := s.X.(*ast.CallExpr); ok {
		if sel, ok := c.Fun.(*ast.SelectorExpr); ok {
			name = sel.Sel.Name
		}
		switch base := chainBase(c).(type) {
		case *ast.SelectorExpr:
			hint = f.excerpt(base.X) + ".Set" + base.Sel.Name + "(" + what + ")"
		case *ast.Ident:
			if _, variable := f.src.info.Uses[base].(*types.Var); !variable {
				break
			}
			hint = base.Name + " = " + what + ", then write " + base.Name + " back with SetOutput or SetInput"
		}
	}
	if name == "Output" || name == "Input" {
		f.fail(s.Pos(), "NN1214", "assign it, or leave the line out", "the value of %s is not used", name)
		return
	}
	f.fail(s.Pos(), "NN1214", hint, "the result of %s is not used: tensor operations change nothing, they give a new tensor", name)
}

// chainBase follows a chain of methods to what it starts from: a variable, or
// the selector of the read of a point. nil for anything else.
func chainBase(c *ast.CallExpr) ast.Expr {
	for {
		sel, ok := c.Fun.(*ast.SelectorExpr)
		if !ok {
			return nil
		}
		if (sel.Sel.Name == "Output" || sel.Sel.Name == "Input") && len(c.Args) == 0 {
			return sel
		}
		switch x := ast.Unparen(sel.X).(type) {
		case *ast.CallExpr:
			c = x
		case *ast.Ident:
			return x
		default:
			return nil
		}
	}
}
