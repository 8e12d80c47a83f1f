package modelspec

import (
	"regexp"
	"strings"

	"github.com/nngen-go/nngen/internal/tensor"
)

// madeUp are names that exporters give to weights without one.
var madeUp = regexp.MustCompile(`^onnx::|^[0-9]+$|^val_[0-9]+$|^p2o\.|^Constant_[0-9]|^const|^_v_[0-9]|^/`)

// weightPath splits a weight's name into its module and parameter:
// "h.0.ln_1.weight", "linear_77.w_0", "dense/kernel:0".
func weightPath(name string) (module, param string, ok bool) {
	if madeUp.MatchString(name) {
		return "", "", false
	}
	name = strings.TrimSuffix(name, ":0")
	if strings.Contains(name, "/") {
		name = strings.ReplaceAll(strings.TrimSuffix(name, "/ReadVariableOp"), "/", ".")
	}
	module, param, ok = cutLast(name)
	module = cleanPath(module)
	return module, param, ok && module != "" && param != ""
}

// weightOwners maps every weight with a telling name, and every constant made
// from it, to its module.
func (g *graph) weightOwners() map[string]string {
	out := map[string]string{}
	for name := range g.inits {
		if m, _, ok := weightPath(name); ok {
			out[name] = m
		}
	}
	for _, n := range g.nodes {
		if len(n.Outputs) == 0 || g.kinds[n.Outputs[0]].level != isConst {
			continue
		}
		name := n.Outputs[0]
		if m, _, ok := weightPath(name); ok && g.isWeight(name) {
			out[name] = m // an Identity that carries the name of a weight that shares another's values
			continue
		}
		for _, in := range n.Inputs {
			if m, ok := out[in]; ok {
				out[name] = m
			}
		}
	}
	return out
}

// isWeight reports a constant that a model learns: floats, or quantised integers, in more than one element.
func (g *graph) isWeight(name string) bool {
	base, ok := g.weight(name)
	if !ok {
		return false
	}
	n := int64(1)
	dims := g.dims(base)
	for _, d := range dims {
		n *= d
	}
	d := g.types[base].DType
	return len(dims) > 0 && n > 1 && (d.IsFloat() || d == tensor.Int8 || d == tensor.Uint8)
}

// isParameter is isWeight for a constant with a telling name, which may be a
// single number.
func (g *graph) isParameter(name string) bool {
	base, ok := g.weight(name)
	return ok && (g.isWeight(name) || g.types[base].DType.IsFloat())
}

// scopesFromWeights makes a module of the nodes that consume a weight with a
// telling name, and of the bias Add that follows them.
func (g *graph) scopesFromWeights(s *scopes) {
	owners := g.weightOwners()
	for i, n := range g.nodes {
		if g.kinds[n.Outputs[0]].level == isConst {
			continue
		}
		for _, sub := range subgraphs(n) {
			hiddenScopes(s, n, sub)
		}
		if len(subgraphs(n)) > 0 {
			continue
		}
		for _, in := range n.Inputs {
			if m, ok := owners[in]; ok && g.isWeight(in) {
				s.of[i], s.known[i] = m, true
				break
			}
		}
		switch {
		case s.known[i] && n.Op == "Mul":
			g.joinNorm(s, i)
		case !s.known[i] && n.Op == "Add":
			g.joinBias(s, i)
		}
	}
}

// joinBias puts an Add of a vector constant into the module whose result it takes.
func (g *graph) joinBias(s *scopes, i int) {
	n := g.nodes[i]
	for k, in := range n.Inputs {
		p, ok := g.producer[in]
		if !ok || !s.known[p] || len(n.Inputs) != 2 {
			continue
		}
		other := n.Inputs[1-k]
		if g.isWeight(other) && len(g.types[other].Shape) == 1 && (g.nodes[p].Op == "MatMul" || g.nodes[p].Op == "Conv") {
			s.of[i], s.known[i] = s.of[p], true
		}
	}
}

// normSteps are the operators of a normalisation and those that may come before
// each in it.
var normSteps = map[string][]string{
	"Mul": {"Div"}, "Div": {"Sub", "Sqrt"}, "Sub": {"ReduceMean"}, "Sqrt": {"Add"}, "Add": {"ReduceMean"}, "ReduceMean": {"Pow"}, "Pow": {"Sub"},
}

// joinNorm puts the steps of a normalisation before the Mul of its weight into
// the weight's module.
func (g *graph) joinNorm(s *scopes, i int) {
	todo := []int{i}
	for len(todo) > 0 {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, in := range g.nodes[at].Inputs {
			p, ok := g.producer[in]
			if ok && !s.known[p] && g.kinds[in].level > isConst && contains(normSteps[g.nodes[at].Op], g.nodes[p].Op) {
				s.of[p], s.known[p] = s.of[i], true
				todo = append(todo, p)
			}
		}
	}
}
