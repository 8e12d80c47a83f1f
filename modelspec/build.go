package modelspec

import (
	"sort"
	"strconv"
	"strings"
)

// builder assembles the module tree.
type builder struct {
	g        *graph
	s        *scopes
	v        *visits
	b        *borders
	modules  map[string]*Module
	children map[string][]string
	first    map[string]int  // first node of a module, for the order of the run
	own      map[string]bool // modules with nodes of their own, not only below
	fixed    map[string]bool // modules with nodes that compute something from weights alone
	owners   map[string]string
}

const (
	reasonList   = "a list of modules: it is not called, its elements are"
	reasonHolder = "it is not called in the run, modules in it are"
	reasonGone   = "no node of the graph is left of it"
	reasonOpen   = "weight names do not tell where it begins and ends: name the tensor of its output under map"
	reasonFixed  = "what it computes follows from its weights alone, whatever the input"
	reasonInert  = "its nodes compute only sizes or constants"
)

func (g *graph) newBuilder(s *scopes, v *visits, b *borders) *builder {
	return &builder{g: g, s: s, v: v, b: b, modules: map[string]*Module{"": {Visits: 1}}, children: map[string][]string{}, first: map[string]int{}, own: map[string]bool{}, fixed: map[string]bool{}, owners: g.weightOwners()}
}

// grow makes a module for every scope, every scope above one, every owner of
// weights and everything that is hidden in a branch.
func (t *builder) grow() {
	for i := range t.g.nodes {
		if t.g.nodes[i].Op == "Constant" || t.g.kinds[t.g.nodes[i].Outputs[0]].level == isConst {
			t.noteFixed(i)
			continue
		}
		t.own[t.s.of[i]] = true
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
	for _, path := range sortedKeys(t.s.within) {
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

// noteFixed marks the modules of a node that computes with weights alone, more than another form of one.
func (t *builder) noteFixed(i int) {
	if _, form := t.g.weight(t.g.nodes[i].Outputs[0]); form || !t.s.known[i] {
		return
	}
	for p := t.s.of[i]; p != ""; p = parentPath(p) {
		t.fixed[p] = true
	}
}

func (t *builder) module(path string) *Module {
	m := t.modules[path]
	if m == nil {
		m = &Module{Path: path, Visits: 1}
		t.modules[path] = m
		if path != "" {
			t.module(parentPath(path))
			t.children[parentPath(path)] = append(t.children[parentPath(path)], path)
		}
	}
	return m
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
	}
	for _, path := range sortedKeys(t.modules) {
		t.absence(t.modules[path])
	}
}

// absence says why a module has no usable point.
func (t *builder) absence(m *Module) {
	own := t.own[m.Path]
	switch {
	case m.Path == "":
	case m.Nodes == 0:
		m.Absent = reasonGone
		if t.fixed[m.Path] {
			m.Absent = reasonFixed
		}
		if where := t.s.within[m.Path]; where != "" {
			m.Absent = where
		} else if into := t.sharedWith(m); into != "" {
			m.Absent = "it is not called: its weights are those of " + into
		} else if into, at := t.fusedInto(m); into != "" {
			m.Absent = "no node of its own is left: its weights, fused with others or not, are used by " + into
			t.first[m.Path] = at
			t.shareInput(m, into, at)
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

// sharedWith names the modules that take a weight of one that has no node, as
// their own: several do, or one that looks rows of it up.
func (t *builder) sharedWith(m *Module) string {
	var with []string
	lookup := false
	for _, param := range sortedKeys(m.Weights) {
		for _, u := range t.g.consumers(m.Weights[param]) {
			p := t.s.of[u]
			if p == "" || inside(p, m.Path) {
				continue
			}
			lookup = lookup || t.g.nodes[u].Op == "Gather"
			if !contains(with, p) {
				with = append(with, p)
			}
		}
	}
	if len(with) == 1 && !lookup {
		return ""
	}
	return strings.Join(with, " and ")
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

// shareInput marks the input of a module whose node does another's work first:
// what lies between the two is no tensor.
func (t *builder) shareInput(gone *Module, into string, node int) {
	m := t.modules[into]
	if m == nil {
		return
	}
	for _, p := range m.Inputs {
		if contains(t.g.nodes[node].Inputs, p.Tensor) && p.Node == node {
			p.Role = RoleUnknown
			p.Absent = "the node does the work of " + gone.Path + " first: what goes from there to here is no tensor"
		}
	}
}

// isList reports a module whose children are all numbered.
func (t *builder) isList(path string) bool {
	for _, p := range t.children[path] {
		if !isNumber(lastPart(p)) {
			return false
		}
	}
	return len(t.children[path]) > 0
}

// ordered lists parents before children, children in the order of the run but
// the elements of a list by number.
func (t *builder) ordered() []*Module {
	var out []*Module
	var walk func(path string)
	walk = func(path string) {
		out = append(out, t.modules[path])
		list := t.children[path]
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
