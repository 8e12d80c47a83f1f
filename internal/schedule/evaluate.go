package schedule

import "github.com/nngen-go/nngen/internal/plan"

// Evaluation is the outcome of a run over symbolic values.
type Evaluation[V any] struct {
	Writes    []Write[V] // in the order of the run, at most one for a moment
	Mediators []plan.Mediator
	Order     []Service
	Stopped   bool
}

// Write is what the model goes on with after a moment: all swaps there, joined.
type Write[V any] struct {
	At    int // index into Program.Moments
	Value V
	Lines []int // of the swaps, in the order they were made
}

// Evaluate runs every moment over values that need no model: late reads are
// served (Policy is Serve whatever p says), and each version follows from
// the writes before it. model gives a tensor as the model itself makes it.
func Evaluate[V any](p Program[V], model func(m Moment) (V, error)) (*Evaluation[V], error) {
	ev := &Evaluation[V]{}
	p.Policy, p.Steps = Serve, 1
	p.Base = func(at At) (V, error) { return ev.before(p.Moments, at.Moment, model) }
	s, err := New(p)
	if err != nil {
		return nil, err
	}
	if err := s.Start(); err != nil {
		return nil, err
	}
	for i := range p.Moments {
		if s.Stopped() {
			break
		}
		at := At{0, i}
		out, changed, err := s.Serve(at, func() (V, error) { return p.Base(at) })
		if err != nil {
			return nil, err
		}
		if changed {
			ev.Writes = append(ev.Writes, Write[V]{At: i, Value: out, Lines: s.lines(at)})
		}
	}
	if err := s.Finish(); err != nil {
		return nil, err
	}
	ev.Mediators, ev.Order, ev.Stopped = s.Mediators(), s.Order(), s.Stopped()
	return ev, nil
}

// before gives the version of a moment's tensor when the moment begins.
func (ev *Evaluation[V]) before(moments []Moment, at int, model func(m Moment) (V, error)) (V, error) {
	for i := len(ev.Writes) - 1; i >= 0; i-- {
		w := ev.Writes[i]
		if w.At < at && moments[at].sees(moments[w.At]) {
			return w.Value, nil
		}
	}
	return model(moments[at])
}

// lines gives the lines of the swaps at a moment.
func (s *Scheduler[V]) lines(at At) []int {
	var out []int
	for _, e := range s.trace {
		if e.at == at && e.state.Event == plan.Swap {
			out = append(out, e.state.Line)
		}
	}
	for _, r := range s.replaced(at) {
		for _, p := range r.k.giving(r.output) {
			out = append(out, p.req.Pos.Line)
		}
	}
	return out
}
