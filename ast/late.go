package ast

import (
	"slices"

	"github.com/nngen-go/nngen/internal/diag"
	"github.com/nngen-go/nngen/internal/schedule"
)

// explainLate changes the hint of a write that comes too late where moving it
// cannot help: its value follows from a later point, so that it would depend on
// itself through the model.
func (f *frame) explainLate(err error, value *sym, at int) {
	d, ok := err.(*diag.Diagnostic)
	if !ok || d.Code != schedule.CodeLateWrite {
		return
	}
	from := ancestors(value)
	for _, r := range slices.Backward(f.ev.sched.reads) {
		if from[r.value] && f.ev.sched.after(r.at, at) {
			d.Hint = "the value follows from " + r.at + ", which follows from this point: read it in a first trace and give it to a second as a parameter"
			return
		}
	}
}

// after reports whether a point stands later in the run than a moment.
func (s *runState) after(address string, at int) bool {
	for i, m := range s.moments {
		if i > at && m.Address == address {
			return true
		}
	}
	return false
}

// ancestors are the values that a value is computed from, itself included.
func ancestors(s *sym) map[*sym]bool {
	seen := map[*sym]bool{}
	var visit func(s *sym)
	visit = func(s *sym) {
		if s == nil || seen[s] {
			return
		}
		seen[s] = true
		if s.node != nil {
			s.node.each(visit)
		}
	}
	visit(s)
	return seen
}
