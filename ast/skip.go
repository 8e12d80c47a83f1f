package ast

import (
	"go/ast"
	"go/token"
	"slices"

	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/schedule"
)

// skipped is a module that the trace skips, or one of those that an index chooses.
type skipped struct {
	inv    *invoke
	body   *schedule.Body
	given  int
	pos    token.Pos
	access *access
	pred   *pred   // under which it is skipped; nil: always
	choice *choice // that picks it, as its module index; nil: nothing does
	index  int
	values []*sym
}

// skipModule evaluates Skip: a write of the module's outputs that does not need
// what the module makes of them. Under a condition the module runs where the
// condition does not hold.
func (f *frame) skipModule(e *ast.CallExpr, x *envoyVal, args []value) value {
	body := f.bodyOf(e, x)
	if body == nil || !f.mayAsk(e.Pos(), x.label()+" is skipped") {
		return invalid{}
	}
	k := &skipped{inv: f.inv, body: body, pos: e.Pos(), pred: f.predicate()}
	if !f.skipValues(e, k, args) {
		return invalid{}
	}
	k.access = &access{name: x.label(), moments: []int{body.Enter}, write: true, skip: true, pos: e.Pos()}
	if !f.inOrder(k.access) {
		return invalid{}
	}
	r := f.skipRequest(k)
	did := f.accessed(k.access)
	if k.pred != nil && !f.holdsUp(body.Enter) {
		r.Then = func(_ *sym, err error) {
			f.done(did, 0)
			if err != nil {
				f.ev.adopt(err, e.Pos(), "NN1303")
			}
		}
	}
	did.waits = r.Then == nil
	a := f.inv.request(r)
	if did.waits {
		f.done(did, 0)
	}
	if a.Err != nil {
		f.explainLate(a.Err, k.values[0], body.Enter)
		f.ev.adopt(a.Err, e.Pos(), "NN1303")
		f.callers(e.Pos())
		return invalid{}
	}
	return f.leftOut(k)
}

// leftOut notes a skip that was asked for.
func (f *frame) leftOut(k *skipped) value {
	if !f.skipsAlike(k) {
		return invalid{}
	}
	f.ev.sched.skips = append(f.ev.sched.skips, k)
	return &tupleVal{}
}

// bodyOf finds what skipping a module leaves out, or reports why it cannot be.
func (f *frame) bodyOf(e *ast.CallExpr, x *envoyVal) *schedule.Body {
	if x.module == nil {
		f.fail(e.Pos(), "NN1307", "use a module that nngen tree lists with points", "the spec has no module %s", x.label())
		return nil
	}
	call, ok := f.callNow(e.Pos(), x.module)
	if !ok {
		return nil
	}
	body, err := schedule.BodyOf(f.ev.sched.timeline, x.module, call)
	if err != nil {
		f.fail(e.Pos(), "NN1312", "write to the points of its children instead", "%v", err)
		return nil
	}
	return body
}

// skipRequest is what the scheduler is asked.
func (f *frame) skipRequest(k *skipped) schedule.Request[*sym] {
	r := schedule.Request[*sym]{
		Kind: schedule.Skip, At: schedule.At{Moment: k.body.Enter}, Pos: f.ev.position(k.pos),
		Skip: &schedule.Skipped[*sym]{Body: k.body, Values: k.values, May: k.pred != nil},
	}
	late := slices.ContainsFunc(k.values, (*sym).isLate)
	if k.pred == nil && !late {
		return r
	}
	name := k.body.Module + ".output"
	r.Skip.Edit = func(output int, s, old *sym) (*sym, error) {
		switch {
		case k.choice != nil:
			s = newSettling(f.ev, k.choice, k.index, k.pred).sym(s)
		case s.node != nil && s.node.op == "JoinRows":
			s.node.under = k.pred
		}
		return f.ev.writeOver(s, old, k.pred, k.body.Points[output], name, k.pos), nil
	}
	if k.pred != nil {
		r.When = k.pred.text
	}
	return r
}

// skipValues takes the values of a skip, which have to fit the module's outputs;
// false if they do not.
func (f *frame) skipValues(e *ast.CallExpr, k *skipped, args []value) bool {
	if n := len(args); e.Ellipsis.IsValid() && n > 0 {
		if list, ok := args[n-1].(*sliceVal); ok {
			args = append([]value(nil), args[:n-1]...)
			for i := range list.len {
				args = append(args, list.element(i))
			}
		}
	}
	if k.given = len(args); k.given > len(k.body.Outs) {
		f.fail(e.Pos(), "NN1312", "the order is that of Outputs, the first being what Output gives", "%s is given %d values, but has %d", k.body.Module, k.given, len(k.body.Outs))
		return false
	}
	for i, v := range args {
		at := e.Args[min(i, len(e.Args)-1)]
		call := &ast.CallExpr{Fun: e.Fun, Lparen: e.Lparen, Args: []ast.Expr{at}, Rparen: e.Rparen}
		s := f.graphOperand(opArg{v: v, at: at})
		if s == nil || !f.fits(call, s, k.body.Points[i], k.body.Module+".output", s.isLate() || k.pred != nil) {
			return false
		}
		// Rows of several invokes are joined before anybody asks for the condition.
		if want, problem := f.ownRows(k.body.Points[i].Tensor, k.body.Points[i].Type); problem == "" && !s.isLate() && (k.pred == nil || f.inv.rows != plan.AllRows) {
			s = f.ev.fit(s, want, k.body.Module+".output", at.Pos(), k.pred)
		}
		k.values = append(k.values, s)
	}
	return true
}

// skippedAt names the module that the i-th candidate of a skip leaves out.
func (ev *evaluator) skippedAt(a *access, i int) string {
	for _, k := range ev.sched.skips {
		if k.access == a && k.index == i {
			return k.body.Module
		}
	}
	return a.name
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
		s := plan.Skipped{Module: k.body.Module, Inputs: k.body.Inputs, Given: k.given}
		s.File, s.Line = ev.where(k.pos)
		if k.pred != nil {
			s.When = k.pred.text
		}
		for _, o := range k.body.Points {
			s.Outputs = append(s.Outputs, o.Tensor)
		}
		p.Skips = append(p.Skips, s)
	}
}
