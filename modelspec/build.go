package modelspec

import (
	"sort"
	"strconv"
	"strings"
)

// builder assembles the module tree.
type builder struct {
	g       *graph
	s       *scopes
	v       *visits
	b       *borders
	modules map[string]*Module
	first   map[string]int // first node of a module, for the order of the run
	owners  map[string]string
}

const (
	reasonList   = "a list of modules: it is not called, its elements are"
	reasonHolder = "it is not called in the run, modules in it are"
	reasonGone   = "no node of the graph is left of it"
	reasonOpen   = "weight names do not tell where it begins and ends: name the tensor of its output under map"
	reasonInert  = "its nodes compute only sizes or constants"
)

func (g *graph) newBuilder(s *scopes, v *visits, b *borders) *builder {
	return &builder{g: g, s: s, v: v, b: b, modules: map[string]*Module{"": {Visits: 1}}, first: map[string]int{}, owners: g.weightOwners()}
}

// grow makes a module for every scope, every scope above one, every owner of
// weights and everything that is hidden in a branch.
func (t *builder) grow() {
	for i := range t.g.nodes {
		if t.g.nodes[i].Op == "Constant" || t.g.kinds[t.g.nodes[i].Outputs[0]].level == isConst {
			continue
		}
		for p := t.s.of[i]; ; p = parentPath(p) {
			m := t.module(p)
			m.Nodes++
			if old, ok := t.first[p]; !ok || i < old && t.g.kinds[t.g.nodes[old].Outputs[0]].level != isActive {
				t.first[p] = i
			}
			if p == "" {
				break
			}
		}
	}
	for path := range t.s.within {
		t.module(path)
	}
	t.weights()
	for path, m := range t.modules {
		m.Class = t.s.classes[path]
		if n := t.v.count[path]; n > 1 {
			m.Visits = n
		}
	}
}

func (t *builder) module(path string) *Module {
	m := t.modules[path]
	if m == nil {
		m = &Module{Path: path, Visits: 1}
		t.modules[path] = m
		if path != "" {
			t.module(parentPath(path))
		}
	}
	return m
}

// weights gives each module the parameters that carry its name, then those
// without a telling name that only its nodes use.
func (t *builder) weights() {
	for _, name := range sortedKeys(t.owners) {
		module, param, ok := weightPath(name)
		if !ok || !t.g.isWeight(name) {
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
			if m, known := t.owners[in]; known && (m == path || t.modules[m] != nil && inside(m, path)) {
				continue
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

// interfaces fills the points of all modules and says why others have none.
func (t *builder) interfaces(values map[string]Value) {
	r := &roles{b: t.b, values: values}
	for path, m := range t.modules {
		for visit := 0; visit < m.Visits; visit++ {
			at := instance{path, visit}
			in := t.b.ordered(t.b.inputs[at], false)
			out := t.b.ordered(t.b.outputs[at], true)
			r.inputs(at, in)
			r.outputs(at, out)
			m.Inputs = append(m.Inputs, in...)
			m.Outputs = append(m.Outputs, out...)
		}
		t.absence(m)
	}
}

// absence says why a module has no usable point.
func (t *builder) absence(m *Module) {
	own := false
	for i, p := range t.s.of {
		if p == m.Path && t.g.kinds[t.g.nodes[i].Outputs[0]].level != isConst {
			own = true
			break
		}
	}
	switch {
	case m.Path == "":
	case m.Nodes == 0:
		m.Absent = reasonGone
		if where := t.s.within[m.Path]; where != "" {
			m.Absent = where
		} else if into, at := t.fusedInto(m); into != "" {
			m.Absent = "no node of its own is left: its weights are used by " + into
			t.first[m.Path] = at
		}
	case t.s.source == FromWeights && !own:
		m.Absent = reasonOpen
	case !own && !t.s.called[m.Path]:
		m.Absent = reasonHolder
		if t.isList(m.Path) {
			m.Absent = reasonList
		}
	case len(m.Inputs)+len(m.Outputs) == 0:
		m.Absent = reasonInert
	}
	if m.Absent != "" {
		m.Inputs, m.Outputs = nil, nil
	}
}

// fusedInto names the module whose nodes use the weights of one that has none.
func (t *builder) fusedInto(m *Module) (path string, node int) {
	for _, param := range sortedKeys(m.Weights) {
		for _, u := range t.g.uses[m.Weights[param]] {
			if p := t.s.of[u]; p != "" && !inside(p, m.Path) && t.owners[m.Weights[param]] == m.Path {
				return p, u
			}
		}
	}
	return "", 0
}

// isList reports a module whose children are all numbered.
func (t *builder) isList(path string) bool {
	n := 0
	for p := range t.modules {
		if p != "" && p != path && parentPath(p) == path {
			if !isNumber(lastPart(p)) {
				return false
			}
			n++
		}
	}
	return n > 0
}

// ordered lists parents before children, children in the order of the run but
// the elements of a list by number.
func (t *builder) ordered() []*Module {
	children := map[string][]string{}
	for p := range t.modules {
		if p != "" {
			children[parentPath(p)] = append(children[parentPath(p)], p)
		}
	}
	var out []*Module
	var walk func(path string)
	walk = func(path string) {
		out = append(out, t.modules[path])
		list := children[path]
		sort.Slice(list, func(i, j int) bool { return t.earlier(list[i], list[j]) })
		for _, c := range list {
			walk(c)
		}
	}
	walk("")
	return out
}

func (t *builder) earlier(a, b string) bool {
	x, errX := strconv.Atoi(lastPart(a))
	y, errY := strconv.Atoi(lastPart(b))
	if errX == nil && errY == nil {
		return x < y
	}
	i, okI := t.first[a]
	j, okJ := t.first[b]
	if okI != okJ {
		return okI
	}
	if i != j {
		return i < j
	}
	if goneA, goneB := t.modules[a].Nodes == 0, t.modules[b].Nodes == 0; goneA != goneB {
		return goneA
	}
	return a < b
}
