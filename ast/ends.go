package ast

import (
	"go/ast"
	"go/token"

	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/schedule"
)

// stop is a place where the trace ends the run.
type stop struct {
	pos   token.Pos
	pred  *pred // nil: on every path
	phase *phase
	sides []*side
	inv   *invoke
	after int // accesses of the invoke that the program makes before it
}

// stopRun evaluates Stop: it ends the run when the point in work is over. On
// every path the schedule ends there; under a condition the rest of the model is
// computed where the condition does not hold.
func (f *frame) stopRun(e *ast.CallExpr) value {
	switch {
	case f.inv == nil:
		return f.fail(e.Pos(), "NN1503", "call Stop inside the invoke that ends the run", "Stop is called outside an invoke")
	case !f.mayAsk(e.Pos(), "the run is stopped"):
		return invalid{}
	}
	st := &stop{pos: e.Pos(), pred: f.predicate(), phase: f.phaseOf(), sides: sidesOf(f.scope), inv: f.inv, after: len(f.inv.history)}
	if !f.mayStopAll(st) {
		return invalid{}
	}
	f.ev.sched.stops = append(f.ev.sched.stops, st)
	if st.pred == nil {
		f.inv.request(schedule.Request[*sym]{Kind: schedule.Stop, Pos: f.ev.position(e.Pos())})
	}
	return &tupleVal{}
}

// mayBeStopped refuses points behind a stop that a run may or may not make: the
// branch that stops has to leave the trace.
func (f *frame) mayBeStopped(a *access) {
	for _, st := range f.ev.sched.stops {
		if st.pred == nil || st.inv != f.inv || excludes(st.sides, f.scope) || st.before(f.phaseOf()) {
			continue
		}
		d := f.ev.report(a.pos, "NN1313", "%s may not be reached: the run may be stopped before it", a.name)
		d.Hint = "return right after Stop, so that what follows belongs to runs that go on"
		f.ev.relate(d, st.pos, "the run is stopped here")
		return
	}
}

// result evaluates Result: a read behind everything else in the run.
func (f *frame) result(e *ast.CallExpr) value {
	if f.ev.stepVar != nil {
		return f.stepResult(e)
	}
	s := f.ev.sched
	out, ok := f.ev.acc.spec.Result()
	if !ok {
		return f.fail(e.Pos(), "NN1307", "", "the model has no output")
	}
	if !f.mayAsk(e.Pos(), "the result is read") {
		return invalid{}
	}
	return f.askAt(e.Pos(), len(s.moments)-1, out.Type)
}

// planStops writes down where the run is stopped.
func (ev *evaluator) planStops(e *emission) {
	for _, st := range ev.sched.stops {
		out := plan.Stopping{Line: ev.line(st.pos)}
		if st.pred != nil {
			when := e.value(e.top, st.pred.sym)
			out.When, out.Text = &when, st.pred.text
			if st.pred.sym.param == nil || st.pred.sym.param.step == 0 {
				out.Drops = ev.droppedBy(st)
			}
		}
		e.p.Stops = append(e.p.Stops, out)
	}
}

// droppedBy gives the taps that only runs have which do not make a stop.
func (ev *evaluator) droppedBy(st *stop) (list []int) {
	for i, s := range ev.taps {
		if ev.isBehind(s.final(), st) {
			list = append(list, i)
		}
	}
	return list
}

// markStops marks what decides about stops.
func (ev *evaluator) markStops() {
	for _, st := range ev.sched.stops {
		if st.pred != nil {
			markLive(st.pred.sym, nil)
		}
	}
}
