package ast

import (
	"slices"

	"github.com/nngen-go/nngen/internal/plan"
)

// way is one of the ways that a run may go at a condition.
type way struct {
	at    any // the statement, or its test: equal tests go the same way
	index int
	n     int // how many ways there are
	scope *rscope
}

func (x *side) way(s *rscope) way {
	w := way{at: x.of, index: x.index, n: 2, scope: s}
	switch {
	case x.key != "":
		w.at = x.key
	case x.of.kind == switchStmt:
		w.n = len(x.of.heads)
		if !slices.ContainsFunc(x.of.heads, func(h code) bool { return len(h) == 0 }) {
			w.n++ // no case
		}
	}
	return w
}

// waysTo are the ways that lead to a level.
func waysTo(s *rscope) []way {
	var out []way
	for ; s != nil; s = s.parent {
		switch {
		case s.side != nil:
			out = append(out, s.side.way(s))
		case s.cond && s.kind != scopeGroup: // what left a group is asked for apart
			out = append(out, way{s, 0, 2, s})
		}
	}
	return out
}

// goFacts is what a piece of Go reads and changes of the residual code.
func (a *act) goFacts() *facts {
	if a.facts != nil {
		return a.facts
	}
	fa := &facts{reads: map[*resVar]bool{}, writes: map[*resVar]bool{}, jumps: map[*resLabel]bool{}}
	for _, s := range a.stmts {
		own := *s
		own.walk(func(c *resStmt) {
			if !fa.count(c) {
				fa.add(c)
			}
		})
	}
	a.facts = fa
	return fa
}

// meets reports whether the order of two acts of different invokes matters, at
// the i-th candidate of a and the k-th of b.
func (a *act) meets(b *act) bool {
	switch {
	case a.inv == b.inv || a.kind != b.kind || a.kind == barrierAct || a.kind == jumpAct:
		return false
	case a.kind == goAct:
		return disturbs(a, b) || disturbs(b, a) || countsClash(a, b) || countsClash(b, a) || a.goFacts().conflicts(b.goFacts())
	case !a.access.write && !b.access.write:
		return false
	case a.inv.rows != b.inv.rows && a.inv.rows != plan.AllRows && b.inv.rows != plan.AllRows:
		return false
	}
	return slices.ContainsFunc(a.access.moments, func(m int) bool { return slices.Contains(b.access.moments, m) })
}

// disturbs reports whether a changes what b reads or changes.
func disturbs(a, b *act) bool {
	for x := range a.writes {
		if b.reads[x] || b.writes[x] {
			return true
		}
	}
	return false
}
