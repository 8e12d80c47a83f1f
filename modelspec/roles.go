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
	acts = r.given(acts)
	switch {
	case len(acts) == 0:
		r.idInput(points)
	case r.readsTokens(m, points, acts):
	case len(acts) == 1:
		acts[0].Role = RoleInput
	default:
		r.pickInput(m, acts)
	}
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
		acts = r.chosen(m, acts)
	}
	for _, p := range acts {
		p.Role = RoleOutput
		if len(acts) > 1 {
			p.Role = RoleUnknown
		}
	}
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
