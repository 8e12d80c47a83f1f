package modelspec

import "sort"

// visits splits the nodes of modules that are called several times into calls.
type visits struct {
	count map[string]int         // module → calls, where more than one
	of    map[string]map[int]int // module → node → which call
}

// findVisits finds repeated calls: a module whose weights are each used n times
// and whose nodes repeat n times in the same order was called n times; one
// without weights was called once for each unbroken run of its nodes.
func (g *graph) findVisits(s *scopes) *visits {
	v := &visits{count: map[string]int{}, of: map[string]map[int]int{}}
	members := map[string][]int{} // module → its activation nodes and those below it
	rank := map[int]int{}         // node → place among all activation nodes
	for i, n := range g.nodes {
		if len(n.Outputs) == 0 || g.kinds[n.Outputs[0]].level != isActive {
			continue
		}
		rank[i] = len(rank)
		for p := s.of[i]; p != ""; p = parentPath(p) {
			members[p] = append(members[p], i)
		}
	}
	begin := map[string][]int{}
	for path, nodes := range members {
		starts := g.callStarts(s, nodes, rank)
		if len(starts) < 2 {
			continue
		}
		begin[path] = starts
		v.count[path] = len(starts)
		v.of[path] = map[int]int{}
	}
	for i := range g.nodes {
		for p := s.of[i]; p != ""; p = parentPath(p) {
			if v.count[p] > 1 {
				v.of[p][i] = callOf(i, begin[p], members[p])
			}
		}
	}
	return v
}

// callOf is the call that node i belongs to: the one of the next activation node of the module.
func callOf(i int, starts, nodes []int) int {
	at := sort.SearchInts(nodes, i)
	if at == len(nodes) {
		return len(starts) - 1
	}
	return sort.Search(len(starts), func(k int) bool { return starts[k] > nodes[at] }) - 1
}

// callStarts gives the first activation node of each call of a module.
func (g *graph) callStarts(s *scopes, nodes []int, rank map[int]int) []int {
	uses := map[string]int{}
	for _, i := range nodes {
		for _, in := range g.nodes[i].Inputs {
			if g.kinds[in].level == isConst && g.isWeight(in) {
				base, _ := g.weight(in)
				uses[base]++
			}
		}
	}
	if len(uses) == 0 {
		return g.runs(s, nodes, rank)
	}
	fewest := len(nodes)
	for _, n := range uses {
		fewest = min(fewest, n)
	}
	for n := fewest; n > 1; n-- {
		if len(nodes)%n == 0 && g.periodic(s, nodes, len(nodes)/n) {
			starts := make([]int, n)
			for k := range starts {
				starts[k] = nodes[k*len(nodes)/n]
			}
			return starts
		}
	}
	return nodes[:1]
}

// periodic reports that nodes repeat in scope and operator after every period.
func (g *graph) periodic(s *scopes, nodes []int, period int) bool {
	for k := period; k < len(nodes); k++ {
		a, b := nodes[k], nodes[k-period]
		if g.nodes[a].Op != g.nodes[b].Op || s.of[a] != s.of[b] {
			return false
		}
	}
	return true
}

// runs splits nodes where activations of other modules come between; runs that
// differ are one call that an exporter took apart.
func (g *graph) runs(s *scopes, nodes []int, rank map[int]int) []int {
	starts := []int{nodes[0]}
	length, first := 1, 0
	for k := 1; k < len(nodes); k++ {
		if rank[nodes[k]] == rank[nodes[k-1]]+1 {
			length++
			continue
		}
		if first == 0 {
			first = length
		}
		if length != first {
			return nodes[:1]
		}
		starts = append(starts, nodes[k])
		length = 1
	}
	if len(starts) == 1 || length != first || !g.periodic(s, nodes, first) {
		return nodes[:1]
	}
	return starts
}
