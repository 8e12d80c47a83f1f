package ast

import (
	"go/ast"
	"go/token"
	"go/types"
)

// changed gives the expressions that a node assigns, increments or addresses;
// definitions are not changes.
func changed(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			return n.Lhs
		}
	case *ast.IncDecStmt:
		return []ast.Expr{n.X}
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			return []ast.Expr{n.X}
		}
	case *ast.RangeStmt:
		if n.Tok == token.ASSIGN {
			return []ast.Expr{n.Key, n.Value}
		}
	}
	return nil
}

// rootObject gives the variable at the root of x, x.f, x[i], *x.
func rootObject(info *types.Info, e ast.Expr) types.Object {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			if o := info.Uses[x]; o != nil {
				return o
			}
			return info.Defs[x]
		case *ast.ParenExpr:
			e = x.X
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.SliceExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// isReassigned reports whether a variable is assigned, incremented or addressed
// anywhere after its definition.
func (s *source) isReassigned(o types.Object) bool {
	if s.reassigned == nil {
		s.reassigned = map[types.Object]bool{}
		for _, f := range s.files {
			ast.Inspect(f, func(n ast.Node) bool {
				for _, e := range changed(n) {
					if e == nil {
						continue
					}
					if r := rootObject(s.info, e); r != nil {
						s.reassigned[r] = true
					}
				}
				// A := that assigns a variable that exists already is a change of it.
				if a, ok := n.(*ast.AssignStmt); ok && a.Tok == token.DEFINE {
					for _, l := range a.Lhs {
						if id, ok := l.(*ast.Ident); ok && s.info.Defs[id] == nil {
							if r := s.info.Uses[id]; r != nil {
								s.reassigned[r] = true
							}
						}
					}
				}
				return true
			})
		}
	}
	return s.reassigned[o]
}

// assignedIn collects the variables that a statement assigns, those assigned by
// the closures that it calls by name included.
func (f *frame) assignedIn(n ast.Node, seen map[ast.Node]bool, out map[types.Object]bool) {
	if n == nil || seen[n] {
		return
	}
	seen[n] = true
	ast.Inspect(n, func(n ast.Node) bool {
		list := changed(n)
		if a, ok := n.(*ast.AssignStmt); ok {
			list = a.Lhs
		}
		for _, e := range list {
			if e == nil {
				continue
			}
			if o := rootObject(f.src.info, e); o != nil {
				out[o] = true
			}
		}
		if id, ok := n.(*ast.Ident); ok {
			if c := f.env.lookup(f.src.info.Uses[id]); c != nil && c.res == nil {
				if fv, ok := c.val.(*funcVal); ok && fv.lit != nil {
					f.assignedIn(fv.lit.Body, seen, out)
				}
			}
		}
		return true
	})
}

// assignments gives the places that set a variable in a function, for messages.
func assignments(info *types.Info, body ast.Node, o types.Object) []token.Pos {
	var out []token.Pos
	ast.Inspect(body, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok {
			for _, l := range a.Lhs {
				if id, ok := l.(*ast.Ident); ok && info.Uses[id] == o {
					out = append(out, id.Pos())
				}
			}
		}
		return true
	})
	return out
}
