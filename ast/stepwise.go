package ast

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
)

// A trace that names visits, of a model that generates, is compiled for all
// steps of a decode loop at once. The statements of its body fall into parts:
// those before the first loop over visits belong to step 0, a loop's body to the
// steps that it goes through, and what follows a loop to the time after its last.

// visitCall reports whether an expression is a call of the root's Iter, All or Next.
func (f *frame) visitCall(e ast.Expr, names ...string) *ast.CallExpr {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return nil
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	path, name := named(f.src.info.TypeOf(sel.X))
	if path != f.ev.acc.path || name != "Model" {
		return nil
	}
	for _, n := range names {
		if sel.Sel.Name == n {
			return call
		}
	}
	return nil
}

// calls finds the calls of such methods in a node.
func (f *frame) calls(n ast.Node, names ...string) []*ast.CallExpr {
	var out []*ast.CallExpr
	ast.Inspect(n, func(n ast.Node) bool {
		if e, ok := n.(*ast.CallExpr); ok && f.visitCall(e, names...) != nil {
			out = append(out, e)
		}
		return true
	})
	return out
}

// namesVisits reports whether the trace function says itself which visits it means.
func (ev *evaluator) namesVisits() bool {
	return ev.acc.generates() && len(ev.main.calls(ev.tf.decl.Body, "Iter", "All", "Next")) > 0
}

// part is a run of statements of one phase: a loop over visits, or statements
// between such loops.
type part struct {
	stmts []ast.Stmt
	loop  *ast.RangeStmt
	label string
	next  int64 // by how much Next moves on ahead of it
}

// parts takes a list of statements apart.
func (f *frame) parts(list []ast.Stmt) []part {
	var out []part
	open := false
	for _, s := range list {
		inner, label := s, ""
		if l, ok := s.(*ast.LabeledStmt); ok {
			inner, label = l.Stmt, l.Label.Name
		}
		if r, ok := inner.(*ast.RangeStmt); ok && f.visitCall(r.X, "Iter", "All") != nil {
			out, open = append(out, part{loop: r, label: label}), false
			continue
		}
		next := f.calls(s, "Next")
		if len(next) > 0 {
			n, ok := f.nextBy(s, next)
			if !ok {
				continue
			}
			out, open = append(out, part{next: n}), true
		}
		if loops := f.calls(s, "Iter", "All"); len(loops) > 0 {
			f.fail(loops[0].Pos(), "NN1321", "write the loop over visits as a statement of the trace function or of the invoke itself, or in another such loop; put conditions into it",
				"a loop over decoding steps stands inside of another statement")
			continue
		}
		if !open {
			out, open = append(out, part{}), true
		}
		out[len(out)-1].stmts = append(out[len(out)-1].stmts, s)
	}
	return out
}

// nextBy is how far the one call of Next in a statement goes.
func (f *frame) nextBy(s ast.Stmt, calls []*ast.CallExpr) (int64, bool) {
	e := calls[0]
	switch s.(type) {
	case *ast.ExprStmt, *ast.AssignStmt, *ast.DeclStmt, *ast.ReturnStmt:
	default:
		f.fail(e.Pos(), "NN1321", "call it in a statement of its own", "Next stands inside of another statement")
		return 0, false
	}
	if len(calls) > 1 {
		f.fail(calls[1].Pos(), "NN1321", "write two statements", "one statement goes on twice")
		return 0, false
	}
	by := int64(1)
	if len(e.Args) > 0 {
		v := f.src.info.Types[e.Args[0]].Value
		if v == nil {
			f.fail(e.Args[0].Pos(), "NN1402", "use a constant, or a loop over Iter with bounds that are parameters", "how far Next goes must be known when code is generated")
			return 0, false
		}
		by, _ = constant.Int64Val(constant.ToInt(v))
	}
	if by < 0 || len(e.Args) > 1 {
		f.fail(e.Pos(), "NN1320", "", "Next takes one number of visits, and not a negative one: a run does not go back")
		return 0, false
	}
	return by, true
}

