package ast

import (
	"go/ast"
	"go/token"

	"github.com/nngen-go/nngen/modelspec"
)

// visitsVal is what Iter and All give: what a loop goes through.
type visitsVal struct {
	list []visitRange
	pos  token.Pos
}

func (*visitsVal) kind() string { return "visits" }

// visitRange is visits from, from+step, … before to; open ones have no end.
type visitRange struct {
	from, to, step int64
	open           bool
}

// last is the last visit; false for visits without an end.
func (v *visitsVal) last() (int64, bool) {
	r := v.list[len(v.list)-1]
	if r.open {
		return 0, false
	}
	return r.from + (r.to-1-r.from)/r.step*r.step, true
}

// each gives the visits until yield wants no more.
func (v *visitsVal) each(yield func(n int64) bool) {
	for _, r := range v.list {
		for n := r.from; r.open || n < r.to; n += r.step {
			if !yield(n) {
				return
			}
		}
	}
}

// visitLoop is a loop over visits that is carried out.
type visitLoop struct {
	outer *visitLoop
	calls int64 // most calls in one forward of the modules that its body has touched
}

// visitsMethod evaluates Iter, All and Next of the root.
func (f *frame) visitsMethod(e *ast.CallExpr, fv *funcVal, x *envoyVal, args []value) value {
	switch {
	case f.ev.stepVar != nil:
		return f.stepVisits(e, fv, x, args)
	case f.ev.acc.generates():
		return f.fail(e.Pos(), "NN1321", "write it in the trace function or the invoke itself", "%s stands in a helper: over decoding steps it is part of the trace function", fv.method)
	}
	switch fv.method {
	case "All":
		return &visitsVal{list: []visitRange{{step: 1, open: true}}, pos: e.Pos()}
	case "Iter":
		return f.visitsOf(e, args)
	}
	by := int64(1)
	switch {
	case len(args) > 1:
		return f.fail(e.Args[1].Pos(), "NN1320", "", "Next takes one number of visits, not %d", len(args))
	case len(args) == 1:
		n, ok := intOf(args[0])
		if !ok {
			return f.fail(e.Args[0].Pos(), "NN1402", "use a constant, or a loop over Iter with bounds that are parameters", "how far Next goes must be known when code is generated")
		}
		by = n
	}
	if by < 0 {
		return f.fail(e.Pos(), "NN1320", "", "Next(%d): a run does not go back", by)
	}
	if f.conditional(-1) != nil || f.underLoop() {
		return f.fail(e.Pos(), "NN1320", "call it on every path", "Next stands under a condition that only a run knows")
	}
	if f.inv.visit += by; f.inv.visit >= f.ev.acc.calls() {
		f.pastEnd(e.Pos(), f.inv.visit, "", f.ev.acc.calls())
		f.inv.visit -= by
	}
	return x
}

// visitsOf reads what Iter is given.
func (f *frame) visitsOf(e *ast.CallExpr, args []value) value {
	out := &visitsVal{pos: e.Pos()}
	if len(args) == 0 {
		return f.fail(e.Pos(), "NN1320", "name some, or use All", "Iter is given no visits")
	}
	for i, a := range args {
		at := e.Args[min(i, len(e.Args)-1)]
		r, ok := f.visitRangeOf(a, at)
		if !ok {
			return invalid{}
		}
		if len(out.list) > 0 {
			if last, bounded := out.last(); !bounded || r.from <= last {
				return f.fail(at.Pos(), "NN1320", "name visits in ascending order", "visit %d comes after later ones: a run does not go back", r.from)
			}
		}
		out.list = append(out.list, r)
	}
	return out
}

