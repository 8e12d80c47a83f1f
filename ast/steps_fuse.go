package ast

import "slices"

// fuse puts together again what need not be divided: all of a branch, or of a
// group from where it may be left, runs where its last part has to, if nothing
// else waits for the earlier parts.
func (d *divider) fuse(list []*piece) {
	for _, p := range list {
		for _, b := range p.blocks {
			d.fuse(b)
		}
		switch {
		case p.st.phase != nil: // its parts may be done in different steps
		case p.guard != nil:
			d.fuseBranch(p)
		case p.st.label != nil && p.st.label.used && p.blocks != nil:
			units := p.units(nil)
			for i, u := range units {
				if u.facts.jumps[p.st.label] {
					d.raiseAll(units[i:])
					break
				}
			}
		}
	}
}

// raiseAll moves neighbouring units to the section of the last of them that
// runs, unless something outside would notice.
func (d *divider) raiseAll(units []*unit) bool {
	last := 0
	inside := map[*unit]bool{}
	for _, u := range units {
		last, inside[u] = max(last, d.section(u)), true
	}
	for _, u := range units {
		if d.section(u) == last {
			continue
		}
		if u.live() {
			return false
		}
		for _, w := range d.units[slices.Index(d.units, u)+1:] {
			if !inside[w] && d.section(w) < last && u.facts.conflicts(w.facts) {
				return false
			}
		}
	}
	for _, u := range units {
		u.level, u.after = last, last > d.steps
	}
	return true
}

func (d *divider) fuseBranch(p *piece) {
	units := p.units(nil)
	if !d.raiseAll(units) {
		return
	}
	whole := &unit{st: p.st, facts: factsOf(p.st), level: units[0].level, after: units[0].after, in: units[0].in, clock: units[0].clock}
	inside := map[*unit]bool{}
	for _, u := range units {
		inside[u] = true
	}
	var rest []*unit
	for _, u := range d.units {
		if !inside[u] {
			rest = append(rest, u)
		} else if u == units[0] {
			rest = append(rest, whole)
		}
	}
	d.units, p.unit, p.guard, p.blocks = rest, whole, nil, nil
}

// units gives the units of a piece in their order.
func (p *piece) units(out []*unit) []*unit {
	if p.unit != nil {
		out = append(out, p.unit)
	}
	for _, b := range p.blocks {
		for _, c := range b {
			out = c.units(out)
		}
	}
	return out
}

// live reports whether a unit feeds the graph or the inputs of an invoke.
func (u *unit) live() bool {
	for _, c := range u.facts.feeds {
		if c.feed == nil || c.feed.live {
			return true
		}
	}
	return false
}