// nodes are the parts' statements, for looking at what they use.
func nodesOf(parts []part) [][]ast.Node {
	var out [][]ast.Node
	for _, p := range parts {
		var nodes []ast.Node
		if p.loop != nil {
			nodes = append(nodes, p.loop)
		}
		for _, s := range p.stmts {
			nodes = append(nodes, s)
		}
		out = append(out, nodes)
	}
	return out
}

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
		var ph *phase
		switch {
		case reached <= visit:
			reached = visit
			ph = f.ev.phaseAt(&visitsVal{list: []visitRange{{from: visit, to: visit + 1, step: 1}}})
			f.ev.lastVisit = max(f.ev.lastVisit, visit)
		case i == len(parts)-1 && f.ev.form == OneInvoke || reached >= endless:
			ph = f.ev.phaseOver()
		default:
			ph = f.ev.phaseBetween(reached)
		}
		if len(p.stmts) == 0 {
			continue
		}
		f.inPhase(ph, p.stmts[0].Pos(), func(g *frame) { g.partStmts(p.stmts, shared) })
	}
	return reached
}

// endless is the last visit of a loop without an end.
const endless = int64(1) << 40

// partStmts evaluates statements outside of loops over visits.
func (f *frame) partStmts(list []ast.Stmt, shared map[types.Object]bool) {
	for i, s := range list {
		if r, ok := s.(*ast.ReturnStmt); ok && i == len(list)-1 && (f.call.kind == mainCall || f.call.kind == invokeCall) {
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
	f.ev.returned = s.Pos()
	for i, v := range vals {
		at := ast.Expr(&ast.Ident{NamePos: s.Pos(), Name: "return"})
		if i < len(s.Results) {
			at = s.Results[i]
		}
		f.setCell(f.call.results[i], v, at)
	}
}

// stepLoop evaluates a loop over visits.
func (f *frame) stepLoop(p part, visit, reached int64) int64 {
	ph, last := f.loopPhase(p, reached)
	if ph == nil {
		return reached
	}
	if len(f.calls(p.loop.Body, "Iter", "All", "Next")) > 0 {
		return f.unrolled(p, ph, reached)
	}
	if breaks(p.loop, p.label) {
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
	f.ev.lastVisit = max(f.ev.lastVisit, last)
	return ph, last
}

// unrolled evaluates a loop that holds loops over visits itself, or Next: each of
// its visits apart.
func (f *frame) unrolled(p part, ph *phase, reached int64) int64 {
	if ph.visits == nil || ph.visits.list[len(ph.visits.list)-1].open || breaks(p.loop, p.label) {
		f.fail(p.loop.Pos(), "NN1321", "write loops over visits one after the other", "a loop over visits holds another, or Next: its own visits must be constants then, and it cannot be left")
		return reached
	}
	ph.visits.each(func(n int64) bool {
		if n < reached {
			f.fail(p.loop.X.Pos(), "NN1320", "a run goes through its steps once", "visit %d is over: a loop inside of this one went further", n)
			return false
		}
		g := f.nested()
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
	if f.call.kind == inlineCall {
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

// allSteps evaluates the trace function for all steps of a decode loop.
func (f *frame) allSteps(list []ast.Stmt) {
	ev := f.ev
	step := func(name string) *resVar {
		return &resVar{hint: name, typ: intType, seq: ev.nextVar(), param: true, fixed: true, name: name, writes: 1}
	}
	ev.stepVar, ev.stepsVar, ev.lastVisit = step("nn_step"), step("nn_steps"), -1
	if ev.tf.directive.edit {
		f.fail(ev.tf.decl.Name.Pos(), "NN1321", "write it as a trace", "the edit %s names visits: edits are part of every step", ev.tf.decl.Name.Name)
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
		f.carry(c, identAt(resultObject(c, ev)))
	}
	if ev.form == OneInvoke {
		f.stepwise(list, 0, 0)
		return
	}
	f.aroundRun(list)
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

// overSteps refuses what means something else over decoding steps than in a run.
func (f *frame) overSteps(e *ast.CallExpr, method string) bool {
	if f.ev.stepVar == nil {
		return true
	}
	hint := ""
	switch method {
	case "Result":
		hint = "the ids are the first result of Generate"
	case "Stop":
		hint = "end the generation from nn.OnToken"
	case "Cache":
		hint = "append what points give to slices, or leave the loops out: a cache then has an entry for each step"
	default:
		return true
	}
	f.fail(e.Pos(), "NN1321", hint, "%s is not compiled in a trace that names its decoding steps", method)
	return false
}
