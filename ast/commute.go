package ast

import (
	"go/ast"
	"go/token"
	"go/types"
)

// commuting gives the operator for which x op= y of integers comes to the same in
// any order of such statements; ILLEGAL for others.
func commuting(op token.Token, t types.Type) token.Token {
	b, ok := orNil(t).Underlying().(*types.Basic)
	if !ok || b.Info()&types.IsInteger == 0 {
		return token.ILLEGAL
	}
	switch op {
	case token.SUB:
		return token.ADD
	case token.ADD, token.MUL, token.AND, token.OR, token.XOR:
		return op
	}
	return token.ILLEGAL
}

// counts does an update x op= r of a variable, and notes it as one whose order
// among its like does not matter: two invokes may count in either order. r is nil
// for ++ and --.
func (f *frame) counts(l, r ast.Expr, op token.Token, update func()) {
	id, isIdent := ast.Unparen(l).(*ast.Ident)
	c := f.cellOf(l)
	if !isIdent || c == nil || !f.acting() || r != nil && (f.hasCall(r) || f.usesObject(r, f.src.info.Uses[id])) {
		update()
		return
	}
	if op = commuting(op, c.typ); op == token.ILLEGAL {
		update()
		return
	}
	a := f.goes(l.Pos())
	read, written := a.reads[c], a.writes[c]
	update()
	if f.inv.last != a {
		return
	}
	if !read {
		delete(a.reads, c)
	}
	if !written {
		delete(a.writes, c)
	}
	if was, ok := a.counts[c]; ok && was != op {
		a.writes[c] = true
	}
	if a.counts == nil {
		a.counts = map[any]token.Token{}
	}
	a.counts[c] = op
}

// countsVar is the variable of the residual code that a statement updates in such
// a way, and by which operator.
func (s *resStmt) countsVar() (*resVar, token.Token) {
	op, ok := countOps[s.op]
	if s.kind != assignStmt || !ok || s.effects || len(s.lhs) != 1 || s.lhs[0].v == nil || s.lhs[0].v.typ == nil || len(s.vars) > 0 {
		return nil, token.ILLEGAL
	}
	v := s.lhs[0].v
	for _, r := range s.rhs {
		for _, fr := range r {
			if fr.v == v || fr.block != nil {
				return nil, token.ILLEGAL
			}
		}
	}
	if op = commuting(op, v.typ); op == token.ILLEGAL || v.captured {
		return nil, token.ILLEGAL
	}
	return v, op
}

var countOps = map[string]token.Token{
	"++": token.ADD, "--": token.SUB, "+=": token.ADD, "-=": token.SUB,
	"*=": token.MUL, "&=": token.AND, "|=": token.OR, "^=": token.XOR,
}

// countsClash reports whether updates of a meet something of b that is not an
// update by the same operator.
func countsClash(a, b *act) bool {
	for x, op := range a.counts {
		if b.reads[x] || b.writes[x] {
			return true
		}
		if other, ok := b.counts[x]; ok && other != op {
			return true
		}
	}
	own, other := a.goFacts(), b.goFacts()
	for v, op := range own.counts {
		if other.reads[v] || other.writes[v] {
			return true
		}
		if o, ok := other.counts[v]; ok && o != op {
			return true
		}
	}
	return false
}

// count takes in a statement that only updates a variable in such a way; false:
// it does something else.
func (fa *facts) count(s *resStmt) bool {
	v, op := s.countsVar()
	if v == nil {
		return false
	}
	rest := factsOf(s)
	delete(rest.reads, v)
	delete(rest.writes, v)
	rest.note(fa.reads, fa.writes)
	fa.effects = fa.effects || rest.effects
	if was, ok := fa.counts[v]; ok && was != op {
		fa.writes[v] = true
	}
	if fa.counts == nil {
		fa.counts = map[*resVar]token.Token{}
	}
	fa.counts[v] = op
	return true
}
