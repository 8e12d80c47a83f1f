package onnx

import "fmt"

// CloneBetween adds a copy of the nodes that lead from some values to outputs,
// with other values in their place: a module run once more on another input.
// Only what depends on the inputs is copied; the rest, weights included, is
// shared. Copies get fresh names that start with prefix. The result maps each
// output to its copy; an output that does not depend on the inputs is itself.
func (ix *Index) CloneBetween(inputs map[string]string, outputs []string, prefix string) (map[string]string, error) {
	from := make([]string, 0, len(inputs))
	for name, to := range inputs {
		if !ix.defined(to) {
			return nil, fmt.Errorf("no value %q to take the place of %q", to, name)
		}
		from = append(from, name)
	}
	for _, name := range outputs {
		if !ix.defined(name) {
			return nil, fmt.Errorf("no value %q in the graph", name)
		}
	}
	needed, reached := ix.backward(outputs, from), ix.forward(from)
	names := make(map[string]string, len(inputs))
	for name, to := range inputs {
		names[name] = to
	}
	var copies []*Node
	for i, n := range ix.g.Nodes {
		if !needed[i] || !reached[i] {
			continue
		}
		for _, name := range n.Outputs {
			if _, given := names[name]; name != "" && !given {
				names[name] = ix.FreshName(prefix + name)
			}
		}
		copies = append(copies, n)
	}
	for k, n := range copies {
		copies[k] = ix.cloneNode(n, names, inputs, prefix)
	}
	ix.Insert(copies...)
	result := make(map[string]string, len(outputs))
	for _, name := range outputs {
		result[name] = name
		if to, ok := names[name]; ok {
			result[name] = to
		}
	}
	return result, nil
}

// cloneNode copies a node under other names.
func (ix *Index) cloneNode(n *Node, names, given map[string]string, prefix string) *Node {
	c := n.Clone()
	if c.Name != "" {
		c.Name = ix.FreshName(prefix + c.Name)
	}
	replaceAll(c.Inputs, names)
	for i, name := range c.Outputs {
		if _, ok := given[name]; ok { // made once more beside another output, and of no use
			c.Outputs[i] = ix.FreshName(prefix + name)
		} else if to, ok := names[name]; ok {
			c.Outputs[i] = to
		}
	}
	c.bodies(func(b *Graph) {
		b.rename(names, ix.FreshName)
		b.freshen(prefix, ix.FreshName)
	})
	return c
}

// freshen gives everything that a body defines a name of its own.
func (g *Graph) freshen(prefix string, fresh func(string) string) {
	names := map[string]string{}
	add := func(name string) {
		if _, ok := names[name]; !ok && name != "" {
			names[name] = fresh(prefix + name)
		}
	}
	for _, v := range g.Inputs {
		add(v.Name)
	}
	for _, t := range g.Initializers {
		add(t.Name)
	}
	for _, n := range g.Nodes {
		for _, name := range n.Outputs {
			add(name)
		}
	}
	g.substitute(names, fresh)
	for _, n := range g.Nodes {
		if n.Name != "" {
			n.Name = fresh(prefix + n.Name)
		}
		n.bodies(func(b *Graph) { b.freshen(prefix, fresh) })
	}
}
