package schedule

import (
	"fmt"
	"go/token"

	"github.com/nngen-go/nngen/internal/diag"
)

// The codes of the scheduler's errors.
const (
	CodeLateRead  = "NN3101" // a point is read after the run has passed it (interpreter)
	CodeLateWrite = "NN3102" // a point is written after the run has passed it
	CodeBarrier   = "NN3103" // a barrier that can never fill
	CodeUnreached = "NN3104" // a point that the run does not reach any more
	CodeSkipped   = "NN3106" // a point of a module that is skipped
	CodeSomeRows  = "NN3107" // a module is skipped in some invokes alone
)

// Finish is called after the last moment, or after a stop. Mediators that still
// wait for something are told why it will not come; the first error of one that
// ended with it is returned.
func (s *Scheduler[V]) Finish() error {
	s.over = true
	if s.stopped == nil {
		s.now = At{s.p.Steps, 0}
	}
	for _, m := range s.meds {
		for _, r := range m.later {
			var none V
			r.Then(none, s.lost(&r))
		}
		if m.status == done && len(m.later) > 0 {
			s.record(m, &m.req, s.now)
		}
		m.later = nil
	}
	for s.failure == nil {
		m, a := s.stuck()
		if m == nil {
			return s.settle()
		}
		s.resume(m, a)
		if err := s.settle(); err != nil {
			return err
		}
	}
	return s.failure
}

// lost is the error of a request whose moment never came.
func (s *Scheduler[V]) lost(r *Request[V]) error {
	switch {
	case s.stopped != nil && s.now.Before(r.At):
		return s.unreached(r)
	case r.At.Step >= s.begun:
		return s.ended(r)
	}
	return fail(CodeUnreached, r.Pos, "%s was not reached", s.name(r.At))
}

// stuck finds a mediator that cannot go on, and what it is told.
func (s *Scheduler[V]) stuck() (*mediator[V], Answer[V]) {
	for _, m := range s.meds[s.p.Edits:] {
		switch {
		case m.status == waiting && m.req.Kind == Turn:
			return m, s.turn(&m.req)
		case m.status == waiting:
			return m, Answer[V]{Err: s.lost(&m.req)}
		case m.status == parked:
			group := s.held[m.req.Barrier]
			err := s.unfilled(m.req.Barrier, group)
			err.Pos = m.req.Pos
			return s.leave(m), Answer[V]{Err: err}
		}
	}
	return nil, Answer[V]{}
}

// leave takes m out of its barrier.
func (s *Scheduler[V]) leave(m *mediator[V]) *mediator[V] {
	b := m.req.Barrier
	var rest []*mediator[V]
	for _, p := range s.held[b] {
		if p != m {
			rest = append(rest, p)
		}
	}
	s.held[b] = rest
	return m
}

// Abort tells every mediator that is not done that the run is over because of err.
func (s *Scheduler[V]) Abort(err error) {
	s.over = true
	for _, m := range s.meds {
		if m.status == done {
			continue
		}
		if req, ok := m.Resume(Answer[V]{Err: err}); !ok || req.Kind == End {
			m.status = done
		}
	}
}

func fail(code string, pos token.Position, format string, args ...any) *diag.Diagnostic {
	return &diag.Diagnostic{Code: code, Pos: pos, Message: fmt.Sprintf(format, args...)}
}

// relate adds a second place, if it is known.
func relate(d *diag.Diagnostic, pos token.Position, message string) *diag.Diagnostic {
	if pos.IsValid() {
		d.Related = append(d.Related, diag.Related{Pos: pos, Message: message})
	}
	return d
}
