package onnx

// Sink moves into one of a node's bodies what that body alone needs: the nodes
// among movable all of whose results go nowhere else. A branch of an If that
// holds them costs nothing where it is not taken. It gives the number of nodes
// moved. Indexes of nodes change.
func (ix *Index) Sink(n *Node, body *Graph, movable func(*Node) bool) int {
	at := -1
	for i, m := range ix.g.Nodes {
		if m == n {
			at = i
		}
	}
	if at < 0 {
		return 0
	}
	s := &sinker{ix: ix, n: n, at: at, body: body, users: map[string]map[int]bool{}, gone: map[int]bool{}}
	for name, list := range ix.uses {
		users := map[int]bool{}
		for _, u := range list {
			users[u.Node] = true
		}
		s.users[name] = users
	}
	todo := body.free()
	for len(todo) > 0 {
		name := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		p, made := ix.producers[name]
		if !made || s.gone[p] || !movable(ix.g.Nodes[p]) || !s.only(ix.g.Nodes[p]) {
			continue
		}
		todo = append(todo, s.move(p)...)
	}
	if len(s.gone) > 0 {
		ix.without(s.gone)
	}
	return len(s.gone)
}

// sinker moves nodes into a body of node n.
type sinker struct {
	ix    *Index
	n     *Node
	at    int
	body  *Graph
	users map[string]map[int]bool // nodes of the graph that use a value
	gone  map[int]bool
}

// only reports whether nothing but the body uses what a node makes.
func (s *sinker) only(p *Node) bool {
	for _, out := range p.Outputs {
		if out == "" {
			continue
		}
		for _, value := range s.ix.bound {
			if value == out {
				return false
			}
		}
		for u := range s.users[out] {
			if u != s.at {
				return false
			}
		}
		if s.elsewhere(out) {
			return false
		}
	}
	return true
}

// elsewhere reports whether node n takes a value itself, or by another body.
func (s *sinker) elsewhere(name string) bool {
	for _, in := range s.n.Inputs {
		if in == name {
			return true
		}
	}
	found := false
	s.n.bodies(func(g *Graph) {
		if g == s.body {
			return
		}
		for _, f := range g.free() {
			found = found || f == name
		}
	})
	return found
}

// move puts node p ahead of the body's nodes and gives what it takes.
func (s *sinker) move(p int) []string {
	n := s.ix.g.Nodes[p]
	s.gone[p] = true
	s.body.Nodes = append([]*Node{n}, s.body.Nodes...)
	takes := append(append([]string(nil), n.Inputs...), n.Captures()...)
	for _, name := range takes {
		if users := s.users[name]; users != nil {
			delete(users, p)
			users[s.at] = true
		}
	}
	return takes
}

// without drops nodes that stand elsewhere now, and what is noted of their results.
func (ix *Index) without(gone map[int]bool) {
	var nodes []*Node
	base := 0
	hidden := map[string]bool{}
	for i, n := range ix.g.Nodes {
		if gone[i] {
			for _, name := range n.Outputs {
				hidden[name] = true
			}
			continue
		}
		nodes = append(nodes, n)
		if i < ix.base {
			base++
		}
	}
	ix.g.Nodes = nodes
	ix.g.ValueInfo = filterValues(ix.g.ValueInfo, func(name string) bool { return !hidden[name] })
	bound, added, twice := ix.bound, ix.added, ix.twice
	ix.Rebuild()
	ix.bound, ix.added, ix.twice, ix.base = bound, added, twice, base
}
