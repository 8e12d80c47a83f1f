package ast

import (
	"go/ast"
	"go/token"
	"go/types"
)

// A loop over decoding steps is one phase; one that holds others is carried out
// now, visit by visit.

// stepLoop evaluates a loop over visits.
func (f *frame) stepLoop(p part, visit, reached int64) int64 {
	if k := f.ev.mode.calls[p.loop.Pos()]; k > 1 {
		return f.callLoop(p, k, reached)
	}
	ph, last := f.loopPhase(p, reached)
	if ph == nil {
		return reached
	}
	ph.loop, ph.calls = true, &phaseCalls{loop: p.loop.Pos(), of: 1}
	f.ev.namesAlways = f.ev.namesAlways || f.guard == nil
	if f.guard != nil && !f.ev.namesUnder.IsValid() {
		f.ev.namesUnder = p.loop.Pos()
	}
	ph.under(f.guard, f.guardText)
	if len(f.calls(p.loop.Body, "Iter", "All", "Next"))+len(f.helpers(p.loop.Body)) > 0 {
		return f.unrolled(p, ph, reached)
	}
	if breaks(p.loop, p.label) {
		if f.ev.editOverSteps() {
			f.fail(p.loop.Pos(), "NN1321", "name the visits that it goes through", "a loop over decoding steps of an edit is left: an edit keeps nothing from step to step")
			return reached
		}
		ph.breaks = f.newVar("nn_done", boolType)
		ph.breaks.kept, ph.breaks.changed, ph.breaks.writes = true, true, 1
	}
	f.inPhase(ph, p.loop.Pos(), func(g *frame) {
		b, done := g.group("nn_next")
		b.loops = &loopCtx{name: p.label, brk: b.scope, cont: b.scope, visits: ph}
		b.bindStep(p.loop, ph)
		c := b.nested().block(p.loop.Body.List)
		b.scope.ended = c.kind == ctlExited
		done()
	})
	return last
}

// bindStep makes the loop variable the number of the step.
func (f *frame) bindStep(s *ast.RangeStmt, ph *phase) {
	id, ok := s.Key.(*ast.Ident)
	if !ok || id.Name == "_" {
		return
	}
	var v value = &codeVal{code: code{{v: f.ev.stepVar}}, typ: types.Typ[types.Int], pure: true}
	if ph.visits != nil && len(ph.visits.list) == 1 {
		if r := ph.visits.list[0]; !r.open && r.from+r.step >= r.to {
			v = intConst(r.from)
		}
	}
	f.bindVisit(s, v)
}

// bindVisit gives the loop variable, if there is one, the number of the visit.
func (f *frame) bindVisit(s *ast.RangeStmt, v value) {
	id, ok := s.Key.(*ast.Ident)
	if !ok || id.Name == "_" {
		return
	}
	if s.Tok != token.DEFINE {
		f.store(s.Key, v, s.Key, s)
		return
	}
	o := f.src.info.Defs[id]
	if o == nil {
		return
	}
	if f.src.isReassigned(o) {
		f.declare(id, o, v, id)
		return
	}
	f.newCell(o, o.Type(), v)
}

// loopPhase evaluates what a loop goes through.
func (f *frame) loopPhase(p part, reached int64) (*phase, int64) {
	call := f.visitCall(p.loop.X, "Iter", "All")
	x := f.expr(p.loop.X)
	if c, ok := x.(*visitCode); ok {
		if f.ev.editOverSteps() {
			f.fail(call.Pos(), "NN1321", "name constants, or make several edits", "the visits that the edit %s names are parameters: an edit is data, and knows its steps", f.ev.tf.decl.Name.Name)
			return nil, 0
		}
		if reached >= endless {
			f.fail(call.Pos(), "NN1320", "the loop before it goes on to the end of the run", "no visit comes after all of them")
			return nil, 0
		}
		return &phase{code: c.code, text: f.excerpt(p.loop.X)}, endless
	}
	v, ok := x.(*visitsVal)
	if !ok {
		return nil, 0
	}
	if reached >= endless || v.list[0].from < reached {
		hint := "a run goes through its steps once: name visits in ascending order, or look at all of them in one loop"
		f.fail(call.Pos(), "NN1320", hint, "visit %d is over: a loop before it went further", v.list[0].from)
		return nil, 0
	}
	ph := f.ev.phaseAt(v)
	last, bounded := v.last()
	if !bounded {
		return ph, endless
	}
	switch {
	case f.ev.editOverSteps(): // a run of fewer steps has less of it
		return ph, last
	case f.guard != nil:
		ph.code = f.guardedVisits(v)
		return ph, last
	}
	f.ev.named(last, call.Pos())
	return ph, last
}

