package modelspec

// idInput finds the input of a module that takes no activation: what it looks
// up in a table itself, or the ids.
func (r *roles) idInput(points []*Point) {
	var looked, ids []*Point
	for _, p := range points {
		direct := false
		for _, c := range p.Consumers {
			n := r.b.g.nodes[c]
			direct = direct || r.b.g.embeds(c, n) && len(n.Inputs) > 1 && n.Inputs[1] == p.Tensor
		}
		if direct {
			looked = append(looked, p)
		}
		if r.b.g.kinds[p.Tensor].marks&markIDs != 0 {
			ids = append(ids, p)
		}
	}
	if len(ids) > 1 {
		ids = r.mainOf(ids)
	}
	switch {
	case len(ids) == 1:
		ids[0].Role = RoleInput
	case len(ids) > 1:
		for _, p := range ids {
			p.Role = RoleUnknown
		}
	case len(looked) == 1 && len(points) == 1:
		looked[0].Role = RoleInput
	}
}

// mainOf leaves the point that is the input of the whole model, where there is one.
func (r *roles) mainOf(points []*Point) []*Point {
	for _, p := range points {
		if v, ok := r.values[p.Tensor]; ok && v.Role == RoleInput {
			return []*Point{p}
		}
	}
	return points
}

// readsTokens gives the roles where a module embeds tokens itself and takes an
// activation besides, as a decoder takes its encoder's states: the tokens are its
// input. Ids without a sequence (a class to draw, a speaker) only condition.
func (r *roles) readsTokens(m instance, points, acts []*Point) bool {
	var tokens []*Point
	for _, p := range points {
		if r.b.g.kinds[p.Tensor].marks == markIDs && len(p.Type.Shape) > 1 && r.embedded(m, p) {
			tokens = append(tokens, p)
		}
	}
	if len(tokens) > 1 {
		tokens = r.mainOf(tokens)
	}
	if len(tokens) != 1 {
		return false
	}
	for _, p := range acts {
		p.Role = RoleOther
	}
	tokens[0].Role = RoleInput
	return true
}

// embedded reports that nodes of the module look a point's integers up in a
// table, after no more than a change of form.
func (r *roles) embedded(m instance, p *Point) bool {
	g := r.b.g
	todo := append([]int(nil), p.Consumers...)
	name := map[int]string{}
	for _, c := range todo {
		name[c] = p.Tensor
	}
	for len(todo) > 0 {
		c := todo[0]
		todo = todo[1:]
		n := g.nodes[c]
		switch {
		case g.embeds(c, n):
			if n.Op != "Gather" || n.Inputs[1] == name[c] {
				return true
			}
			continue
		case n.Op != "Reshape" && n.Op != "Cast" && n.Op != "Unsqueeze" && n.Op != "Squeeze" && n.Op != "Identity" || n.Inputs[0] != name[c]:
			continue
		}
		for _, u := range g.uses[n.Outputs[0]] {
			if _, seen := name[u]; !seen && inside(r.b.s.of[u], m.path) {
				name[u] = n.Outputs[0]
				todo = append(todo, u)
			}
		}
	}
	return false
}

// given leaves, where an activation is made from what the model is given, only
// such ones: tables of sines and biases that positions alone look up are no input.
func (r *roles) given(acts []*Point) []*Point {
	var out []*Point
	for _, p := range acts {
		if r.b.g.kinds[p.Tensor].marks&markData != 0 {
			out = append(out, p)
		}
	}
	if len(out) == 0 || len(out) == len(acts) {
		return acts
	}
	for _, p := range acts {
		if r.b.g.kinds[p.Tensor].marks&markData == 0 {
			p.Role = RolePosition
		}
	}
	return out
}

// pickInput chooses among several activations: not one that is only added to
// another; the one that the query, or the residual sum, takes.
func (r *roles) pickInput(m instance, acts []*Point) {
	if reason := r.fusedInput(acts); reason != "" {
		for _, p := range acts {
			p.Role, p.Absent = RoleUnknown, reason
		}
		return
	}
	var mains, residual, query []*Point
	for _, p := range acts {
		added, other := 0, 0
		asked := false
		for _, c := range r.takers(m, p) {
			if r.addsActivations(c) {
				added++
			} else {
				other++
			}
			switch lastPart(r.b.s.of[c]) {
			case "q_proj", "query", "q", "to_q", "q_lin", "q_a_proj", "Wq", "wq":
				asked = true
			}
		}
		if other > 0 {
			mains = append(mains, p)
			if added > 0 {
				residual = append(residual, p)
			}
		}
		if asked {
			query = append(query, p)
		}
	}
	var chosen *Point
	switch {
	case len(mains) == 1:
		chosen = mains[0]
	case len(query) == 1:
		chosen = query[0]
	case len(residual) == 1:
		chosen = residual[0]
	case len(mains) == 2 && r.pools(mains[0], mains[1]):
		chosen = mains[1]
	case len(mains) == 2 && r.pools(mains[1], mains[0]):
		chosen = mains[0]
	}
	for _, p := range acts {
		p.Role = RoleUnknown
		if chosen != nil {
			p.Role = RoleOther
		}
	}
	if chosen != nil {
		chosen.Role = RoleInput
	}
}

// takers are the nodes of a module that take a point, those behind nodes that
// hand it on unchanged included.
func (r *roles) takers(m instance, p *Point) []int {
	var out []int
	seen := map[int]bool{}
	todo := append([]int(nil), p.Consumers...)
	for len(todo) > 0 {
		c := todo[0]
		todo = todo[1:]
		if seen[c] {
			continue
		}
		seen[c] = true
		if !r.b.g.identity(c) {
			out = append(out, c)
			continue
		}
		for _, u := range r.b.g.uses[r.b.g.nodes[c].Outputs[0]] {
			if inside(r.b.s.of[u], m.path) && !onlySizes(r.b.g.nodes[u]) {
				todo = append(todo, u)
			}
		}
	}
	return out
}

// addsActivations reports the sum of two activations.
func (r *roles) addsActivations(c int) bool {
	n := r.b.g.nodes[c]
	if n.Op != "Add" && n.Op != "Sum" {
		return false
	}
	for _, in := range n.Inputs {
		if r.b.g.kinds[in].level != isActive {
			return false
		}
	}
	return true
}
