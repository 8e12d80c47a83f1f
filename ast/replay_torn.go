package ast

import "slices"

// around reports whether every condition around outer is around inner too.
func around(outer, inner *rscope) bool {
	all := waysTo(inner)
	for _, w := range waysTo(outer) {
		if !slices.ContainsFunc(all, func(o way) bool { return o.at == w.at && o.index == w.index }) {
			return false
		}
	}
	return true
}

// torn finds Go in a branch that waits for a point later, while another invoke
// does what depends on it: a branch is one statement of Go.
func (s *runState) torn(pairs []pair) (pair, *rscope) {
	ends := map[any]int{}
	for _, a := range s.acts {
		if top := branchAround(a.scope); top != nil && (a.waits || a.kind == goAct) {
			ends[top.whole()] = max(ends[top.whole()], a.seq)
		}
	}
	for _, p := range pairs {
		x, y := p.a, p.b
		if y.seq < x.seq {
			x, y = y, x
		}
		if top := branchAround(x.scope); x.kind == goAct && top != nil && y.seq < ends[top.whole()] {
			return p, top
		}
	}
	return pair{}, nil
}

// branchAround is the outermost branch around a level.
func branchAround(s *rscope) *rscope {
	var found *rscope
	for ; s != nil; s = s.parent {
		if s.cond && s.kind != scopeGroup && !s.apart {
			found = s
		}
	}
	return found
}

// whole is the statement that a branch belongs to, which has other branches too.
func (s *rscope) whole() any {
	if s.side != nil {
		return s.side.of
	}
	return s
}
