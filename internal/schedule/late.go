package schedule

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/diag"
)

// entry is a swap that was carried out, kept to serve late reads.
type entry[V any] struct {
	at       At
	mediator int
	rows     int
	value    V
}

// late meets a request for a moment that has passed.
func (s *Scheduler[V]) late(m *mediator[V], r *Request[V]) (a Answer[V]) {
	switch {
	case r.Kind == Swap:
		a.Err = s.passed(m, r, CodeLateWrite, "cannot be written any more")
	case r.Kind == Skip:
		a.Err = s.passed(m, r, CodeLateWrite, "cannot be skipped any more")
	case s.p.Policy == Refuse:
		a.Err = s.passed(m, r, CodeLateRead, "was already passed")
	default:
		a.Value, a.Err = s.past(m, r)
		if a.Err == nil {
			s.note(m, r)
		}
	}
	return a
}

// past gives the version that m would have seen had it asked in time: what the
// model made, after the swaps of earlier mediators and of its own at that moment.
func (s *Scheduler[V]) past(m *mediator[V], r *Request[V]) (V, error) {
	at := r.At
	c := newCell(s.p.Moments[at.Moment], s.p.Algebra, func() (V, error) { return s.p.Base(at) })
	for _, e := range s.log {
		if e.at == at && e.mediator <= m.index {
			if err := c.write(e.rows, e.value); err != nil {
				var none V
				return none, err
			}
		}
	}
	return c.read(m.rows)
}

// passed is the error of a late request, with the place where it was passed.
func (s *Scheduler[V]) passed(m *mediator[V], r *Request[V], code, what string) error {
	point := s.name(r.At)
	if r.Kind == Skip {
		point = r.Skip.Module
	}
	d := fail(code, r.Pos, "%s %s", point, what)
	if r.At.Before(m.last) {
		verb := "read"
		switch m.lastKind {
		case Swap:
			verb = "written"
		case Skip:
			verb = "skipped"
		}
		later := s.name(m.last)
		d.Message += ": " + later + ", which comes later in the run, was already " + verb
		d.Hint = "move this line before the one that uses " + later
		if d.Pos.Filename == m.lastPos.Filename && d.Pos.Line == m.lastPos.Line {
			d.Hint = "take points in the order of the model, in a loop too: this line uses " + later + " first"
		}
		return relate(d, m.lastPos, later+" is "+verb+" here")
	}
	d.Message += ": the run went on to " + s.place() + " while this invoke waited at a barrier"
	d.Hint = "use the point before the barrier, or split the work into two traces of one Session"
	return relate(d, m.released, "the invoke waits here")
}

// place names the present moment.
func (s *Scheduler[V]) place() string {
	switch {
	case s.over:
		return "its end"
	case s.now.Moment < 0:
		return fmt.Sprintf("step %d", s.now.Step)
	}
	return s.name(s.now)
}

// reachable refuses requests that no moment to come can meet.
func (s *Scheduler[V]) reachable(m *mediator[V], r *Request[V]) error {
	at := r.At
	if at.Moment < 0 || at.Moment >= len(s.p.Moments) {
		return fail(CodeUnreached, r.Pos, "the run has no moment %d", at.Moment)
	}
	switch {
	case at.Step < 0:
		return fail(CodeUnreached, r.Pos, "%s is never reached: steps count from 0", s.p.Moments[at.Moment].Address)
	case at.Step >= s.p.Steps:
		return fail(CodeUnreached, r.Pos, "%s is never reached: the run has %s", s.name(at), count(s.p.Steps, "step"))
	case s.over && s.stopped == nil && at.Step >= s.begun:
		return s.ended(r)
	}
	if m.halted || s.stopped != nil && s.over && s.now.Before(at) {
		return s.unreached(r)
	}
	return nil
}

// unreached is the error of a request that a stop left behind.
func (s *Scheduler[V]) unreached(r *Request[V]) *diag.Diagnostic {
	d := fail(CodeUnreached, r.Pos, "%s was not reached: %s stopped the run", s.name(r.At), s.stopped.name)
	d.Hint = "use the point before the run is stopped"
	return relate(d, s.stop, "the run is stopped here")
}
