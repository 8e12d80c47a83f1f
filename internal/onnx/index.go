package onnx

import (
	"fmt"
	"strconv"
)

// Captured is the Input of a Use by a body of the node, not by the node itself.
const Captured = -1

// Use is one place where a value goes into a node.
type Use struct {
	Node  int // index in Graph.Nodes
	Input int // or Captured
}

// Index answers who makes and who uses each value of a graph, and keeps the
// answers true while the graph is changed through it. Changes never move nodes:
// indexes stay good until Finish, RemoveDead or Rebuild. The graph is changed in
// place; Clone it first if others hold it.
type Index struct {
	g         *Graph
	producers map[string]int
	uses      map[string][]Use
	inits     map[string]*Tensor
	inputs    map[string]*ValueInfo
	types     map[string]*ValueInfo
	bound     map[string]string // graph output → the value it gives, until Finish where names differ
	added     map[string]bool   // graph outputs that AddOutput added
	names     map[string]bool   // all names in use, those in bodies and of nodes included
	serial    map[string]int    // of fresh names, by stem
	base      int               // nodes from here on were added through the index
	twice     string            // a value that is defined more than once
}

// NewIndex reads a graph.
func NewIndex(g *Graph) *Index {
	ix := &Index{g: g, serial: map[string]int{}}
	ix.Rebuild()
	return ix
}

// Rebuild reads the graph again, after it was changed without the index.
func (ix *Index) Rebuild() {
	n := len(ix.g.Nodes)
	ix.producers = make(map[string]int, n)
	ix.uses = make(map[string][]Use, n)
	ix.inits = make(map[string]*Tensor, len(ix.g.Initializers))
	ix.inputs = make(map[string]*ValueInfo, len(ix.g.Inputs))
	ix.types = make(map[string]*ValueInfo, len(ix.g.ValueInfo))
	ix.bound = make(map[string]string, len(ix.g.Outputs))
	ix.added = map[string]bool{}
	ix.names = make(map[string]bool, 2*n)
	ix.twice = ""
	for _, v := range ix.g.ValueInfo {
		ix.types[v.Name] = v
	}
	for _, v := range ix.g.Inputs {
		ix.inputs[v.Name], ix.types[v.Name] = v, v
	}
	for _, v := range ix.g.Outputs {
		ix.bound[v.Name], ix.types[v.Name] = v.Name, v
	}
	for _, t := range ix.g.Initializers {
		ix.inits[t.Name] = t
	}
	for i := range ix.g.Nodes {
		ix.enter(i)
	}
	ix.g.eachName(func(name string) { ix.names[name] = true })
	ix.base = n
}

// enter records what node i makes and uses.
func (ix *Index) enter(i int) {
	n := ix.g.Nodes[i]
	for _, name := range n.Outputs {
		if name == "" {
			continue
		}
		if ix.defined(name) {
			ix.twice = name
		}
		ix.producers[name] = i
	}
	for k, name := range n.Inputs {
		if name != "" {
			ix.uses[name] = append(ix.uses[name], Use{i, k})
		}
	}
	for _, name := range n.Captures() {
		ix.uses[name] = append(ix.uses[name], Use{i, Captured})
	}
}

func (ix *Index) defined(name string) bool {
	_, made := ix.producers[name]
	return made || ix.inits[name] != nil || ix.inputs[name] != nil
}

// eachName visits every name in a graph and the bodies in it: of values and of nodes.
func (g *Graph) eachName(visit func(string)) {
	for _, list := range [][]*ValueInfo{g.Inputs, g.Outputs, g.ValueInfo} {
		for _, v := range list {
			visit(v.Name)
		}
	}
	for _, t := range g.Initializers {
		visit(t.Name)
	}
	for _, n := range g.Nodes {
		visit(n.Name)
		for _, name := range n.Inputs {
			visit(name)
		}
		for _, name := range n.Outputs {
			visit(name)
		}
		n.bodies(func(b *Graph) { b.eachName(visit) })
	}
}

// Graph gives the graph that is indexed.
func (ix *Index) Graph() *Graph { return ix.g }

// Producer gives the index of the node that makes a value; false for graph
// inputs, initializers and unknown names.
func (ix *Index) Producer(name string) (int, bool) {
	i, ok := ix.producers[name]
	return i, ok
}

// ProducerNode is Producer's node, nil if there is none.
func (ix *Index) ProducerNode(name string) *Node {
	if i, ok := ix.producers[name]; ok {
		return ix.g.Nodes[i]
	}
	return nil
}

// Uses gives the places where a value goes into nodes, in node order for a
// graph as it was read. The caller must not change it.
func (ix *Index) Uses(name string) []Use { return ix.uses[name] }

// Consumers gives the indexes of the nodes that use a value, each once.
func (ix *Index) Consumers(name string) []int {
	var out []int
	for _, u := range ix.uses[name] {
		if len(out) == 0 || out[len(out)-1] != u.Node {
			out = append(out, u.Node)
		}
	}
	return out
}

// Gives reports whether an output of the graph gives a value.
func (ix *Index) Gives(name string) bool {
	for _, value := range ix.bound {
		if value == name {
			return true
		}
	}
	return false
}

// Initializer gives a weight or constant of the graph by name, nil if it is none.
func (ix *Index) Initializer(name string) *Tensor { return ix.inits[name] }

// Input gives a graph input by name, nil if it is none.
func (ix *Index) Input(name string) *ValueInfo { return ix.inputs[name] }

// IsOutput reports whether the graph gives an output of that name.
func (ix *Index) IsOutput(name string) bool { _, ok := ix.bound[name]; return ok }

// OutputValue gives the value behind a graph output, which a write may have changed.
func (ix *Index) OutputValue(output string) string { return ix.bound[output] }

// Type gives what the file says of a value's type, nil if it says nothing.
func (ix *Index) Type(name string) *ValueInfo { return ix.types[name] }

// Constant gives the value of an initializer or of the output of a Constant node.
func (ix *Index) Constant(name string) (*Tensor, bool) {
	if t := ix.inits[name]; t != nil {
		return t, true
	}
	if n := ix.ProducerNode(name); n != nil {
		return n.Constant()
	}
	return nil, false
}

// Check reports names that are defined twice and names that are used and not
// defined, in the graph and in what its bodies capture.
func (ix *Index) Check() error {
	if ix.twice != "" {
		return fmt.Errorf("the value %q is defined more than once", ix.twice)
	}
	for i, n := range ix.g.Nodes {
		for _, name := range append(n.Captures(), n.Inputs...) {
			if name != "" && !ix.defined(name) {
				return fmt.Errorf("node %s uses %q, which nothing defines", ix.label(i), name)
			}
		}
	}
	for _, v := range ix.g.Outputs {
		if !ix.defined(ix.bound[v.Name]) {
			return fmt.Errorf("the graph output %q is made by no node", v.Name)
		}
	}
	return nil
}

// label names node i in messages.
func (ix *Index) label(i int) string {
	n := ix.g.Nodes[i]
	if n.Name != "" {
		return fmt.Sprintf("%q (%s)", n.Name, n.Op)
	}
	return fmt.Sprintf("%d (%s)", i, n.Op)
}

// FreshName gives a name that nothing in the graph or its bodies has, and
// takes it: stem itself if it is free, else stem with a number.
func (ix *Index) FreshName(stem string) string {
	name := stem
	for name == "" || ix.names[name] {
		ix.serial[stem]++
		name = stem + "_" + strconv.Itoa(ix.serial[stem])
	}
	ix.names[name] = true
	return name
}
