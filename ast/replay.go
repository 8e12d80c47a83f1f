package ast

import (
	"slices"

	"github.com/nngen-go/nngen/internal/schedule"
)

// maxRuns is how many ways through the conditions and choices of a trace are
// looked at.
const maxRuns = 1 << 12

// replay carries the scripts of all invokes out as the interpreter would in one
// run: with the conditions and choices that this run meets.
type replay struct {
	s       *runState
	ways    []way         // what can differ between runs
	now     []int         // which way this run goes, by ways
	late    bool          // the run writes a point that it has passed, which ends it
	passed  map[*act]bool // reads of points that the run has passed: they wait for nothing
	at      map[*act]int
	clock   int
	live    *schedule.Scheduler[int]
	moments []int // that the scripts use, ascending
	waiting map[*barrier]*schedule.Rendezvous
}

// pair is two acts of different invokes whose order matters.
type pair struct{ a, b *act }

// pairs gives all of them.
func (s *runState) pairs() []pair {
	var out []pair
	for i, a := range s.acts {
		for _, b := range s.acts[:i] {
			if a.meets(b) {
				out = append(out, pair{b, a})
			}
		}
	}
	return out
}

// judge holds the order in which everything was evaluated against every run that
// there can be: Go with effects, and reads and writes at one point. Where the
// order depends on what only a run knows, it reports so.
func (s *runState) judge() {
	r := &replay{s: s, waiting: map[*barrier]*schedule.Rendezvous{}}
	if !s.several() || s.retry || s.mixed || len(s.ev.diags) > 0 || !r.decide() {
		return
	}
	pairs := s.pairs()
	if len(pairs) == 0 {
		return
	}
	if p, top := s.torn(pairs); top != nil {
		if top.phase != nil && !s.ev.mode.flat { // its parts may stand apart
			s.mixed = true
			return
		}
		if s.retry = !s.ev.mode.free(top); s.retry {
			s.ev.mode.postpone[top.pos] = true
			return
		}
		s.unordered(p)
		return
	}
	runs := 1
	for _, w := range r.ways {
		if runs *= w.n; runs > maxRuns {
			s.unordered(pairs[0])
			return
		}
	}
	r.prepare()
	for range runs {
		r.run()
		if p, ok := r.differs(pairs); ok && !r.late {
			s.unordered(p)
			return
		}
		r.next()
	}
}

// decide finds what the order of the run may depend on; false: nothing.
func (r *replay) decide() bool {
	for i, a := range r.s.acts {
		if a.kind != pointAct || r.s.inTime(i) {
			continue
		}
		for _, w := range waysTo(a.scope) {
			r.add(w)
		}
		for _, j := range r.s.acts[:i] {
			if j.part > 0 && j.inv == a.inv && inside(a.scope, j.to) {
				r.add(way{at: j.to, n: 1 + r.s.parts(j.to)})
			} else if j.kind == jumpAct && j.inv == a.inv && inside(a.scope, j.to) {
				for _, w := range waysTo(j.scope) {
					r.add(w)
				}
			}
		}
		if c := a.access.choice; c != nil {
			r.add(way{at: c, n: c.n})
		}
	}
	return len(r.ways) > 0
}

func (r *replay) add(w way) {
	if r.index(w.at) < 0 {
		r.ways = append(r.ways, w)
		r.now = append(r.now, 0)
	}
}

func (r *replay) index(at any) int {
	return slices.IndexFunc(r.ways, func(w way) bool { return w.at == at })
}

// inTime reports whether an access keeps nobody waiting: the invoke is at that
// moment already, because of an access that leads there on every way to this one.
func (s *runState) inTime(i int) bool {
	a := s.acts[i]
	for k := i - 1; k >= 0; k-- {
		b := s.acts[k]
		if b.inv != a.inv {
			continue
		}
		if b.kind == barrierAct {
			return false
		}
		if b.kind == pointAct && slices.Equal(b.access.moments, a.access.moments) && b.access.choice == a.access.choice && around(b.scope, a.scope) {
			return true
		}
	}
	return false
}

