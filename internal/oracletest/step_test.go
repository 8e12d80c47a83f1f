package oracletest

import "slices"

// step is one or more lines of one invoke, or a block with steps inside.
type step struct {
	invoke     int
	lines      []string
	defs, uses []string // variables; c… are shared, r… results
	sets       []string // variables that are assigned anew
	lo, hi     int      // moments that it touches, -1 for none
	cond       bool     // a run decides whether it, or what follows it, is reached
	late       bool     // a read of a moment that its invoke has passed

	body  []step   // what stands between lines and end, one level in
	mid   []string // "} else {", if anything stands behind it
	other []step
	end   []string
	bare  bool // body may stand without what is around it
}

// waits reports whether a step is a barrier.
func (s step) waits() bool { return len(s.uses) == 1 && s.uses[0][0] == 'b' }

// each calls f for every step, those inside blocks after the block.
func each(steps []step, f func(s *step)) {
	for i := range steps {
		f(&steps[i])
		each(steps[i].body, f)
		each(steps[i].other, f)
	}
}

// some reports whether a step, or one inside it, is as f says.
func some(steps []step, f func(s *step) bool) bool {
	found := false
	each(steps, func(s *step) { found = found || f(s) })
	return found
}

// total counts steps with those inside blocks.
func total(steps []step) int {
	n := 0
	each(steps, func(*step) { n++ })
	return n
}

// cutter leaves steps out, counted as each goes, and all that needs what they
// define.
type cutter struct {
	drop func(i int) bool
	bare int // the step that is replaced by its body, -1 none
	next int
	gone map[string]bool
	kept map[string]bool // defined by what stays
}

func (c *cutter) cut(steps []step) []step {
	var out []step
	for _, s := range steps {
		i := c.next
		c.next++
		lost := c.drop(i)
		for _, u := range slices.Concat(s.uses, s.sets) {
			lost = lost || c.gone[u]
		}
		if lost {
			c.next += total(s.body) + total(s.other)
			c.lose(s)
			each(s.body, func(s *step) { c.lose(*s) })
			each(s.other, func(s *step) { c.lose(*s) })
			continue
		}
		for _, d := range s.defs {
			c.kept[d] = true
		}
		s.body, s.other = c.cut(s.body), c.cut(s.other)
		if i == c.bare && s.bare {
			out = append(out, s.body...)
			continue
		}
		out = append(out, s)
	}
	return out
}

// lose notes what can no longer be used. A shared variable stays declared, but is
// of no use unless somebody sets it.
func (c *cutter) lose(s step) {
	for _, d := range s.defs {
		switch d[0] {
		case 'x', 'h':
			c.gone[d] = true
		case 'c', 'g':
			c.gone[d] = c.gone[d] || !c.kept[d]
		}
	}
}

// without leaves steps out.
func (p *program) without(drop func(i int) bool) *program {
	out := *p
	c := &cutter{drop: drop, bare: -1, gone: map[string]bool{}, kept: map[string]bool{}}
	out.steps = c.cut(p.steps)
	return &out
}

// unwrapped replaces a block by its body; nil if the step is no such block.
func (p *program) unwrapped(i int) *program {
	n, ok := 0, false
	each(p.steps, func(s *step) {
		ok = ok || n == i && s.bare
		n++
	})
	if !ok {
		return nil
	}
	out := *p
	c := &cutter{drop: func(int) bool { return false }, bare: i, gone: map[string]bool{}, kept: map[string]bool{}}
	out.steps = c.cut(p.steps)
	return &out
}

// late reports whether a step reads what its invoke has passed.
func (p *program) late() bool { return some(p.steps, func(s *step) bool { return s.late }) }

// twin moves late reads to where they belong; nil if that has no place. With
// barriers there is none: whose turn it is when one is full depends on what was
// asked for before, and a late read sees its moment as if it had had its turn.
// Nor is there one for reads inside blocks.
func (p *program) twin() *program {
	if some(p.steps, func(s *step) bool { return s.waits() }) {
		return nil
	}
	out := *p
	out.steps = slices.Clone(p.steps)
	for i := 0; i < len(out.steps); i++ {
		s := out.steps[i]
		if some(s.body, func(s *step) bool { return s.late }) || some(s.other, func(s *step) bool { return s.late }) {
			return nil
		}
		if !s.late {
			continue
		}
		for k := range i {
			o := out.steps[k]
			if o.invoke != s.invoke || o.hi <= s.hi {
				continue
			}
			if o.lo <= s.hi && o.lo >= 0 && o.lo != o.hi {
				return nil
			}
			out.steps = slices.Delete(out.steps, i, i+1)
			s.late = false
			out.steps = slices.Insert(out.steps, k, s)
			break
		}
	}
	return &out
}
