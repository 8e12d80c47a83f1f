package schedule

import (
	"fmt"
	"go/token"
)

// Scheduler serves the mediators of one run. It is used by one goroutine.
type Scheduler[V any] struct {
	p        Program[V]
	meds     []*mediator[V]
	held     map[*Rendezvous][]*mediator[V]
	now      At
	begun    int // steps that the run came to
	cell     *cell[V]
	versions map[string]version[V] // of the tensors written so far, by tensor
	log      []entry[V]
	trace    []served
	skips    []*skipping[V]
	stopped  *mediator[V]
	stop     token.Position // where stopped asked for it
	over     bool
	failure  error
	watches  map[int][]watch[V] // by moment
	watched  []int              // moments with watches, ascending
}

// status is where a mediator stands.
type status int

const (
	waiting status = iota // its request is for a moment
	parked                // in a barrier
	done
)

// mediator is a Mediator with what the scheduler knows of it.
type mediator[V any] struct {
	Mediator[V]
	index, rows int
	name        string
	status      status
	req         Request[V]
	later       []Request[V]   // for moments to come, in the order they were made
	last        At             // latest moment at which it was served
	lastPos     token.Position // its request there
	lastKind    Kind
	released    token.Position // its last barrier
	halted      bool           // asked to end the run
}

// New prepares a run. Nothing is resumed yet.
func New[V any](p Program[V]) (*Scheduler[V], error) {
	if len(p.Rows) != len(p.Mediators) {
		return nil, fmt.Errorf("%d mediators have %d row scopes", len(p.Mediators), len(p.Rows))
	}
	if p.Policy == Serve && p.Base == nil {
		return nil, fmt.Errorf("late reads can be served only with Program.Base")
	}
	if p.Steps == 0 {
		p.Steps = 1
	}
	s := &Scheduler[V]{p: p, held: map[*Rendezvous][]*mediator[V]{}, now: At{0, -1}, begun: 1, versions: map[string]version[V]{}}
	for i, m := range p.Mediators {
		name := fmt.Sprintf("invoke %d", i)
		if i < len(p.Names) {
			name = p.Names[i]
		}
		s.meds = append(s.meds, &mediator[V]{
			Mediator: m, index: i, rows: p.Rows[i], name: name, last: At{0, -1},
		})
	}
	if p.Started != nil {
		p.Started(s)
	}
	return s, nil
}

// Start resumes each mediator, in definition order, up to its first request.
func (s *Scheduler[V]) Start() error {
	for _, m := range s.meds {
		if s.failure == nil { // code whose turn did not come is not begun
			s.resume(m, Answer[V]{})
		}
	}
	return s.settle()
}

// Waits reports whether serving this moment would do anything.
func (s *Scheduler[V]) Waits(at At) bool {
	if len(s.watches[at.Moment]) > 0 {
		return true
	}
	for _, m := range s.meds {
		if m.status == waiting && !at.Before(m.req.At) {
			return true
		}
		for _, r := range m.later {
			if r.At == at {
				return true
			}
		}
	}
	return len(s.replaced(at)) > 0
}

// Serve is called once for each moment, in their order. base gives the tensor as
// the model has it there; it is called only when somebody asks. If changed, out
// is what the model has to go on with. The error is that of a mediator that
// ended with one: the run is then over.
func (s *Scheduler[V]) Serve(at At, base func() (V, error)) (out V, changed bool, err error) {
	s.now = at
	if !s.Waits(at) {
		return out, false, s.failure
	}
	s.cell = newCell(s.p.Moments[at.Moment], s.p.Algebra, base)
	defer func() { s.cell = nil }()
	if err := s.replace(at); err != nil {
		return out, false, err
	}
	if err := s.settle(); err != nil {
		return out, false, err
	}
	if err := s.covered(at); err != nil {
		s.failure = err
		return out, false, err
	}
	if err := s.show(); err != nil {
		return out, false, err
	}
	if !s.cell.changed {
		return out, false, nil
	}
	out, err = s.cell.all()
	if m := s.p.Moments[at.Moment]; err == nil && m.Exit {
		s.versions[m.Tensor] = version[V]{m, out}
	}
	return out, err == nil, err
}

// Stopped reports whether a mediator has asked to end the run.
func (s *Scheduler[V]) Stopped() bool { return s.stopped != nil }

// Idle reports whether every mediator is done.
func (s *Scheduler[V]) Idle() bool {
	for _, m := range s.meds[s.p.Edits:] {
		if m.status != done {
			return false
		}
	}
	return true
}

