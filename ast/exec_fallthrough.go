package ast

import (
	"go/ast"
	"go/token"
)

// unfolded is a switch without fallthrough: a clause that ends with one has what
// the next clause does in a block of its own behind what it does itself.
func unfolded(s *ast.SwitchStmt) *ast.SwitchStmt {
	out := *s
	body := *s.Body
	out.Body, body.List = &body, append([]ast.Stmt(nil), s.Body.List...)
	found := false
	for i := len(body.List) - 2; i >= 0; i-- {
		c := *body.List[i].(*ast.CaseClause)
		n := len(c.Body)
		if n == 0 {
			continue
		}
		through, ok := c.Body[n-1].(*ast.BranchStmt)
		if !ok || through.Tok != token.FALLTHROUGH {
			continue
		}
		next := body.List[i+1].(*ast.CaseClause)
		block := &ast.BlockStmt{Lbrace: through.Pos(), List: next.Body, Rbrace: next.End()}
		c.Body = append(append([]ast.Stmt(nil), c.Body[:n-1]...), block)
		body.List[i], found = &c, true
	}
	if !found {
		return s
	}
	return &out
}