func (f *frame) visitRangeOf(v value, at ast.Expr) (visitRange, bool) {
	bad := func(hint, format string, args ...any) (visitRange, bool) {
		f.fail(at.Pos(), "NN1320", hint, format, args...)
		return visitRange{}, false
	}
	r := visitRange{step: 1}
	if n, ok := intOf(v); ok {
		r.from, r.to = n, n+1
	} else {
		x, ok := v.(*indexVal)
		if !ok {
			if isInvalid(v) {
				return r, false
			}
			return bad("use constants", "the visits must be known when code is generated: numbers, nn.Range and its kin, nn.All")
		}
		var n [3]int64
		for i, a := range x.args {
			if n[i], ok = intOf(a); !ok {
				return bad("use constants", "the ends of %s must be known when code is generated", x.name)
			}
		}
		switch x.name {
		case "All":
			r.open = true
		case "Range":
			r.from, r.to = n[0], n[1]
		case "RangeStep":
			r.from, r.to, r.step = n[0], n[1], n[2]
		case "RangeFrom":
			r.from, r.open = n[0], true
		case "RangeTo":
			r.to = n[0]
		case "Every":
			r.step, r.open = n[0], true
		default:
			return bad("", "nn.%s names no visits", x.name)
		}
	}
	switch {
	case r.from < 0 || !r.open && r.to < 0:
		return bad("", "visit %d: visits count from 0", min(r.from, r.to))
	case r.step < 1:
		return bad("", "a range of visits with step %d: a run only goes forward", r.step)
	case !r.open && r.from >= r.to:
		return bad("", "the range of visits from %d to before %d is empty", r.from, r.to)
	}
	return r, true
}

// visitRange carries a loop over the visits of one forward out.
func (f *frame) visitRange(s *ast.RangeStmt, name string, x *visitsVal) ctl {
	if f.inv == nil {
		f.fail(s.X.Pos(), "NN1502", "", "visits are gone through outside an invoke")
		return ctl{}
	}
	most := f.ev.acc.calls()
	last, bounded := x.last()
	if bounded && last >= most {
		f.pastEnd(s.X.Pos(), last, "", most)
		return ctl{}
	}
	group, done := f.group("nn_loop")
	list := &resStmt{kind: loopStmt}
	out := ctl{}
	outer, l := f.inv.visit, &visitLoop{outer: f.inv.loops}
	f.inv.loops = l
	x.each(func(n int64) bool {
		calls := most // before the body was carried out nobody knows whose visits they are
		if l.calls > 0 && !bounded {
			calls = l.calls
		}
		if n >= calls {
			return false
		}
		f.inv.visit = n
		c, stop := group.round(s.Body, name, list, func(it *frame) { it.bindRange(s, s.Key, intConst(n)) })
		if stop {
			out = c
		}
		return !stop
	})
	f.inv.visit, f.inv.loops = outer, l.outer
	group.finishLoop(list)
	group.scope.ended = out.kind == ctlExited
	done()
	return afterGroup(out, name, group.scope)
}

// callNow is which call of a module the present visit means; false where there is none.
func (f *frame) callNow(pos token.Pos, m *modelspec.Module) (int, bool) {
	calls := int64(max(m.Visits, 1))
	if f.ev.stepVar != nil {
		return f.callInStep(pos, m, calls)
	}
	for l := f.inv.loops; l != nil; l = l.outer {
		l.calls = max(l.calls, calls)
	}
	if f.inv.visit >= calls {
		f.pastEnd(pos, f.inv.visit, modelspec.PathName(m.Path), calls)
		return 0, false
	}
	return int(f.inv.visit), true
}

// pastEnd reports a visit that a forward does not come to.
func (f *frame) pastEnd(pos token.Pos, visit int64, path string, calls int64) {
	what := ""
	if path != "" {
		what = " of " + path
	}
	f.fail(pos, "NN1320", "nngen tree says how often each module is called", "visit %d%s is past the end: the last one is %d", visit, what, calls-1)
}

// calls is the most calls of a module in one forward.
func (a *accessor) calls() int64 {
	most := 1
	for _, m := range a.spec.Modules {
		most = max(most, m.Visits)
	}
	return int64(most)
}

// generates reports whether the model is one whose runs continue token ids: its
// visits are decoding steps.
func (a *accessor) generates() bool {
	ids, logits := false, false
	for _, in := range a.spec.Inputs {
		ids = ids || in.Class == "ids" || in.Name == "input_ids"
	}
	for _, out := range a.spec.Outputs {
		logits = logits || out.Role == modelspec.RoleOutput && out.Type.DType.IsFloat() && len(out.Type.Shape) == 3
	}
	return ids && logits
}