// unrolled evaluates a loop that holds loops over visits itself, or Next: each of
// its visits apart.
func (f *frame) unrolled(p part, ph *phase, reached int64) int64 {
	if ph.visits == nil || ph.visits.list[len(ph.visits.list)-1].open || breaks(p.loop, p.label) {
		f.fail(p.loop.Pos(), "NN1321", "write loops over visits one after the other", "a loop over visits holds another, or Next: its own visits must be constants then, and it cannot be left")
		return reached
	}
	for _, e := range f.calls(p.loop.Body, "Result") {
		f.fail(e.Pos(), "NN1320", "call it behind the loop", "the result is asked for where steps are to come: it is there when the last of them is over")
		return reached
	}
	ph.visits.each(func(n int64) bool {
		if n < reached {
			f.fail(p.loop.X.Pos(), "NN1320", "a run goes through its steps once", "visit %d is over: a loop inside of this one went further", n)
			return false
		}
		g := f.nested()
		g.inner = true
		g.bindRange(p.loop, p.loop.Key, intConst(n))
		reached = g.stepwise(p.loop.Body.List, n, n)
		return len(f.ev.diags) == 0
	})
	return reached
}

// breaks reports whether a loop may be left by break.
func breaks(loop *ast.RangeStmt, label string) bool {
	found := false
	var look func(n ast.Node, own bool)
	look = func(n ast.Node, own bool) {
		ast.Inspect(n, func(c ast.Node) bool {
			switch c := c.(type) {
			case *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.SelectStmt:
				if c != n {
					look(c, false)
					return false
				}
			case *ast.FuncLit:
				return false
			case *ast.BranchStmt:
				if c.Tok == token.BREAK && (c.Label == nil && own || c.Label != nil && c.Label.Name == label) {
					found = true
				}
			}
			return true
		})
	}
	look(loop.Body, true)
	return found
}

// visitCode is what Iter gives where only parameters know the visits.
type visitCode struct{ code code }

func (*visitCode) kind() string { return "visits" }

// stepVisits evaluates Iter, All and Next over decoding steps.
func (f *frame) stepVisits(e *ast.CallExpr, fv *funcVal, x *envoyVal, args []value) value {
	switch fv.method {
	case "All":
		return &visitsVal{list: []visitRange{{step: 1, open: true}}, pos: e.Pos()}
	case "Next":
		if f.call.kind == inlineCall || f.phaseOf() == nil {
			return f.fail(e.Pos(), "NN1321", "call it in the trace function or the invoke itself", "Next stands in a helper")
		}
		return x
	}
	if f.call.kind == inlineCall && !f.call.steps {
		return f.fail(e.Pos(), "NN1321", "write the loop in the trace function or the invoke itself", "a loop over decoding steps stands in a helper")
	}
	dynamic := false
	for _, a := range args {
		dynamic = dynamic || holds(a, func(v value) bool { _, ok := v.(*codeVal); return ok })
		if x, ok := a.(*indexVal); ok {
			for _, y := range x.args {
				_, isCode := y.(*codeVal)
				dynamic = dynamic || isCode
			}
		}
	}
	if !dynamic {
		return f.visitsOf(e, args)
	}
	c := code{{text: "Visiting", imp: RuntimePath, name: f.ev.importName(RuntimePath)}}
	c = c.add("(", f.ev.stepVar, ", ", f.ev.stepsVar)
	for i, a := range args {
		arg := f.codeOf(a, f.typeOf(e.Args[i]), e.Args[i])
		if !f.stable(&codeVal{code: arg, pure: true}) {
			return f.fail(e.Args[i].Pos(), "NN1320", "use constants or parameters of the trace function that it does not change", "the visits must be known before the run")
		}
		c = c.add(", ", arg)
	}
	return &visitCode{c.add(")")}
}
