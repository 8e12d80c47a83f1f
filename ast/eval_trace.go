package ast

import (
	"go/ast"
	"slices"
	"strconv"

	"github.com/nngen-go/nngen/internal/schedule"
)

// traceMethod evaluates Invoke, Barrier and Run.
func (f *frame) traceMethod(e *ast.CallExpr, fv *funcVal) value {
	if fv.method == "Stop" {
		return f.stopRun(e)
	}
	if f.beyondPhase() != nil || f.underLoop() {
		return f.fail(e.Pos(), "NN1503", "decide it by constants", "%s stands under a condition or in a loop that only a run knows", fv.method)
	}
	switch fv.method {
	case "Invoke":
		return f.invokeCall(e)
	case "Barrier":
		return f.barrierCall(e)
	case "Run":
		return f.runCall(e)
	case "Cache":
		return f.traceCache(e)
	}
	return f.fail(e.Pos(), "NN1216", "it works interpreted, with Session.InterpretTrace", "%s is not compiled yet", fv.method)
}

// invokeCall registers an invoke; its body is evaluated by Run.
func (f *frame) invokeCall(e *ast.CallExpr) value {
	s := f.ev.sched
	if f.inv != nil {
		return f.fail(e.Pos(), "NN1503", "write the invokes one after the other", "an invoke cannot stand inside another")
	}
	if s.ran || s.running {
		d := f.ev.report(e.Pos(), "NN1503", "this invoke comes after Run, which runs the model once")
		d.Hint = "move it before Run"
		f.ev.relate(d, s.runPos, "the model runs here")
		return invalid{}
	}
	args := f.args(e)
	if len(args) != 2 {
		return invalid{}
	}
	fn, ok := args[1].(*funcVal)
	if !ok || fn.lit == nil && fn.decl == nil {
		return f.fail(e.Args[1].Pos(), "NN1503", "write the function literal here", "the body of an invoke must be known when code is generated")
	}
	i := len(s.invokes)
	name := "invoke" + strconv.Itoa(i)
	if id, ok := ast.Unparen(e.Args[0]).(*ast.Ident); ok {
		name = id.Name
	}
	inv := &invoke{index: i, rows: i, name: s.name(name), pos: e.Pos()}
	if isZeroValue(args[0]) {
		inv.empty, inv.inputs = true, &inputsArg{pos: e.Args[0].Pos()}
	} else {
		inv.inputs = f.inputsOf(args[0], e.Args[0])
	}
	g := *f
	if f.ev.stepVar != nil { // it has phases of its own
		g.scope, g.out = f.ev.main.scope, f.ev.main.out
	}
	inv.body = func() { g.invokeBody(inv, fn, e) }
	s.invokes = append(s.invokes, inv)
	return &tupleVal{}
}

// inputsOf takes the inputs of an invoke: parameters as they are, anything else
// by a variable that is set here.
func (f *frame) inputsOf(v value, at ast.Expr) *inputsArg {
	if isInvalid(v) {
		return nil
	}
	c := f.codeOf(v, f.typeOf(at), at)
	cv, ok := v.(*codeVal)
	if !ok {
		cv = &codeVal{code: c, typ: f.typeOf(at), pure: true}
	}
	if born := bornIn(c); born.IsValid() {
		d := f.ev.report(at.Pos(), "NN1301", "the inputs of an invoke depend on a value of the same run")
		d.Hint = "run two traces one after the other in the caller"
		f.ev.relate(d, born, "the value leaves the graph here")
		return nil
	}
	if f.stable(cv) {
		return &inputsArg{code: c, pos: at.Pos()}
	}
	if f.ev.stepVar != nil {
		f.fail(at.Pos(), "NN1321", "take the inputs as a parameter of the trace function", "the inputs of an invoke that generates are computed in the trace function")
		return nil
	}
	rv := f.newVar("nn_in", f.typeOf(at))
	f.wrote(rv, 0)
	f.emit(&resStmt{kind: feedStmt, pos: at.Pos(), op: "=", lhs: []target{{v: rv, define: true}}, rhs: []code{c}, effects: !cv.pure})
	return &inputsArg{code: code{{v: rv}}, pos: at.Pos(), v: rv}
}

// invokeBody evaluates the body of an invoke as its coroutine.
func (f *frame) invokeBody(inv *invoke, fn *funcVal, e *ast.CallExpr) {
	h := *f
	h.inv = inv
	open := h.group
	if f.ev.sched.several() {
		open = func(name string) (*frame, func()) { return h.region(&resLabel{name: name}) }
	}
	g, done := open("nn_invoke")
	g.inv, g.loops, g.src, g.env = inv, nil, fn.src, newEnv(fn.env)
	scope := g.scope
	ft, body := funcParts(fn)
	g.call = &callCtx{parent: f.call, kind: invokeCall, fn: body, pos: e.Pos(), scope: scope, sig: fn.sig, targs: fn.targs, leave: g.leaveInvoke(body)}
	if fn.lit != nil {
		g.call.fn = fn.lit
	}
	if g.call.leave != nil {
		scope.catch = g.catches(body, txt("0"))
	}
	if len(ft.Params.List) > 0 && len(ft.Params.List[0].Names) > 0 {
		if o := g.src.info.Defs[ft.Params.List[0].Names[0]]; o != nil {
			g.newCell(o, o.Type(), f.ev.rootEnvoy(o.Type(), inv))
		}
	}
	if f.ev.stepVar != nil {
		g.stepwise(body.List, 0, 0)
	} else {
		g.runBody(body)
	}
	done()
}

