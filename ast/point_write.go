package ast

import (
	"go/ast"
	"go/token"

	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/schedule"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// writePoint evaluates SetOutput and SetInput.
func (f *frame) writePoint(e *ast.CallExpr, x *envoyVal, side modelspec.Side, v value) value {
	return f.writeAt(e, f.point(e.Pos(), x, side), x.label()+"."+string(side), v)
}

// writeAt evaluates a call that writes its last argument at a point, if there is one.
func (f *frame) writeAt(e *ast.CallExpr, p *modelspec.Point, name string, v value) value {
	if p == nil || isInvalid(v) {
		return invalid{}
	}
	if !f.mayWrite(e.Pos(), name) {
		return invalid{}
	}
	s := f.graphOperand(opArg{v: v, at: e.Args[len(e.Args)-1]})
	if s == nil {
		return invalid{}
	}
	if !f.fits(e, s, p, name, s.isLate()) {
		return invalid{}
	}
	return f.swap(e.Pos(), s, p, name)
}

// swap requests a write. Under a condition it leaves what stands there where the
// condition does not hold.
func (f *frame) swap(pos token.Pos, s *sym, p *modelspec.Point, name string) value {
	at := f.ev.sched.moment[p]
	w := &access{name: f.ev.sched.moments[at].Address, moments: []int{at}, write: true, pos: pos}
	if !f.inOrder(w) {
		return invalid{}
	}
	r := schedule.Request[*sym]{Kind: schedule.Swap, At: schedule.At{Moment: at}, Value: s, Pos: f.ev.position(pos)}
	pr := f.predicate()
	if pr == nil && !s.isLate() {
		if want, problem := f.ownRows(p.Tensor, p.Type); problem == "" {
			s = f.ev.fit(s, want, name, pos, nil)
			r.Value = s
		}
	} else {
		r.Edit = func(old *sym) (*sym, error) {
			return f.ev.writeOver(s, old, pr, p, name, pos), nil
		}
	}
	did := f.accessed(w)
	if pr != nil {
		r.When = pr.text
	}
	if pr != nil && !f.holdsUp(at) {
		r.Then = func(_ *sym, err error) {
			f.done(did, 0)
			if err != nil {
				f.ev.adopt(err, pos, "NN1303")
			}
		}
	}
	did.waits = r.Then == nil
	a := f.inv.request(r)
	if did.waits {
		f.done(did, 0)
	}
	if a.Err != nil {
		f.explainLate(a.Err, s, at)
		f.ev.adopt(a.Err, pos, "NN1303")
		f.callers(pos)
		return invalid{}
	}
	f.ev.sched.swaps = append(f.ev.sched.swaps, read{inv: f.inv, at: name, pos: pos, value: s})
	return &tupleVal{}
}

// writeOver is what stands at a point after a write under a condition, or of a
// value of a chosen module.
func (ev *evaluator) writeOver(s, old *sym, pr *pred, p *modelspec.Point, name string, pos token.Pos) *sym {
	out := newSettling(ev, nil, 0, pr).sym(s)
	if pr == nil && !out.typ.Shape.Equal(old.typ.Shape) {
		ev.checkWrite(out, p, old.typ, name, pos)
	}
	out = ev.fit(out, old.typ, name, pos, pr)
	if pr != nil {
		out = ev.graph.choose(pr, pr.sym, out, old, old.typ)
		out.what, out.node.text = s.what, "if "+pr.text+": "+name
	}
	return out
}

// mayWrite refuses writes where the order of the run cannot be known.
func (f *frame) mayWrite(pos token.Pos, name string) bool {
	if f.inv.stuck || !f.inTime(pos, name+" is written") {
		return false
	}
	if f.underLoop() {
		f.fail(pos, "NN1305", "loop over the modules with range, or over constants", "%s is written in a loop of unknown length", name)
		return false
	}
	return true
}

// fits checks the type of a write: proven, refused, or left to a check at Run of
// what is written; later: that is not there yet.
func (f *frame) fits(e *ast.CallExpr, s *sym, p *modelspec.Point, name string, later bool) bool {
	want, problem := f.ownRows(p.Tensor, p.Type)
	if at, _ := f.ev.rowsOf(p.Tensor, p.Type); problem == "" && f.inv.rows != plan.AllRows && at.Axis < 0 {
		problem = "its shape " + want.Shape.String() + " has no batch axis"
	}
	if problem != "" {
		f.fail(e.Pos(), "NN1505", "write it in a trace with one invoke", "%s cannot be written for the rows of one invoke: %s", name, problem)
		return false
	}
	if s.typ.DType != want.DType || s.typ.Shape.Differs(want.Shape) {
		d := f.ev.report(e.Args[len(e.Args)-1].Pos(), "NN1408", "%s is %s, but the value written to it is %s", name, want, s.typ)
		d.Hint = "a write keeps shape and dtype: change the value with Cast, Reshape or At until they agree"
		f.ev.relate(d, s.pos, "the value is made here")
		return false
	}
	if !s.typ.Shape.Equal(want.Shape) {
		f.beyondGuard(e.Pos(), "whether the value written to "+name+" fits is found")
	}
	if !s.typ.Shape.Equal(want.Shape) && !later && f.predicate() == nil {
		f.ev.checkWrite(s, p, want, name, e.Pos())
	}
	return true
}

// checkWrite leaves it to Run to compare what is written with what stands there.
func (ev *evaluator) checkWrite(s *sym, p *modelspec.Point, want tensor.Type, name string, pos token.Pos) {
	ev.sched.checks = append(ev.sched.checks, pendingCheck{s, p.Tensor, want, name, pos})
}

// pendingCheck is a comparison of shapes that only the sizes of a run can make.
type pendingCheck struct {
	value  *sym
	tensor string
	want   tensor.Type
	at     string
	pos    token.Pos
}
