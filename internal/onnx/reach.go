package onnx

// BackwardSlice gives, in ascending order, the nodes that the values need.
// Values in stop are taken as given: what makes them is not followed.
func (ix *Index) BackwardSlice(values []string, stop ...string) []int {
	return members(ix.backward(values, stop))
}

// ForwardReach gives, in ascending order, the nodes that depend on any of the values.
func (ix *Index) ForwardReach(values ...string) []int {
	return members(ix.forward(values))
}

func members(in []bool) []int {
	var out []int
	for i, ok := range in {
		if ok {
			out = append(out, i)
		}
	}
	return out
}

func (ix *Index) backward(values, stop []string) []bool {
	in := make([]bool, len(ix.g.Nodes))
	given := make(map[string]bool, len(stop))
	for _, name := range stop {
		given[name] = true
	}
	var todo []int
	want := func(name string) {
		if given[name] {
			return
		}
		if p, ok := ix.producers[name]; ok && !in[p] {
			in[p] = true
			todo = append(todo, p)
		}
	}
	for _, name := range values {
		want(name)
	}
	for len(todo) > 0 {
		n := ix.g.Nodes[todo[len(todo)-1]]
		todo = todo[:len(todo)-1]
		for _, name := range n.Inputs {
			want(name)
		}
		for _, name := range n.Captures() {
			want(name)
		}
	}
	return in
}

func (ix *Index) forward(values []string) []bool {
	in := make([]bool, len(ix.g.Nodes))
	var todo []int
	reach := func(name string) {
		for _, u := range ix.uses[name] {
			if !in[u.Node] {
				in[u.Node] = true
				todo = append(todo, u.Node)
			}
		}
	}
	for _, name := range values {
		reach(name)
	}
	for len(todo) > 0 {
		n := ix.g.Nodes[todo[len(todo)-1]]
		todo = todo[:len(todo)-1]
		for _, name := range n.Outputs {
			if name != "" {
				reach(name)
			}
		}
	}
	return in
}
