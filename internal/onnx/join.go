package onnx

import "slices"

// JoinIfs makes one If of two that have the same condition: a gives what b gave
// too, and computes what the branches of both need once. Neither may depend on
// the other. It reports whether it did.
func (ix *Index) JoinIfs(a, b *Node) bool {
	at := slices.Index(ix.g.Nodes, b)
	if at < 0 || a == b || !slices.Contains(ix.g.Nodes, a) || a.Op != "If" || b.Op != "If" || !slices.Equal(a.Inputs, b.Inputs) {
		return false
	}
	for i := range a.Attrs {
		to := a.Attrs[i].G
		for _, from := range b.Attrs {
			if from.Name == a.Attrs[i].Name && to != nil && from.G != nil {
				to.Nodes = append(to.Nodes, from.G.Nodes...)
				to.Outputs = append(to.Outputs, from.G.Outputs...)
				to.Initializers = append(to.Initializers, from.G.Initializers...)
				to.ValueInfo = append(to.ValueInfo, from.G.ValueInfo...)
			}
		}
	}
	a.Outputs = append(a.Outputs, b.Outputs...)
	types := map[string]*ValueInfo{}
	for _, name := range b.Outputs {
		types[name] = ix.types[name]
	}
	ix.without(map[int]bool{at: true})
	for _, name := range b.Outputs {
		if v := types[name]; v != nil {
			ix.g.ValueInfo = append(ix.g.ValueInfo, v)
			ix.types[name] = v
		}
	}
	return true
}
