package onnx

// bodies calls visit for each graph that the node's attributes hold: the
// branches of an If, the body of a Loop or Scan.
func (n *Node) bodies(visit func(g *Graph)) {
	for _, a := range n.Attrs {
		if a.G != nil {
			visit(a.G)
		}
		for _, g := range a.Graphs {
			visit(g)
		}
	}
}

// HasBody reports whether the node holds graphs of its own.
func (n *Node) HasBody() bool {
	for _, a := range n.Attrs {
		if a.G != nil || len(a.Graphs) > 0 {
			return true
		}
	}
	return false
}

// Captures gives the names that the node's bodies take from the graphs around
// them, each once, in order of first use.
func (n *Node) Captures() []string {
	if !n.HasBody() {
		return nil
	}
	var out []string
	seen := map[string]bool{}
	n.bodies(func(g *Graph) {
		for _, name := range g.free() {
			if !seen[name] {
				seen[name] = true
				out = append(out, name)
			}
		}
	})
	return out
}

// free gives the names that a body uses and does not define.
func (g *Graph) free() []string {
	own := g.defined()
	seen := map[string]bool{}
	var out []string
	use := func(name string) {
		if name != "" && !own[name] && !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
	for _, n := range g.Nodes {
		for _, name := range n.Inputs {
			use(name)
		}
		for _, name := range n.Captures() {
			use(name)
		}
	}
	for _, v := range g.Outputs {
		use(v.Name)
	}
	return out
}

// defined gives the names that a graph defines itself: these hide those around it.
func (g *Graph) defined() map[string]bool {
	own := make(map[string]bool, len(g.Nodes)+len(g.Inputs)+len(g.Initializers))
	for _, v := range g.Inputs {
		own[v.Name] = true
	}
	for _, t := range g.Initializers {
		own[t.Name] = true
	}
	for _, n := range g.Nodes {
		for _, name := range n.Outputs {
			own[name] = true
		}
	}
	delete(own, "")
	return own
}

// rename replaces, in a body, names of the graphs around it. A name that the
// body defines itself hides the outer one and is left alone; where a new name
// would be hidden by one of the body's own, that one makes way for a fresh name.
func (g *Graph) rename(names map[string]string, fresh func(string) string) {
	own := g.defined()
	local := make(map[string]string, len(names))
	for from, to := range names {
		if !own[from] {
			local[from] = to
		}
	}
	if len(local) == 0 {
		return
	}
	for _, name := range g.free() {
		if to, ok := local[name]; ok && own[to] {
			local[to] = fresh(to)
		}
	}
	g.substitute(local, fresh)
}

// substitute renames in one graph: uses, definitions, and what bodies capture.
func (g *Graph) substitute(names map[string]string, fresh func(string) string) {
	for _, n := range g.Nodes {
		replaceAll(n.Inputs, names)
		replaceAll(n.Outputs, names)
		n.bodies(func(b *Graph) { b.rename(names, fresh) })
	}
	for _, list := range []*[]*ValueInfo{&g.Inputs, &g.Outputs, &g.ValueInfo} {
		for i, v := range *list {
			if to, ok := names[v.Name]; ok {
				c := *v
				c.Name = to
				(*list)[i] = &c
			}
		}
	}
	for i, t := range g.Initializers {
		if to, ok := names[t.Name]; ok {
			c := *t
			c.Name = to
			g.Initializers[i] = &c
		}
	}
}

func replaceAll(list []string, names map[string]string) {
	for i, name := range list {
		if to, ok := names[name]; ok {
			list[i] = to
		}
	}
}
