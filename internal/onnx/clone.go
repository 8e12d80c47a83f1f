package onnx

import "slices"

// Clone copies a model for editing: nodes, lists and bodies are copied, weights
// and types are shared and must not be changed in place.
func (m *Model) Clone() *Model {
	c := *m
	c.Graph = m.Graph.Clone()
	c.Opsets = slices.Clone(m.Opsets)
	c.Metadata = slices.Clone(m.Metadata)
	c.Functions = slices.Clone(m.Functions)
	return &c
}

// Clone copies a graph as Model.Clone does.
func (g *Graph) Clone() *Graph {
	c := *g
	c.Nodes = cloneNodes(g.Nodes)
	c.Initializers = slices.Clone(g.Initializers)
	c.Inputs = slices.Clone(g.Inputs)
	c.Outputs = slices.Clone(g.Outputs)
	c.ValueInfo = slices.Clone(g.ValueInfo)
	c.Metadata = slices.Clone(g.Metadata)
	return &c
}

// cloneNodes copies nodes into one block, and their lists of names into another.
func cloneNodes(list []*Node) []*Node {
	if list == nil {
		return nil
	}
	total := 0
	for _, n := range list {
		total += len(n.Inputs) + len(n.Outputs)
	}
	nodes := make([]Node, len(list))
	names := make([]string, 0, total)
	out := make([]*Node, len(list))
	take := func(s []string) []string {
		if s == nil {
			return nil
		}
		at := len(names)
		names = append(names, s...)
		return names[at:len(names):len(names)]
	}
	for i, n := range list {
		nodes[i] = *n
		nodes[i].Inputs = take(n.Inputs)
		nodes[i].Outputs = take(n.Outputs)
		nodes[i].Attrs = cloneAttrs(n)
		out[i] = &nodes[i]
	}
	return out
}

// cloneAttrs copies attributes that hold bodies and shares the rest.
func cloneAttrs(n *Node) []*Attribute {
	if !n.HasBody() {
		return slices.Clip(n.Attrs)
	}
	out := make([]*Attribute, len(n.Attrs))
	for i, a := range n.Attrs {
		c := *a
		if a.G != nil {
			c.G = a.G.Clone()
		}
		if len(a.Graphs) > 0 {
			c.Graphs = make([]*Graph, len(a.Graphs))
			for k, g := range a.Graphs {
				c.Graphs[k] = g.Clone()
			}
		}
		out[i] = &c
	}
	return out
}

// Clone copies a node as Model.Clone does.
func (n *Node) Clone() *Node { return cloneNodes([]*Node{n})[0] }

// Opset gives the version of an operator domain that the model imports, 0 if
// it does not. The default domain has two names.
func (m *Model) Opset(domain string) int64 {
	for _, o := range m.Opsets {
		if normalDomain(o.Domain) == normalDomain(domain) {
			return o.Version
		}
	}
	return 0
}

// ImportOpset makes the model import a domain, unless it already does.
func (m *Model) ImportOpset(domain string, version int64) {
	if m.Opset(domain) == 0 {
		m.Opsets = append(m.Opsets, Opset{domain, version})
	}
}

func normalDomain(domain string) string {
	if domain == "ai.onnx" {
		return ""
	}
	return domain
}
