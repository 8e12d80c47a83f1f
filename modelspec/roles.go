package modelspec

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/tensor"
)

// roles decides what the tensors of a module's interface are for.
type roles struct {
	b      *borders
	values map[string]Value // of the graph, by name
}

// sideRole is the role of a tensor that is no activation.
func (r *roles) sideRole(name string) Role {
	k := r.b.g.kinds[name]
	switch {
	case k.marks&markTrig != 0:
		return RolePosition
	case k.marks&markMask != 0 || r.b.g.types[name].DType == tensor.Bool:
		return RoleMask
	case k.marks&markPast != 0:
		return RolePast
	case k.marks&markPosition != 0:
		return RolePosition
	}
	return RoleOther
}

func (r *roles) active(p *Point) bool { return r.b.g.kinds[p.Tensor].level == isActive }

// inputs gives the inputs of one call their roles.
func (r *roles) inputs(m instance, points []*Point) {
	var acts []*Point
	for _, p := range points {
		if v, ok := r.values[p.Tensor]; ok && v.Role != RoleUnknown && (m.path == "" || v.Role == RolePast) {
			p.Role = v.Role
		} else if r.active(p) {
			acts = append(acts, p)
		} else {
			p.Role = r.sideRole(p.Tensor)
		}
	}
	if m.path == "" {
		for _, p := range acts {
			p.Role = r.values[p.Tensor].Role
		}
		return
	}
	switch len(acts) {
	case 0:
		r.idInput(points)
	case 1:
		acts[0].Role = RoleInput
	default:
		r.pickInput(acts)
	}
}

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

// pickInput chooses among several activations: not one that is only added to
// another; the one that the query, or the residual sum, takes.
func (r *roles) pickInput(acts []*Point) {
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
		for _, c := range p.Consumers {
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

// outputs gives the outputs of one call their roles.
func (r *roles) outputs(m instance, points []*Point) {
	var acts []*Point
	for _, p := range points {
		v, ok := r.values[p.Tensor]
		switch {
		case ok && v.Role == RolePresent:
			p.Role = RolePresent
		case ok && m.path == "":
			p.Role = v.Role
		case r.active(p):
			acts = append(acts, p)
		default:
			p.Role = r.sideRole(p.Tensor)
		}
	}
	if len(acts) > 1 {
		if p := r.fusedNorm(acts); p != nil {
			for _, other := range acts {
				other.Role = RoleOther // the residual stream, handed on
			}
			p.Role = RoleOutput
			return
		}
		if reason := r.fusedOutput(m, acts); reason != "" {
			for _, p := range acts {
				p.Role, p.Absent = RoleUnknown, reason
			}
			return
		}
		acts = r.sinks(m, acts)
	}
	for _, p := range acts {
		p.Role = RoleOutput
		if len(acts) > 1 {
			p.Role = RoleUnknown
		}
	}
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

// skips are fused operators that add the residual stream themselves.
func skips(op string) bool {
	return op == "SkipLayerNormalization" || op == "SkipSimplifiedLayerNormalization" || op == "SkipGroupNorm"
}

// fusedInput says why a module that begins with a fused residual sum has no input of its own.
func (r *roles) fusedInput(acts []*Point) string {
	for _, p := range acts {
		n := r.b.g.nodes[p.Consumers[0]]
		if skips(n.Op) {
			return fmt.Sprintf("%s node %s adds the residual stream and normalises in one: the sum is not a tensor before it", n.Op, quoted(n.Name))
		}
	}
	return ""
}

// fusedNorm gives the normalised output of a module that is one fused node: all
// its activations come from there, the normalised one first.
func (r *roles) fusedNorm(acts []*Point) *Point {
	n := r.b.g.nodes[acts[0].Node]
	var norm *Point
	for _, p := range acts {
		if p.Node != acts[0].Node || !skips(n.Op) {
			return nil
		}
		if n.Outputs[0] == p.Tensor {
			norm = p
		}
	}
	return norm
}

// fusedOutput says the same of a module whose last sum happens inside the next one.
func (r *roles) fusedOutput(m instance, acts []*Point) string {
	for _, p := range acts {
		for _, u := range r.b.g.uses[p.Tensor] {
			n := r.b.g.nodes[u]
			if skips(n.Op) && !inside(r.b.s.of[u], m.path) {
				return fmt.Sprintf("the sum that it gives is made inside the fused %s node %s", n.Op, quoted(n.Name))
			}
		}
	}
	return ""
}
