package ast

import "github.com/nngen-go/nngen/internal/plan"

// symLevel is the first step that can have a value of the graph: the one after
// the last that the value depends on.
func (d *divider) symLevel(s *sym) int {
	s = s.final()
	if n, ok := d.syms[s]; ok {
		return n
	}
	d.syms[s] = 1
	n := 1
	switch {
	case s.param != nil:
		if s.param.step > 0 {
			n = s.param.step + 1
		}
	case s.node != nil:
		s.node.each(func(in *sym) { n = max(n, d.symLevel(in)) })
	default:
		n = d.modelLevel(s)
	}
	n = max(n, d.stopLevel(s))
	d.syms[s] = n
	return n
}

// modelLevel is symLevel for a tensor as the model makes it: it may depend on
// every write at an earlier moment. The timeline alone is asked, which names
// more dependences than there are and never fewer.
func (d *divider) modelLevel(s *sym) int {
	n := 1
	sched := d.ev.sched
	if sched.result == nil || s.ref.Kind != plan.Model || s.weight {
		return n // the bounds of the rows are known ahead, and no write changes a weight
	}
	first := len(sched.moments)
	for i, m := range sched.moments {
		if m.Tensor == s.ref.Name {
			first = i
			break
		}
	}
	for _, w := range sched.result.Writes {
		if w.At < first {
			n = max(n, d.symLevel(w.Value))
		}
	}
	return n
}
