package ast

import (
	"go/ast"
	"go/token"

	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/schedule"
)

// skipped is a module that the trace skips.
type skipped struct {
	inv    *invoke
	body   *schedule.Body
	given  int
	pos    token.Pos
	access *access
	pred   *pred
}

// skipModule evaluates Skip: a write of the module's outputs that does not need
// what the module makes of them. Under a condition the module runs where the
// condition does not hold.
func (f *frame) skipModule(e *ast.CallExpr, x *envoyVal, args []value) value {
	name := x.label() + " is skipped"
	if x.module == nil {
		return f.fail(e.Pos(), "NN1307", "use a module that nngen tree lists with points", "the spec has no module %s", x.label())
	}
	call, ok := f.callNow(e.Pos(), x.module)
	if !ok {
		return invalid{}
	}
	body, err := schedule.BodyOf(f.ev.sched.timeline, x.module, call)
	if err != nil {
		return f.fail(e.Pos(), "NN1312", "write to the points of its children instead", "%v", err)
	}
	if !f.mayAsk(e.Pos(), name) || !f.mayBranch(e.Pos(), name) {
		return invalid{}
	}
	k := &skipped{inv: f.inv, body: body, pos: e.Pos(), pred: f.predicate()}
	values := f.skipValues(e, k, args)
	if values == nil {
		return invalid{}
	}
	k.access = &access{name: x.label(), moments: []int{body.Enter}, write: true, pos: e.Pos()}
	if !f.inOrder(k.access) {
		return invalid{}
	}
	did := f.accessed(k.access)
	r := schedule.Request[*sym]{
		Kind: schedule.Skip, At: schedule.At{Moment: body.Enter}, Pos: f.ev.position(e.Pos()),
		Skip: &schedule.Skipped[*sym]{Body: body, Values: values},
	}
	if s := values[0]; k.pred != nil || s.isLate() {
		r.Edit = func(old *sym) (*sym, error) {
			return f.ev.writeOver(s, old, k.pred, body.Points[0], x.label()+".output", e.Pos()), nil
		}
	}
	if k.pred != nil {
		r.When = k.pred.text
		r.Then = func(_ *sym, err error) {
			if err != nil {
				f.ev.adopt(err, e.Pos(), "NN1303")
			}
		}
	}
	a := f.inv.request(r)
	f.done(did, 0)
	if a.Err != nil {
		f.explainLate(a.Err, values[0], body.Enter)
		f.ev.adopt(a.Err, e.Pos(), "NN1303")
		f.callers(e.Pos())
		return invalid{}
	}
	f.ev.sched.skips = append(f.ev.sched.skips, k)
	return &tupleVal{}
}

// mayBranch refuses skips that only a run decides about in traces of several
// invokes: which rows the module runs for would depend on it.
func (f *frame) mayBranch(pos token.Pos, what string) bool {
	cond := f.conditional(-1)
	if cond == nil || !f.ev.sched.several() {
		return true
	}
	d := f.ev.report(pos, "NN1504", "%s under a condition that only a run knows, in an invoke of several", what)
	d.Hint = "skip it in every run, or make the invoke with the condition a trace of its own"
	f.ev.relate(d, cond.pos, "the condition is here")
	return false
}

// skipValues takes the values of a skip, which have to fit the module's outputs;
// nil if they do not.
func (f *frame) skipValues(e *ast.CallExpr, k *skipped, args []value) []*sym {
	if n := len(args); e.Ellipsis.IsValid() && n > 0 {
		if list, ok := args[n-1].(*sliceVal); ok {
			args = append([]value(nil), args[:n-1]...)
			for i := range list.len {
				args = append(args, list.element(i))
			}
		}
	}
	k.given = len(args)
	switch {
	case k.given > len(k.body.Outs):
		f.fail(e.Pos(), "NN1312", "the order is that of Outputs, the first being what Output gives", "%s is given %d values, but has %d", k.body.Module, k.given, len(k.body.Outs))
		return nil
	case k.given > 1 && k.pred != nil:
		f.fail(e.Pos(), "NN1312", "skip it always, or write each output under the condition", "%s is skipped with several values under a condition that only a run knows", k.body.Module)
		return nil
	}
	var out []*sym
	for i, v := range args {
		at := e.Args[min(i, len(e.Args)-1)]
		call := &ast.CallExpr{Fun: e.Fun, Lparen: e.Lparen, Args: []ast.Expr{at}, Rparen: e.Rparen}
		s := f.graphOperand(opArg{v: v, at: at})
		if s == nil || !f.fits(call, s, k.body.Points[i], k.body.Module+".output", s.isLate()) {
			return nil
		}
		if i > 0 && s.isLate() {
			f.fail(at.Pos(), "NN1312", "use a constant index", "%s is skipped with several values of a module that is chosen when the trace runs", k.body.Module)
			return nil
		}
		if want, problem := f.rowsOf(k.body.Points[i].Type); problem == "" && k.pred == nil && !s.isLate() {
			s = f.ev.fit(s, want, k.body.Module+".output", at.Pos(), nil)
		}
		out = append(out, s)
	}
	return out
}

// mayBeSkipped refuses points of modules that an earlier line may skip: whether
// they are there is known only when the trace runs.
func (f *frame) mayBeSkipped(a *access) {
	for _, k := range f.ev.sched.skips {
		if k.pred == nil || k.inv != f.inv || a == k.access || excludes(k.access.sides, f.scope) {
			continue
		}
		for _, m := range a.moments {
			if k.body.Has(m) || a.name == k.body.Module && m == k.body.Enter {
				d := f.ev.report(a.pos, "NN1312", "%s may not be there: %s is skipped under a condition", a.name, k.body.Module)
				d.Hint = "use it ahead of the skip, or in the branch where the module is not skipped"
				f.ev.relate(d, k.pos, "it is skipped here")
				return
			}
		}
	}
}

// planSkips writes down what is left out.
func (ev *evaluator) planSkips(p *plan.Plan) {
	at := map[string]int{} // invokes skip a module together
	for _, k := range ev.sched.skips {
		key := k.body.Module + " " + itoa(k.body.Enter)
		if i, ok := at[key]; ok {
			p.Skips[i].Given = min(p.Skips[i].Given, k.given)
			continue
		}
		at[key] = len(p.Skips)
		s := plan.Skipped{Module: k.body.Module, Inputs: k.body.Inputs, Given: k.given, Line: ev.line(k.pos)}
		if k.pred != nil {
			s.When = k.pred.text
		}
		for _, o := range k.body.Points {
			s.Outputs = append(s.Outputs, o.Tensor)
		}
		p.Skips = append(p.Skips, s)
	}
}