// prepare numbers the moments that the scripts use.
func (r *replay) prepare() {
	for _, a := range r.s.acts {
		if a.kind == pointAct {
			r.moments = append(r.moments, a.access.moments...)
		}
	}
	slices.Sort(r.moments)
	r.moments = slices.Compact(r.moments)
}

// run carries one run out.
func (r *replay) run() {
	r.at, r.passed, r.clock, r.late = map[*act]int{}, map[*act]bool{}, 0, false
	clear(r.waiting)
	p := schedule.Program[int]{Algebra: anyValue{}, Moments: make([]schedule.Moment, len(r.moments))}
	for i, m := range r.moments {
		p.Moments[i] = r.s.moments[m]
	}
	p.Started = func(live *schedule.Scheduler[int]) { r.live = live }
	for _, inv := range r.s.invokes {
		pl := &player{r: r}
		var gone []*rscope // that this run has left
		for _, a := range r.s.acts {
			if a.inv != inv || !r.happens(a) || slices.ContainsFunc(gone, func(s *rscope) bool { return inside(a.scope, s) }) {
				continue
			}
			if a.kind != jumpAct {
				pl.acts = append(pl.acts, a)
			} else if a.part > 0 && r.panics(a) || a.part == 0 && r.decided(a) {
				gone = append(gone, a.to)
			}
		}
		p.Mediators, p.Rows = append(p.Mediators, pl), append(p.Rows, schedule.AllRows)
	}
	_, err := schedule.Evaluate(p, func(schedule.Moment) (int, error) { return 0, nil })
	r.late = r.late || err != nil
}

// next goes on to the next way through the conditions.
func (r *replay) next() {
	for i, w := range r.ways {
		if r.now[i]++; r.now[i] < w.n {
			return
		}
		r.now[i] = 0
	}
}

// happens reports whether this run comes to an act.
func (r *replay) happens(a *act) bool {
	for _, w := range waysTo(a.scope) {
		if i := r.index(w.at); i >= 0 && r.now[i] != w.index {
			return false
		}
	}
	return true
}

// parts is how many parts a function that recovers has.
func (s *runState) parts(to *rscope) int {
	n := 0
	for _, a := range s.acts {
		if a.to == to {
			n = max(n, a.part)
		}
	}
	return n
}

// panics reports whether this run panics in that part of a function that recovers.
func (r *replay) panics(a *act) bool {
	i := r.index(a.to)
	return i >= 0 && r.now[i] == a.part
}

// decided reports whether every condition that leads to an act can differ between runs.
func (r *replay) decided(a *act) bool {
	return !slices.ContainsFunc(waysTo(a.scope), func(w way) bool { return r.index(w.at) < 0 })
}

// candidate is which of its points an access means in this run.
func (r *replay) candidate(a *act) int {
	if c := a.access.choice; c != nil {
		if i := r.index(c); i >= 0 {
			return r.now[i]
		}
	}
	return 0
}

// differs finds acts that this run does in another order than the compiler did.
func (r *replay) differs(pairs []pair) (pair, bool) {
	for _, p := range pairs {
		a, okA := r.at[p.a]
		b, okB := r.at[p.b]
		if !okA || !okB {
			continue
		}
		before, now := p.a.seq < p.b.seq, a < b
		if p.a.kind == pointAct {
			i, k := r.candidate(p.a), r.candidate(p.b)
			if p.a.access.moments[i] != p.b.access.moments[k] {
				continue
			}
			before = p.a.served[i] < p.b.served[k]
			inTime := p.a.inv.index < p.b.inv.index // as late reads are answered
			if p.a.late[i] || p.b.late[k] {
				before = inTime
			}
			if r.passed[p.a] || r.passed[p.b] {
				now = inTime
			}
		}
		if before != now {
			return p, true
		}
	}
	return pair{}, false
}
