package onnx

// RemoveDead drops all graph outputs but the ones listed (nil keeps all), and
// then every node, weight and type that nothing needs any more. The nodes in
// keep stay, with what they need, because they do more than make values. Graph
// inputs stay: see UnusedInputs. It gives the number of nodes dropped.
func (ix *Index) RemoveDead(outputs []string, keep map[*Node]bool) int {
	if outputs != nil {
		ix.keepOutputs(outputs)
	}
	var values []string
	for _, v := range ix.g.Outputs {
		values = append(values, ix.bound[v.Name])
	}
	for _, n := range ix.g.Nodes {
		if keep[n] {
			values = append(append(append(values, n.Outputs...), n.Inputs...), n.Captures()...)
		}
	}
	live := ix.backward(values, nil)
	var nodes []*Node
	base := 0
	for i, n := range ix.g.Nodes {
		if live[i] || keep[n] {
			nodes = append(nodes, n)
			if i < ix.base {
				base++
			}
		}
	}
	dropped := len(ix.g.Nodes) - len(nodes)
	ix.g.Nodes = nodes
	ix.dropUnused(values)
	bound, added, twice := ix.bound, ix.added, ix.twice
	ix.Rebuild()
	ix.bound, ix.added, ix.twice, ix.base = bound, added, twice, base
	return dropped
}

func (ix *Index) keepOutputs(outputs []string) {
	wanted := make(map[string]bool, len(outputs))
	for _, name := range outputs {
		wanted[name] = true
	}
	var kept []*ValueInfo
	for _, v := range ix.g.Outputs {
		if wanted[v.Name] {
			kept = append(kept, v)
		} else {
			delete(ix.bound, v.Name)
		}
	}
	ix.g.Outputs = kept
}

// dropUnused drops weights and types that neither nodes nor outputs name. An
// input that was the default of a dropped weight goes with it: without the
// weight it would have to be fed.
func (ix *Index) dropUnused(outputs []string) {
	used := make(map[string]bool, 2*len(ix.g.Nodes))
	for _, name := range outputs {
		used[name] = true
	}
	for _, n := range ix.g.Nodes {
		for _, list := range [][]string{n.Inputs, n.Outputs, n.Captures()} {
			for _, name := range list {
				used[name] = true
			}
		}
	}
	var weights []*Tensor
	gone := map[string]bool{}
	for _, t := range ix.g.Initializers {
		if used[t.Name] {
			weights = append(weights, t)
		} else {
			gone[t.Name] = true
		}
	}
	ix.g.Initializers = weights
	ix.g.Inputs = filterValues(ix.g.Inputs, func(name string) bool { return !gone[name] })
	ix.g.ValueInfo = filterValues(ix.g.ValueInfo, func(name string) bool { return used[name] })
}

func filterValues(list []*ValueInfo, keep func(name string) bool) []*ValueInfo {
	var out []*ValueInfo
	for _, v := range list {
		if keep(v.Name) {
			out = append(out, v)
		}
	}
	return out
}

// UnusedInputs gives the graph inputs that no node uses and no output gives.
func (ix *Index) UnusedInputs() []string {
	given := map[string]bool{}
	for _, value := range ix.bound {
		given[value] = true
	}
	var out []string
	for _, v := range ix.g.Inputs {
		if len(ix.uses[v.Name]) == 0 && !given[v.Name] {
			out = append(out, v.Name)
		}
	}
	return out
}

// DropInputs removes graph inputs.
func (ix *Index) DropInputs(names ...string) {
	drop := make(map[string]bool, len(names))
	for _, name := range names {
		drop[name] = true
		delete(ix.inputs, name)
	}
	ix.g.Inputs = filterValues(ix.g.Inputs, func(name string) bool { return !drop[name] })
}