// settle serves everybody who waits at the present moment or before, in
// definition order, until nobody does.
func (s *Scheduler[V]) settle() error {
	for again := true; again && s.failure == nil; {
		again = false
		for _, m := range s.meds {
			s.meet(m)
			for s.failure == nil && m.status == waiting && !s.now.Before(m.req.At) {
				s.resume(m, s.answer(m, &m.req))
				again = true
			}
		}
	}
	return s.failure
}

// answer meets the request of m, which is for the present or the past.
func (s *Scheduler[V]) answer(m *mediator[V], r *Request[V]) (a Answer[V]) {
	if r.Kind == Turn {
		return s.turn(r)
	}
	if d := s.shut(m, r); d != nil {
		return Answer[V]{Err: d}
	}
	if s.over || r.At != s.now {
		return s.late(m, r)
	}
	switch {
	case r.Kind == Swap && r.Edit != nil:
		if r.Value, a.Err = s.cell.read(m.rows); a.Err == nil {
			r.Value, a.Err = r.Edit(r.Value)
		}
		if a.Err == nil {
			a.Err = s.cell.write(m.rows, r.Value)
		}
	case r.Kind == Swap:
		a.Err = s.cell.write(m.rows, r.Value)
	case r.Kind == Skip:
		s.skip(m, r)
	default:
		a.Value, a.Err = s.cell.read(m.rows)
	}
	if a.Err == nil {
		s.note(m, r)
	}
	return a
}

// postpone takes a request whose mediator goes on at once. What is for the
// present or the past is met now; the error is one that can never be met.
func (s *Scheduler[V]) postpone(m *mediator[V], r Request[V]) error {
	if err := s.reachable(m, &r); err != nil {
		return err
	}
	if s.over || r.At.Before(s.now) || r.At == s.now && s.cell != nil {
		a := s.answer(m, &r)
		r.Then(a.Value, a.Err)
		return a.Err
	}
	m.later = append(m.later, r)
	return nil
}

// meet serves what m has postponed to the present moment.
func (s *Scheduler[V]) meet(m *mediator[V]) {
	var rest []Request[V]
	for _, r := range m.later {
		if r.At != s.now || s.cell == nil {
			rest = append(rest, r)
			continue
		}
		a := s.answer(m, &r)
		r.Then(a.Value, a.Err)
	}
	if m.status == done && len(m.later) > 0 && len(rest) == 0 {
		s.record(m, &m.req, s.now) // its end
	}
	m.later = rest
}

// note records that the request of m was met.
func (s *Scheduler[V]) note(m *mediator[V], r *Request[V]) {
	s.record(m, r, r.At)
	if s.p.Policy == Serve && r.Kind == Swap {
		s.log = append(s.log, entry[V]{r.At, m.index, m.rows, r.Value})
	}
	if !r.later() && !r.At.Before(m.last) {
		m.last, m.lastPos, m.lastKind = r.At, r.Pos, r.Kind
	}
}

// resume gives m its answer and takes its next request.
func (s *Scheduler[V]) resume(m *mediator[V], a Answer[V]) {
	for {
		req, ok := m.Resume(a)
		if !ok {
			req = Request[V]{Kind: End}
		}
		if req.later() {
			a = Answer[V]{Err: s.postpone(m, req)}
			continue
		}
		if req.Kind == Stop {
			s.halt(m, &req)
			a = Answer[V]{}
			continue
		}
		m.req = req
		err := s.receive(m)
		if err == nil {
			return
		}
		a = Answer[V]{Err: err}
	}
}

// halt ends the run when the present moment is over. The mediator goes on, so
// that its code ends as it is written, but reaches no point any more.
func (s *Scheduler[V]) halt(m *mediator[V], r *Request[V]) {
	s.record(m, r, s.now)
	m.halted = true
	if s.stopped == nil {
		s.stopped, s.stop = m, r.Pos
	}
}

// receive looks at a new request; an error is one that can never be met.
func (s *Scheduler[V]) receive(m *mediator[V]) error {
	switch m.req.Kind {
	case Value, Swap, Skip:
		m.status = waiting
		return s.reachable(m, &m.req)
	case Turn:
		m.status = waiting
	case Barrier:
		return s.arrive(m)
	case End:
		m.status = done
		if len(m.later) == 0 {
			s.record(m, &m.req, s.now)
		}
		if m.req.Err != nil && s.failure == nil {
			s.failure = m.req.Err
		}
	default:
		return fmt.Errorf("unknown request %q", m.req.Kind)
	}
	return nil
}
