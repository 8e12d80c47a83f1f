package ast

import (
	"slices"

	"github.com/nngen-go/nngen/internal/schedule"
)

// player is an invoke of a replay.
type player struct {
	r     *replay
	acts  []*act
	asked *act
}

// Resume is schedule.Mediator.
func (p *player) Resume(a schedule.Answer[int]) (schedule.Request[int], bool) {
	r := p.r
	if p.asked != nil {
		r.clock++
		r.at[p.asked] = r.clock
		r.late = r.late || a.Err != nil
		p.asked = nil
	}
	for len(p.acts) > 0 {
		x := p.acts[0]
		p.acts = p.acts[1:]
		switch x.kind {
		case goAct:
			r.clock++
			r.at[x] = r.clock
		case barrierAct:
			if r.waiting[x.barrier] == nil {
				r.waiting[x.barrier] = &schedule.Rendezvous{N: x.barrier.r.N}
			}
			return schedule.Request[int]{Kind: schedule.Barrier, Barrier: r.waiting[x.barrier]}, true
		case pointAct:
			m, _ := slices.BinarySearch(r.moments, x.access.moments[r.candidate(x)])
			r.passed[x] = m < r.live.Now().Moment
			p.asked = x
			kind := schedule.Value
			if x.access.write {
				kind = schedule.Swap
			}
			return schedule.Request[int]{Kind: kind, At: schedule.At{Moment: m}}, true
		}
	}
	return schedule.Request[int]{}, false
}

// anyValue is the algebra of values that nobody looks at.
type anyValue struct{}

func (anyValue) Narrow(v, _ int, _ schedule.Moment) (int, error) { return v, nil }
func (anyValue) Join(v int, _ []schedule.Part[int], _ schedule.Moment) (int, error) {
	return v, nil
}
func (anyValue) Accept(int, int, schedule.Moment) error { return nil }
