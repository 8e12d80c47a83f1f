package modelspec

import "sort"

// instance is one call of a module.
type instance struct {
	path  string
	visit int
}

// borders collects the tensors that cross each call's border.
type borders struct {
	g       *graph
	s       *scopes
	v       *visits
	inputs  map[instance]map[string]*Point
	outputs map[instance]map[string]*Point
}

// chain gives the calls that a node is in, the root last.
func (b *borders) chain(i int) []instance {
	var out []instance
	for p := b.s.of[i]; p != ""; p = parentPath(p) {
		visit := 0
		if calls := b.v.of[p]; calls != nil {
			visit = calls[i]
		}
		out = append(out, instance{p, visit})
	}
	return append(out, instance{})
}

// findBorders walks all tensors once.
func (g *graph) findBorders(s *scopes, v *visits) *borders {
	b := &borders{g: g, s: s, v: v, inputs: map[instance]map[string]*Point{}, outputs: map[instance]map[string]*Point{}}
	for _, in := range g.inputs {
		b.tensor(in.Name, -1, nil)
	}
	for i, n := range g.nodes {
		chain := b.chain(i)
		for _, out := range n.Outputs {
			if out != "" {
				b.tensor(out, i, chain)
			}
		}
	}
	return b
}

// tensor adds the points of one tensor: an input of every call that a user is in
// and the producer is not, an output of every call that the producer is in and a
// user, or the outside, is not.
func (b *borders) tensor(name string, producer int, made []instance) {
	if !b.g.crosses(name) {
		return
	}
	home := map[instance]bool{}
	for _, m := range made {
		home[m] = true
	}
	left := map[instance]bool{}
	if b.g.outputs[name] {
		left = home
	}
	for _, u := range b.g.uses[name] {
		if onlySizes(b.g.nodes[u]) {
			continue
		}
		at := map[instance]bool{}
		for _, m := range b.chain(u) {
			at[m] = true
			if !home[m] {
				b.enter(m, name, u)
			}
		}
		for m := range home {
			if !at[m] {
				left[m] = true
			}
		}
	}
	for m := range left {
		if b.outputs[m] == nil {
			b.outputs[m] = map[string]*Point{}
		}
		b.outputs[m][name] = &Point{Tensor: name, Type: b.g.types[name], Visit: m.visit, Node: producer}
	}
}

func (b *borders) enter(m instance, name string, user int) {
	if b.inputs[m] == nil {
		b.inputs[m] = map[string]*Point{}
	}
	p := b.inputs[m][name]
	if p == nil {
		p = &Point{Tensor: name, Type: b.g.types[name], Visit: m.visit, Node: user}
		b.inputs[m][name] = p
	}
	p.Consumers = append(p.Consumers, user)
}

// ordered gives points by time, then by place among the first consumer's inputs or the producer's outputs.
func (b *borders) ordered(points map[string]*Point, out bool) []*Point {
	list := make([]*Point, 0, len(points))
	for _, name := range sortedKeys(points) {
		list = append(list, points[name])
	}
	place := func(p *Point) int {
		names := b.g.reads[p.Node]
		if out {
			names = b.g.nodes[p.Node].Outputs
		}
		for k, n := range names {
			if n == p.Tensor {
				return k
			}
		}
		return len(names)
	}
	sort.SliceStable(list, func(i, j int) bool {
		if list[i].Node != list[j].Node {
			return list[i].Node < list[j].Node
		}
		return place(list[i]) < place(list[j])
	})
	return list
}
