package ast

import (
	"slices"
	"strings"

	"github.com/nngen-go/nngen/internal/plan"
)

// reading is a read of a point in the order of the program: what it gives, and
// the stops that it stands behind.
type reading struct {
	sym    *sym
	behind []*stop
}

// behind gives the stops that no run makes which comes to this place.
func (f *frame) behind() []*stop {
	var out []*stop
	for _, st := range f.ev.sched.stops {
		if st.pred != nil && st.inv == f.inv && excludes(st.sides, f.scope) {
			out = append(out, st)
		}
	}
	return out
}

// gave notes what a read gives, which may be a placeholder still.
func (f *frame) gave(s *sym) {
	f.ev.sched.readings = append(f.ev.sched.readings, reading{s, f.behind()})
}

// isBehind reports whether only runs that do not make a stop come to a value.
func (ev *evaluator) isBehind(s *sym, st *stop) bool {
	read := false
	for _, r := range ev.sched.readings {
		if r.sym.final() != s {
			continue
		}
		if !slices.Contains(r.behind, st) {
			return false
		}
		read = true
	}
	return read || s.node != nil && s.node.under != nil && slices.Contains(s.node.under.behind, st)
}

// stopsAt finds the stops that step k of mid-run decides about, if it can end the
// run: it is handed everything that runs which stop still need, because what a
// run that ended so has computed is not given out. Where that is not there by
// then the run goes on, and gives the same.
func (ev *evaluator) stopsAt(k int) (ends []*stop, collect []int) {
	for _, st := range ev.sched.stops {
		if st.pred == nil || st.pred.sym.param == nil || st.pred.sym.param.step != k {
			continue
		}
		list, ok := ev.collects(st, k)
		if !ok {
			continue
		}
		ends = append(ends, st)
		collect = append(collect, list...)
	}
	slices.Sort(collect)
	return ends, slices.Compact(collect)
}

// collects gives the taps that a run which stops needs.
func (ev *evaluator) collects(st *stop, k int) (list []int, ok bool) {
	for i, s := range ev.taps {
		s = s.final()
		if ev.isBehind(s, st) {
			continue
		}
		if s.isLate() || ev.stepOf(s, map[*sym]bool{}) >= k {
			return nil, false
		}
		list = append(list, i)
	}
	return list, true
}

// stepOf is the last step of mid-run that a value follows from, by way of what
// was written to the model too.
func (ev *evaluator) stepOf(s *sym, seen map[*sym]bool) int {
	s = s.final()
	if seen[s] {
		return 0
	}
	seen[s] = true
	step := 0
	if s.param != nil {
		step = s.param.step
	}
	if s.node != nil {
		s.node.each(func(in *sym) { step = max(step, ev.stepOf(in, seen)) })
	}
	if s.ref.Kind == plan.Model && s.node == nil && ev.sched.result != nil {
		first := ev.sched.first(s.ref.Name)
		for _, w := range ev.sched.result.Writes {
			if w.At < first {
				step = max(step, ev.stepOf(w.Value, seen))
			}
		}
	}
	return step
}

// first is the moment at which a tensor of the model is there; behind all others
// for one that has none.
func (s *runState) first(tensor string) int {
	for i, m := range s.moments {
		if m.Tensor == tensor {
			return i
		}
	}
	return len(s.moments)
}

// collected adds to a step's node what it needs to end the run.
func (e *emission) collected(h *hook, n *plan.Node) {
	ends, collect := e.ev.stopsAt(h.step)
	if len(ends) == 0 {
		return
	}
	var names []string
	var taps []int64
	for _, st := range ends {
		names = append(names, st.pred.sym.param.name)
	}
	for _, i := range collect {
		n.In = append(n.In, e.value(e.top, e.ev.taps[i]))
		taps = append(taps, int64(i))
	}
	n.Attrs["ends"] = strings.Join(names, "\n")
	n.Attrs["collect"] = taps
	if gate := e.ev.gate(h, collect); gate != nil {
		n.Attrs["gate"] = gate.ref.Name
		e.ev.mention(e.p, gate)
	}
}

// gate is the model's tensor behind which the rest of the model waits for a step
// that may end the run: the last of those that the step follows from. Else
// nothing would keep the back end from computing the rest first.
func (ev *evaluator) gate(h *hook, collect []int) *sym {
	first := map[string]int{}
	for i, m := range slices.Backward(ev.sched.moments) {
		first[m.Tensor] = i
	}
	var last *sym
	seen := map[*sym]bool{}
	var visit func(s *sym)
	visit = func(s *sym) {
		s = s.final()
		if seen[s] {
			return
		}
		seen[s] = true
		if _, point := first[s.ref.Name]; point && s.ref.Kind == plan.Model && (last == nil || first[s.ref.Name] > first[last.ref.Name]) {
			last = s
		}
		if s.node != nil {
			s.node.each(visit)
		}
	}
	for _, s := range h.inputs {
		visit(s)
	}
	for _, i := range collect {
		visit(ev.taps[i])
	}
	return last
}

// stopLevel is the first step behind the stops that a value stands behind: what
// decides about a stop is a step of its own, so that the run can end there.
func (d *divider) stopLevel(s *sym) int {
	n := 1
	for _, st := range d.ev.sched.stops {
		if st.pred == nil || st.pred.sym == nil || s == st.pred.sym || !d.ev.isBehind(s, st) {
			continue
		}
		n = max(n, d.symLevel(st.pred.sym))
	}
	return n
}
