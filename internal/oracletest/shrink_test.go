package oracletest

import (
	"fmt"
	"slices"
)

// shrinkRounds bounds the batches that one failure is made smaller in.
const shrinkRounds = 12

// shrink leaves steps out of a program as long as it fails in the same way: each
// round tries halves, quarters and single steps in one batch and goes on with
// the smallest that still fails.
func (s *suite) shrink(o *outcome) (*outcome, error) {
	class, _ := o.judge()
	for range shrinkRounds {
		var units []*unit
		for _, p := range smaller(o.u.prog) {
			units = append(units, unitOf(p, fmt.Sprintf("Small%d", len(units))))
		}
		if len(units) == 0 {
			return o, nil
		}
		out, err := s.run(units)
		if err != nil {
			return o, err
		}
		best := o
		for _, c := range out {
			if k, finding := c.judge(); finding != "" && k == class && len(c.u.source) < len(best.u.source) {
				best = c
			}
		}
		if best == o {
			return o, nil
		}
		o = best
	}
	return o, nil
}

// smaller gives the programs to try: windows of steps left out, from half of
// them down to one.
func smaller(p *program) []*program {
	var out []*program
	n := total(p.steps)
	seen := map[string]bool{p.source(): true}
	for width := n / 2; width >= 1; width /= 2 {
		for from := 0; from < n; from += max(1, width) {
			q := p.without(func(i int) bool { return i >= from && i < from+width })
			if text := q.source(); !seen[text] {
				seen[text] = true
				out = append(out, q)
			}
		}
	}
	for i := range n {
		if q := p.unwrapped(i); q != nil {
			out = append(out, q)
		}
	}
	for i := range p.empty { // an invoke with nothing in it
		if q := p.withoutInvoke(i); q != nil {
			out = append(out, q)
		}
	}
	return out
}

// withoutInvoke takes an invoke out that has no steps left.
func (p *program) withoutInvoke(i int) *program {
	if p.single || len(p.empty) < 2 || slices.ContainsFunc(p.steps, func(s step) bool { return s.invoke == i }) {
		return nil
	}
	given := 0
	for k := range i {
		if !p.empty[k] {
			given++
		}
	}
	out := *p
	out.empty = slices.Delete(slices.Clone(p.empty), i, i+1)
	out.sets = slices.Clone(p.sets)
	for k := range out.sets {
		if !p.empty[i] {
			out.sets[k].Rows = slices.Delete(slices.Clone(p.sets[k].Rows), given, given+1)
		}
		if len(out.sets[k].Rows) == 0 {
			return nil
		}
	}
	out.steps = slices.Clone(p.steps)
	for k := range out.steps {
		if out.steps[k].invoke > i {
			out.steps[k].invoke--
		}
	}
	return &out
}
