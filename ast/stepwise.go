package ast

import (
	"go/ast"
	"go/token"
	"go/types"
)

// A trace that names visits, of a model that generates, is compiled for all
// steps of a decode loop at once. The statements of its body fall into parts:
// those before the first loop over visits belong to step 0, a loop's body to the
// steps that it goes through, and what follows a loop to the time after its last.

// stepwise evaluates a list of statements that loops over visits are among. visit
// is what points mean outside of these, reached the last visit so far.
func (f *frame) stepwise(list []ast.Stmt, visit, reached int64) int64 {
	parts := f.parts(list)
	shared := f.carries(nodesOf(parts))
	for i, p := range parts {
		visit += p.next
		if p.loop != nil {
			reached = f.stepLoop(p, visit, reached)
			continue
		}
		if p.cond != nil {
			reached = f.stepsUnder(p.cond, visit, reached)
			continue
		}
		if p.helper != nil {
			reached = f.stepHelper(p.helper, visit, reached)
			continue
		}
		var ph *phase
		if p.at.IsValid() {
			f.nextBehindStop(p)
			f.ev.namesAlways = f.ev.namesAlways || f.guard == nil
		}
		switch {
		case p.over:
			ph = f.ev.phaseOver()
			ph.waits = true
		case reached <= visit:
			reached = visit
			ph = f.ev.phaseAt(&visitsVal{list: []visitRange{{from: visit, to: visit + 1, step: 1}}})
			f.ev.named(visit, p.at)
		case i == len(parts)-1 && f.ev.form == OneInvoke && !f.inner || reached >= endless:
			ph = f.ev.phaseOver()
		default:
			ph = f.ev.phaseBetween(reached)
		}
		if len(p.stmts) == 0 {
			continue
		}
		ph.under(f.guard, f.guardText)
		f.inPhase(ph, p.stmts[0].Pos(), func(g *frame) { g.partStmts(p.stmts, shared) })
	}
	return reached
}

// endless is the last visit of a loop without an end.
const endless = int64(1) << 40

// partStmts evaluates statements outside of loops over visits.
func (f *frame) partStmts(list []ast.Stmt, shared map[types.Object]bool) {
	for i, s := range list {
		if r, ok := s.(*ast.ReturnStmt); ok && i == len(list)-1 && (f.call.kind == mainCall || f.call.kind == invokeCall || f.call.steps) {
			f.lastReturn(r)
			return
		}
		f.stmt(s)
		f.carryDeclared(s, shared)
	}
}

// lastReturn is the return statement at the end of the function: it sets the
// results, and nothing follows it.
func (f *frame) lastReturn(s *ast.ReturnStmt) {
	vals, ok := f.returned(s)
	if !ok || f.call.kind == invokeCall {
		return
	}
	if f.call.kind == mainCall {
		f.ev.returned = s.Pos()
	}
	for i, v := range vals {
		at := ast.Expr(&ast.Ident{NamePos: s.Pos(), Name: "return"})
		if i < len(s.Results) {
			at = s.Results[i]
		}
		f.setCell(f.call.results[i], v, at)
	}
}

// allSteps evaluates the trace function for all steps of a decode loop.
func (f *frame) allSteps(list []ast.Stmt) {
	ev := f.ev
	step := func(name string) *resVar {
		return &resVar{hint: name, typ: intType, seq: ev.nextVar(), param: true, fixed: true, name: name, writes: 1}
	}
	ev.stepVar, ev.stepsVar, ev.lastVisit = step("nn_step"), step("nn_steps"), -1
	if ev.hasDefer && ev.editOverSteps() {
		ev.report(ev.tf.decl.Name.Pos(), "NN1314", "the edit %s defers calls: an edit is data", ev.tf.decl.Name.Name)
		return
	}
	if ev.hasDefer {
		f.fail(ev.tf.decl.Pos(), "NN1321", "do it in the caller", "%s defers calls: over decoding steps nothing tells when to make them", ev.tf.decl.Name.Name)
		return
	}
	for _, p := range ev.params {
		if p.v != nil && p.v.changed {
			f.fail(p.obj.Pos(), "NN1321", "copy it into a variable", "the parameter %s is changed in a trace over decoding steps", p.name)
		}
	}
	for _, c := range ev.results {
		if ev.acc.isCache(c.typ) {
			continue
		}
		f.carry(c, identAt(resultObject(c, ev)))
	}
	if ev.form == OneInvoke {
		f.stepwise(list, 0, 0)
	} else {
		f.aroundRun(list)
	}
	ev.namesSometimes()
}

func resultObject(c *cell, ev *evaluator) types.Object {
	if c.obj != nil {
		return c.obj
	}
	return ev.tf.obj
}

// aroundRun evaluates the body of a trace with invokes: what stands ahead of Run
// belongs to step 0, what follows it to the time after the last step.
func (f *frame) aroundRun(list []ast.Stmt) {
	var each [][]ast.Node
	for _, s := range list {
		each = append(each, []ast.Node{s})
	}
	shared := f.carries(each)
	first := f.ev.phaseAt(&visitsVal{list: []visitRange{{to: 1, step: 1}}})
	at := len(list)
	f.inPhase(first, f.ev.tf.decl.Pos(), func(g *frame) {
		for i, s := range list {
			if g.runs(s) {
				at = i
				return
			}
			g.stmt(s)
			g.carryDeclared(s, shared)
		}
	})
	if at == len(list) {
		return
	}
	f.stmt(list[at])
	if rest := list[at+1:]; len(rest) > 0 && f.ev.sched.ran {
		f.inPhase(f.ev.phaseOver(), rest[0].Pos(), func(g *frame) { g.partStmts(rest, shared) })
	}
}

// runs reports whether a statement is the call of Run.
func (f *frame) runs(s ast.Stmt) bool {
	x, ok := s.(*ast.ExprStmt)
	if !ok {
		return false
	}
	e, ok := x.X.(*ast.CallExpr)
	if !ok {
		return false
	}
	sel, ok := ast.Unparen(e.Fun).(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "Run" && isHandle(f.src.info.TypeOf(sel.X))
}

// beyondPhase is the outermost condition other than that of a phase.
func (f *frame) beyondPhase() *rscope {
	var found *rscope
	for s := f.scope; s != nil; s = s.parent {
		if s.cond && s.phase == nil {
			found = s
		}
	}
	return found
}

// inTime refuses points where the steps that they could mean are over.
func (f *frame) inTime(pos token.Pos, what string) bool {
	p := f.phaseOf()
	if p == nil || !p.over && !p.also {
		return true
	}
	f.fail(pos, "NN1320", "use the point in the loop, or name its visit: points outside of loops mean visit 0, and Next moves on from there",
		"%s behind a loop over later visits", what)
	return false
}
