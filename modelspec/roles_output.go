package modelspec

// chosen leaves of several activations those that may be the output; the rest is
// given the role other. Where the whole model gives all of them, it is known
// which is its output. Else it is the last that is made from the others, unless
// that only sums a sequence up.
func (r *roles) chosen(m instance, acts []*Point) []*Point {
	if p := r.modelOutput(acts); p != nil {
		return r.leave(acts, p)
	}
	sinks := r.sinks(m, acts)
	if len(sinks) != 1 {
		return sinks
	}
	var rest []*Point
	for _, p := range acts {
		if p != sinks[0] {
			rest = append(rest, p)
		}
	}
	if before := r.sinks(m, rest); len(before) == 1 && r.pools(sinks[0], before[0]) {
		return r.leave(acts, before[0])
	}
	return r.leave(acts, sinks[0])
}

func (r *roles) leave(acts []*Point, one *Point) []*Point {
	for _, p := range acts {
		if p != one {
			p.Role = RoleOther
		}
	}
	return []*Point{one}
}

// modelOutput is the one that is the model's output where all are outputs of the model.
func (r *roles) modelOutput(acts []*Point) *Point {
	var out *Point
	for _, p := range acts {
		v, ok := r.values[p.Tensor]
		switch {
		case !ok:
			return nil
		case v.Role == RoleOutput && out != nil:
			return nil
		case v.Role == RoleOutput:
			out = p
		}
	}
	return out
}

// pools reports that one vector a row was made of many of the same size: a
// pooler's summary beside the states that a module returns first.
func (r *roles) pools(one, many *Point) bool {
	sum, states := one.Type.Shape, many.Type.Shape
	if len(sum) < 2 || len(states) < 3 || !sum[0].Known() || sum[0] != states[0] {
		return false
	}
	for _, d := range sum[2:] {
		if n, ok := d.Const(); !ok || n != 1 {
			return false
		}
	}
	size, ok := sum[1].Const()
	if !ok || size < 2 {
		return false
	}
	alike, more := 0, false
	for _, d := range states[1:] {
		n, fixed := d.Const()
		switch {
		case fixed && n == size && alike == 0:
			alike++
		case !fixed || n > 1:
			more = true
		}
	}
	return alike == 1 && more
}

// sinks are the activations from which the module makes no other of its outputs;
// the rest is given the role other.
func (r *roles) sinks(m instance, acts []*Point) []*Point {
	var out []*Point
	for _, p := range acts {
		if r.feedsAnother(m, p, acts) {
			p.Role = RoleOther
			continue
		}
		out = append(out, p)
	}
	return out
}

func (r *roles) feedsAnother(m instance, p *Point, acts []*Point) bool {
	goal := map[int]bool{}
	for _, o := range acts {
		if o != p {
			goal[o.Node] = true
		}
	}
	if goal[p.Node] && len(goal) == 1 { // outputs of one node feed nothing of each other
		return false
	}
	seen := map[int]bool{}
	todo := []string{p.Tensor}
	for len(todo) > 0 {
		name := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, u := range r.b.g.uses[name] {
			if seen[u] || !inside(r.b.s.of[u], m.path) || onlySizes(r.b.g.nodes[u]) {
				continue
			}
			if calls := r.b.v.of[m.path]; calls != nil && calls[u] != m.visit {
				continue
			}
			if goal[u] {
				return true
			}
			seen[u] = true
			todo = append(todo, r.b.g.nodes[u].Outputs...)
		}
	}
	return false
}
