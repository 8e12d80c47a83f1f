package schedule

import "fmt"

// Turn is a request that waits until a step of a decode loop begins, to be there
// before its first moment. Its At has Moment -1. It is answered with Over where
// the loop ended without that step.
const Turn Kind = "turn"

// Begin is called ahead of the first moment of each step after the first. What
// was written in the step before is forgotten: every step runs the model anew.
func (s *Scheduler[V]) Begin(step int) error {
	s.now, s.begun = At{step, -1}, step+1
	clear(s.versions)
	return s.settle()
}

// Continue goes on with the moments of another model, from the next step on: a
// decode loop may run its steps after the first in another file. Who waits for
// the run's result waits for its place there; watches have to be set anew.
func (s *Scheduler[V]) Continue(moments []Moment) {
	last := len(s.p.Moments) - 1
	s.p.Moments, s.watches, s.watched = moments, nil, nil
	for _, m := range s.meds {
		m.last.Moment = -1
		if m.status == waiting && m.req.Kind == Value && m.req.At.Moment == last {
			m.req.At.Moment = len(moments) - 1
		}
	}
}

// turn answers a Turn.
func (s *Scheduler[V]) turn(r *Request[V]) Answer[V] {
	return Answer[V]{Over: r.At.Step >= s.begun}
}

// name is how messages call a moment: by its address, and by its visit where it
// is not the first. The result of a run is no visit of anything.
func (s *Scheduler[V]) name(at At) string {
	if at.Moment < 0 {
		return fmt.Sprintf("step %d", at.Step)
	}
	m := s.p.Moments[at.Moment]
	if n := m.visit(at.Step); n > 0 && m.Address != ResultAddress {
		return fmt.Sprintf("%s at visit %d", m.Address, n)
	}
	return m.Address
}

// visit is the number of a moment's visit in a step, counted over all steps.
func (m Moment) visit(step int) int { return step*max(m.Visits, 1) + m.Visit }

// ended says of a request that its step did not come.
func (s *Scheduler[V]) ended(r *Request[V]) error {
	return fail(CodeUnreached, r.Pos, "%s was not reached: the generation ended after %s", s.name(r.At), count(s.begun, "step"))
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
