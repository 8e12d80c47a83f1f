package onnx

import (
	"fmt"
	"slices"
)

// Insert adds nodes and gives their indexes. They go to the end of the list, so
// that the indexes of others stay; Finish puts them where they belong.
func (ix *Index) Insert(nodes ...*Node) []int {
	out := make([]int, len(nodes))
	for k, n := range nodes {
		i := len(ix.g.Nodes)
		ix.g.Nodes = append(ix.g.Nodes, n)
		ix.enter(i)
		ix.names[n.Name] = true
		for _, name := range n.Outputs {
			ix.names[name] = true
		}
		n.bodies(func(b *Graph) { b.eachName(func(name string) { ix.names[name] = true }) })
		out[k] = i
	}
	return out
}

// Settle makes inserted nodes count as the graph's own: ReplaceUses changes what
// they use from now on.
func (ix *Index) Settle() { ix.base = len(ix.g.Nodes) }

// Splice inserts nodes that make value to from value from, and lets consumers
// (nil: everybody, graph outputs included) use to in its place.
func (ix *Index) Splice(from, to string, consumers []int, nodes ...*Node) []int {
	out := ix.Insert(nodes...)
	ix.ReplaceUses(from, to, consumers)
	return out
}

// AddInitializer adds a constant.
func (ix *Index) AddInitializer(t *Tensor) {
	if ix.defined(t.Name) {
		ix.twice = t.Name
	}
	ix.g.Initializers = append(ix.g.Initializers, t)
	ix.inits[t.Name] = t
	ix.names[t.Name] = true
}

// AddInput adds a graph input.
func (ix *Index) AddInput(v *ValueInfo) {
	if ix.defined(v.Name) {
		ix.twice = v.Name
	}
	ix.g.Inputs = append(ix.g.Inputs, v)
	ix.inputs[v.Name], ix.types[v.Name] = v, v
	ix.names[v.Name] = true
}

// AddOutput adds a graph output named v.Name that gives a value: mostly the one
// of the same name, for which a node then costs nothing. An output that is there
// already is left as it is; to tap a value that is the model's own output and is
// written as well, give the tap a name of its own.
func (ix *Index) AddOutput(v *ValueInfo, value string) error {
	if now, ok := ix.bound[v.Name]; ok {
		if now != value {
			return fmt.Errorf("the graph already has an output %q, which gives %q, not %q", v.Name, now, value)
		}
		return nil
	}
	ix.g.Outputs = append(ix.g.Outputs, v)
	ix.bound[v.Name], ix.added[v.Name] = value, true
	ix.names[v.Name] = true
	return nil
}

// ReplaceUses lets nodes use a value in place of another: the consumers listed,
// or, for nil, all nodes and outputs of the graph as it was read. Inserted nodes
// and added outputs keep what they were given unless they are listed, so that a
// value can be computed from the one it replaces. Bodies that capture the old
// value follow. The names of graph outputs stay; Finish sees to that.
func (ix *Index) ReplaceUses(from, to string, consumers []int) {
	if from == to {
		return
	}
	only := make(map[int]bool, len(consumers))
	for _, i := range consumers {
		only[i] = true
	}
	if consumers == nil {
		for output, value := range ix.bound {
			if value == from && !ix.added[output] {
				ix.bound[output] = to
			}
		}
	}
	var stay, moved []Use
	for _, u := range ix.uses[from] {
		if only[u.Node] || (consumers == nil && u.Node < ix.base) {
			ix.redirect(u, from, to)
			moved = append(moved, u)
		} else {
			stay = append(stay, u)
		}
	}
	ix.uses[from] = stay
	ix.addUses(to, moved)
}

// addUses joins lists of uses; a node captures a value once at most.
func (ix *Index) addUses(name string, more []Use) {
	if len(more) == 0 {
		return
	}
	list := slices.Clone(ix.uses[name])
	captured := map[int]bool{}
	for _, u := range list {
		if u.Input == Captured {
			captured[u.Node] = true
		}
	}
	for _, u := range more {
		if u.Input != Captured || !captured[u.Node] {
			list = append(list, u)
		}
	}
	slices.SortStableFunc(list, func(a, b Use) int { return a.Node - b.Node })
	ix.uses[name] = list
}

// redirect changes one use.
func (ix *Index) redirect(u Use, from, to string) {
	n := ix.g.Nodes[u.Node]
	if u.Input != Captured {
		n.Inputs[u.Input] = to
		return
	}
	n.bodies(func(b *Graph) { b.rename(map[string]string{from: to}, ix.FreshName) })
}
