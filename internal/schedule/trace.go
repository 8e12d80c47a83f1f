package schedule

import (
	"sort"

	"github.com/nngen-go/nngen/internal/plan"
)

// served is one thing that the scheduler did.
type served struct {
	mediator int
	at       At
	state    plan.State
}

// Service is one state in the order of the whole run.
type Service struct {
	Mediator int
	State    plan.State
}

var events = map[Kind]plan.Event{
	Value: plan.Value, Swap: plan.Swap, Skip: plan.Skip, Barrier: plan.Barrier, Stop: plan.Stop, End: plan.End,
}

// record notes that something happened to m at a place in time.
func (s *Scheduler[V]) record(m *mediator[V], r *Request[V], at At) {
	st := plan.State{Event: events[r.Kind], Rows: m.rows, When: r.When, Line: r.Pos.Line}
	switch r.Kind {
	case Value, Swap:
		moment := s.p.Moments[at.Moment]
		st.At, st.Visit = moment.Address, moment.visit(at.Step)
	case Skip:
		st.At, st.Visit = r.Skip.Module, s.p.Moments[r.Skip.Outs[0]].visit(at.Step)
	case Barrier:
		st.At = r.Barrier.Name
	}
	s.trace = append(s.trace, served{m.index, at, st})
}

// Order gives what was done in the order of the run: a read that came late
// stands where it belongs in time.
func (s *Scheduler[V]) Order() []Service {
	list := append([]served(nil), s.trace...)
	sort.SliceStable(list, func(i, j int) bool { return list[i].at.Before(list[j].at) })
	out := make([]Service, len(list))
	for i, e := range list {
		out[i] = Service{e.mediator, e.state}
	}
	return out
}

// Mediators gives the schedule of each mediator: its states in the order of the run.
func (s *Scheduler[V]) Mediators() []plan.Mediator {
	out := make([]plan.Mediator, len(s.meds))
	for _, e := range s.Order() {
		out[e.Mediator] = append(out[e.Mediator], e.State)
	}
	return out
}
