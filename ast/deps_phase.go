package ast

// pastPhase is a phase that was placed, and what its own statements ask of those
// that follow it: what it followed itself may be done in other steps than they are.
type pastPhase struct {
	p     *phase
	order *order
}

// phase places what belongs to some of the steps of a decode loop. It follows
// those phases alone that may be carried out in the same step: what the others
// leave behind is there before the run.
func (d *divider) phase(s *resStmt, guards []*resVar) *piece {
	outer, first := d.order, len(d.units)
	d.order = d.base.clone()
	for _, q := range d.past {
		if !q.p.disjoint(s.phase) && !q.p.apart(s.phase) {
			d.order.join(q.order)
		}
	}
	d.last, d.waits = s.phase.over || s.phase.also, s.phase.waits || s.phase.over && len(d.past) > 0
	out := d.branch(s, guards)
	d.last, d.waits = false, false
	own := newOrder()
	for _, u := range d.units[first:] {
		own.take(u)
	}
	d.past = append(d.past, pastPhase{s.phase, own})
	outer.join(d.order)
	d.order = outer
	return out
}

// apart reports whether no run is in both phases, for they stand in different
// branches of one if.
func (p *phase) apart(q *phase) bool {
	for _, x := range p.sides {
		for _, y := range q.sides {
			if x.of == y.of && x.index != y.index {
				return true
			}
		}
	}
	return false
}

// inlined reports whether the condition of a phase may be asked anew in each
// section: nothing that is done in the step changes it.
func (s *resStmt) inlined() bool { return s.phase != nil && s.phase.breaks == nil }
