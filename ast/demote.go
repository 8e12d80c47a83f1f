package ast

import (
	"go/ast"
	"go/constant"
)

// demote moves a variable that was static into the residual code, ahead of the
// condition or loop that is about to change it.
func (f *frame) demote(c *cell, at ast.Expr) {
	if c.res != nil || isInvalid(c.val) {
		return
	}
	switch v := c.val.(type) {
	case *envoyVal, *operationsVal, *operationVal, *chosenOperationsVal, *chosenOperationVal, *traceVal, *barrierVal, *cacheVal, *cacheOptVal:
		f.fail(at.Pos(), "NN1303", "choose it with constants, or write both cases out",
			"%s is changed under a condition that is known only when the trace runs, but holds %s", nameOf(c), v.kind())
		c.val = invalid{}
		return
	}
	f.before(c)
	outer := f.above(c)
	c.res = f.varOf(c)
	zero := isZeroValue(c.val)
	if zero && c.result != nil && c.result.writes == 0 {
		c.val = nil
		return // the generator declares it, so it is zero already
	}
	st := &resStmt{kind: assignStmt, op: "=", pos: at.Pos(), lhs: []target{{v: c.res, define: true}}, typed: true, known: true}
	if !zero {
		st.rhs = []code{outer.codeOf(c.val, c.typ, at)}
		outer.wrote(c.res, bornIn(st.rhs[0]))
	} else {
		c.res.writes++
	}
	if s, ok := c.val.(*sliceVal); ok && s.obj != nil && !s.array {
		s.obj.moved = true
	}
	c.res.changed = true
	c.was, c.val = c.val, nil
	outer.put(st)
}

// above gives the frame in which a variable that becomes residual is declared:
// right where its static value was last set, so that loops carried out since
// then stay alike; outside every condition between in any case.
func (f *frame) above(c *cell) *frame {
	outer := *f
	level := max(c.scope, commonDepth(f.scope, c.at))
	if s := f.conditional(c.scope); s != nil {
		level = min(level, s.depth-1)
	}
	if holds(c.val, func(v value) bool { cv, ok := v.(*codeVal); return ok && !f.stable(cv) && !f.tapOnly(cv) }) {
		level = f.depth()
		if s := f.conditional(c.scope); s != nil {
			level = s.depth - 1
		}
	}
	for s := f.scope; s != nil && s.depth > level; s = s.parent {
		outer.out, outer.scope, outer.aside = s.block, s.parent, s.begin != nil
	}
	return &outer
}

// commonDepth is the depth of the innermost scope around both places.
func commonDepth(a, b *rscope) int {
	around := map[*rscope]bool{}
	for ; b != nil; b = b.parent {
		around[b] = true
	}
	for ; a != nil; a = a.parent {
		if around[a] {
			return a.depth
		}
	}
	return 0
}

// isZeroValue reports whether a value is the zero value of its type.
func isZeroValue(v value) bool {
	switch v := v.(type) {
	case *constVal:
		switch v.v.Kind() {
		case constant.Bool:
			return !constant.BoolVal(v.v)
		case constant.String:
			return constant.StringVal(v.v) == ""
		}
		return constant.Sign(v.v) == 0
	case *structVal:
		for _, f := range v.fields {
			if !isZeroValue(f) {
				return false
			}
		}
		return true
	case *sliceVal:
		if v.array {
			for i := range v.len {
				if !isZeroValue(v.element(i)) {
					return false
				}
			}
			return true
		}
	}
	return isZero(v)
}

func nameOf(c *cell) string {
	if c.name == "" {
		return "nn_v"
	}
	return c.name
}

// cellOf gives the variable at the root of an assignable expression.
func (f *frame) cellOf(l ast.Expr) *cell {
	return f.env.lookup(rootObject(f.src.info, l))
}

// demoteShared moves a slice into the residual code; one that is reached by
// another way too would be two slices then.
func (f *frame) demoteShared(root *cell, x value, at ast.Expr) {
	if s, ok := x.(*sliceVal); ok && s.obj != nil && s.obj.moved {
		f.fail(at.Pos(), "NN1213", "use one slice variable for values that only a run knows",
			"this slice is shared with a variable that holds values known only when the trace runs")
	}
	f.demote(root, at)
}

// storedInto notes that what only a run knows was stored into a slice or map.
func storedInto(v value) {
	switch v := v.(type) {
	case *sliceVal:
		if v.obj != nil && !v.array {
			v.obj.written = true
		}
	case *mapVal:
		if v.obj != nil {
			v.obj.written = true
		}
	}
}

// outdated reports whether a value is known as it was before a run stored into it.
func outdated(v value) bool {
	switch v := v.(type) {
	case *sliceVal:
		return v.obj != nil && v.obj.written
	case *mapVal:
		return v.obj != nil && v.obj.written
	}
	return false
}