// barrierCall makes a barrier.
func (f *frame) barrierCall(e *ast.CallExpr) value {
	args := f.args(e)
	if len(args) != 1 {
		return invalid{}
	}
	n, ok := intOf(args[0])
	if !ok {
		return f.fail(e.Args[0].Pos(), "NN1402", "use a constant", "how many invokes a barrier waits for must be known when code is generated")
	}
	f.ev.names++
	return &barrierVal{&barrier{r: &schedule.Rendezvous{Name: "barrier" + strconv.Itoa(f.ev.names), N: int(n), Pos: f.ev.position(e.Pos())}}}
}

// barrierMethod evaluates Wait.
func (f *frame) barrierMethod(e *ast.CallExpr, fv *funcVal, b *barrierVal) value {
	if fv.method != "Wait" {
		return f.fail(e.Pos(), "NN1216", "", "%s is not compiled yet", fv.method)
	}
	if f.inv == nil || f.ev.form == OneInvoke {
		return f.fail(e.Pos(), "NN1503", "call Wait inside the invokes", "a barrier is waited for outside an invoke")
	}
	if f.inv.stuck {
		return invalid{}
	}
	// The barrier is taken all the same, or the other invokes would be told that it cannot fill.
	switch s := f.beyondPhase(); {
	case s != nil && s.mayHavePanicked() && !f.underLoop():
		f.fail(e.Pos(), "NN1503", "wait ahead of what may panic, or do that in a helper that recovers by itself", "a barrier is waited for behind what may panic, in a function that recovers: the others would wait in vain")
	case s != nil || f.underLoop():
		f.fail(e.Pos(), "NN1503", "wait on every path", "a barrier is waited for under a condition or in a loop that only a run knows")
	}
	f.sameSteps(b.b, e.Pos())
	b.b.before = append(b.b.before, f.inv.history...)
	if f.acting() {
		f.act(barrierAct, e.Pos()).barrier = b.b
	}
	a := f.inv.request(schedule.Request[*sym]{Kind: schedule.Barrier, Barrier: b.b.r, Pos: f.ev.position(e.Pos())})
	if a.Err != nil {
		f.ev.adopt(a.Err, e.Pos(), "NN1503")
		f.inv.stuck = true
		return invalid{}
	}
	f.inv.history = slices.Clone(b.b.before)
	return &tupleVal{}
}

// runCall runs the model: all invokes are evaluated now.
func (f *frame) runCall(e *ast.CallExpr) value {
	s := f.ev.sched
	switch {
	case f.inv != nil:
		return f.fail(e.Pos(), "NN1503", "call Run after the last Invoke", "Run stands inside an invoke")
	case s.ran:
		d := f.ev.report(e.Pos(), "NN1503", "Run is called a second time")
		d.Hint = "one trace runs the model once: use two traces of one Session"
		f.ev.relate(d, s.runPos, "the model runs here")
		return invalid{}
	case len(s.invokes) > 0 && s.withRows() == 0:
		return f.fail(e.Pos(), "NN1503", "give at least one invoke inputs", "no invoke has inputs")
	case len(s.invokes) == 0:
		s.ran = true // or it would be said to be missing
		return f.fail(e.Pos(), "NN1503", "add t.Invoke(inputs, func(m *Model) { … }) before it", "Run is called without any invoke")
	}
	for _, inv := range s.invokes {
		if inv.inputs == nil {
			inv.inputs = &inputsArg{code: txt("nn_invalid")}
		}
	}
	s.run(e.Pos())
	f.endStopped(e)
	return &tupleVal{}
}

// evaluate runs the whole function: as the one invoke, or as the code around several.
func (ev *evaluator) evaluate() {
	f := ev.main
	body := ev.tf.decl.Body
	if ev.form == OneInvoke {
		inv := ev.sched.invokes[0]
		inv.body = func() { f.mainBody(body) }
		ev.sched.run(body.Pos())
		return
	}
	func() {
		defer func() {
			if r := recover(); r != nil {
				if _, ok := r.(abort); !ok {
					panic(r)
				}
			}
		}()
		f.mainBody(body)
	}()
	if !ev.sched.ran {
		d := ev.report(ev.tf.decl.Name.Pos(), "NN1503", "%s never calls Run: its invokes do not run", ev.tf.decl.Name.Name)
		d.Hint = "call Run on the trace after the last Invoke, on every path"
	}
}

// mainBody evaluates the trace function's statements.
func (f *frame) mainBody(body *ast.BlockStmt) {
	if f.ev.namesVisits() {
		f.allSteps(body.List)
		return
	}
	c := f.block(body.List)
	f.ev.ended = c
}
