package schedule

import (
	"fmt"
	"sort"
	"strings"

	"github.com/nngen-go/nngen/internal/diag"
)

// arrive puts m into its barrier and, when that is full, lets everybody go.
func (s *Scheduler[V]) arrive(m *mediator[V]) error {
	b := m.req.Barrier
	switch {
	case b == nil || b.N < 1:
		return fail(CodeBarrier, m.req.Pos, "a barrier has to wait for at least one invoke")
	case b.N > len(s.meds):
		d := fail(CodeBarrier, m.req.Pos, "%s waits for %d invokes, but the trace has %d", b.label(), b.N, len(s.meds))
		d.Hint = fmt.Sprintf("make it with Barrier(%d), or add the missing invokes", len(s.meds))
		return relate(d, b.Pos, "the barrier is made here")
	case s.over || m.halted:
		return s.unfilled(b, []*mediator[V]{m})
	}
	m.status = parked
	s.record(m, &m.req, s.now)
	s.held[b] = append(s.held[b], m)
	if len(s.held[b]) < b.N {
		return nil
	}
	group := s.held[b]
	delete(s.held, b)
	sort.Slice(group, func(i, j int) bool { return group[i].index < group[j].index })
	for _, p := range group {
		p.released = p.req.Pos
	}
	for _, p := range group {
		if s.failure == nil {
			s.resume(p, Answer[V]{})
		}
	}
	return nil
}

// unfilled is the error of a barrier for which too few came.
func (s *Scheduler[V]) unfilled(b *Rendezvous, group []*mediator[V]) *diag.Diagnostic {
	var who []string
	for _, m := range group {
		who = append(who, m.name)
	}
	d := fail(CodeBarrier, group[0].req.Pos, "%s waits for %d invokes, but only %d came: %s",
		b.label(), b.N, len(group), strings.Join(who, ", "))
	d.Hint = "call Wait in every invoke that the barrier counts, on every path, or make the barrier with the right count"
	for _, m := range group[1:] {
		relate(d, m.req.Pos, m.name+" waits here")
	}
	return relate(d, b.Pos, "the barrier is made here")
}

func (b *Rendezvous) label() string {
	if b.Name == "" {
		return "a barrier"
	}
	return "barrier " + b.Name
}
