package ast

import (
	"go/ast"

	"github.com/nngen-go/nngen/internal/schedule"
)

// skipChosen evaluates Skip of a module that an index of the run chooses: each
// candidate is left out where it was chosen, and runs where it was not, so that
// one plan serves a sweep.
func (f *frame) skipChosen(e *ast.CallExpr, x *chosenVal, args []value) value {
	if !f.mayAsk(e.Pos(), x.label()+" is skipped") {
		return invalid{}
	}
	pr := f.predicate()
	w := &access{name: x.label(), choice: x.by, write: true, skip: true, pos: e.Pos()}
	var list []*skipped
	for i, m := range x.list {
		body := f.bodyOf(e, m)
		if body == nil {
			return invalid{}
		}
		if i > 0 && !f.builtAlike(e, list[0].body, body) {
			return invalid{}
		}
		list = append(list, &skipped{inv: f.inv, body: body, pos: e.Pos(), access: w, choice: x.by, index: i})
		w.moments = append(w.moments, body.Enter)
	}
	for _, k := range list {
		k.pred = x.by.when(f.ev, k.index, pr)
	}
	if !f.skipValues(e, list[0], args) || !f.inOrder(w) {
		return invalid{}
	}
	did := f.accessed(w)
	for i, k := range list {
		k.given, k.values = list[0].given, list[0].values
		r := f.skipRequest(k)
		r.Then = func(_ *sym, err error) {
			f.done(did, i)
			if err != nil && !f.ev.sched.ordered(w, i) {
				f.ev.adopt(err, e.Pos(), "NN1303")
			}
		}
		if f.inv.request(r).Err != nil && !f.ev.sched.ordered(w, i) {
			return invalid{}
		}
		if isInvalid(f.leftOut(k)) {
			return invalid{}
		}
	}
	return &tupleVal{}
}

// builtAlike reports whether one value can stand in the place of either module.
func (f *frame) builtAlike(e *ast.CallExpr, a, b *schedule.Body) bool {
	if len(a.Points) == len(b.Points) {
		same := true
		for i, p := range a.Points {
			t, u := p.Type, b.Points[i].Type
			same = same && t.DType == u.DType && !t.Shape.Differs(u.Shape)
		}
		if same {
			return true
		}
	}
	f.fail(e.Pos(), "NN1309", "choose among modules of one type and shape, or write both cases out",
		"%s and %s have other outputs: one value cannot stand for either", a.Module, b.Module)
	return false
}
