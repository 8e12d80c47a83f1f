package modelspec

import (
	"strings"

	"github.com/nngen-go/nngen/internal/tensor"
)

// weights gives each module the parameters that carry its name, then those
// without a telling name that only its nodes use.
func (t *builder) weights() {
	for _, name := range sortedKeys(t.owners) {
		module, param, ok := weightPath(name)
		if !ok || !t.g.isParameter(name) {
			continue
		}
		module, param = t.owner(name, module, param)
		t.setWeight(module, param, name)
		t.noteHidden(module, name)
	}
	for i, n := range t.g.nodes {
		path := t.s.of[i]
		if path == "" || t.modules[path] == nil || t.g.kinds[n.Outputs[0]].level != isActive {
			continue
		}
		for k, in := range n.Inputs {
			if in == "" || t.g.kinds[in].level != isConst || !t.g.isWeight(in) {
				continue
			}
			base, _ := t.g.weight(in)
			if m, known := t.owners[in]; known && (m == path || t.modules[m] != nil && (inside(m, path) || t.modules[m].Nodes == 0)) {
				continue // named already, or of a module that was fused into this one
			}
			if param := paramName(n.Op, k, len(t.g.types[in].Shape)); param != "" && t.modules[path].Weights[param] == "" {
				t.setWeight(path, param, base)
			}
		}
	}
}

// noteHidden marks a module whose weights only bodies of nodes use.
func (t *builder) noteHidden(path, weight string) {
	uses := t.g.uses[weight]
	for _, u := range uses {
		if !t.g.nodes[u].HasBody() {
			return
		}
	}
	for p := path; p != "" && len(uses) > 0 && t.modules[p] != nil && t.modules[p].Nodes == 0; p = parentPath(p) {
		if t.s.within[p] == "" {
			n := t.g.nodes[uses[0]]
			t.s.within[p] = "inside the branch of " + n.Op + " node " + quoted(n.Name)
		}
	}
}

// owner is the module that a weight's name means: an exporter may put the
// operator's name before the parameter's ("q_proj.MatMul.weight").
func (t *builder) owner(name, module, param string) (string, string) {
	if t.modules[module] != nil {
		return module, param
	}
	for _, u := range t.g.uses[name] {
		if p := t.s.of[u]; strings.HasSuffix(p, "."+module) || p != "" && strings.HasSuffix(module, "."+p) {
			return p, param // one of both was taken from inside a wrapper
		}
		if lastPart(module) == t.g.nodes[u].Op || t.modules[parentPath(module)] != nil && strings.Contains(lastPart(module), t.g.nodes[u].Op) {
			return parentPath(module), param
		}
	}
	return module, param
}

func (t *builder) setWeight(path, param, name string) {
	base, ok := t.g.weight(name)
	if !ok {
		return
	}
	m := t.module(path)
	if m.Weights == nil {
		m.Weights = map[string]string{}
	}
	m.Weights[param] = base
	if typ := t.g.types[base]; typ.Shape != nil {
		if m.Sizes == nil {
			m.Sizes = map[string]tensor.Type{}
		}
		m.Sizes[param] = typ
	}
}

// paramName guesses a parameter's name from where an operator takes it.
func paramName(op string, input, rank int) string {
	switch op {
	case "MatMul", "Gemm", "Conv", "ConvTranspose", "MatMulInteger", "ConvInteger", "MatMulNBits", "FusedMatMul", "LayerNormalization", "BatchNormalization", "InstanceNormalization", "GroupNormalization":
		if input == 2 {
			return "bias"
		}
		if input == 1 || input == 0 {
			return "weight"
		}
	case "Gather":
		if input == 0 {
			return "weight"
		}
	case "Add":
		if rank == 1 {
			return "bias"
		}
	case "Mul":
		if rank == 1 {
			return "weight"
		}
	}
	return ""
}
