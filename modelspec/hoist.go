package modelspec

// hoist moves nodes that other modules use to the module that holds all their
// users, whatever their names say. Exporters compute masks, sines and positions
// once and leave them in the scope of the first layer; and a cast that changes
// nothing, inside a norm, can carry the residual stream past it.
func (g *graph) hoist(s *scopes) {
	lists := g.listElements(s)
	for i := len(g.nodes) - 1; i >= 0; i-- {
		n := g.nodes[i]
		k := g.kinds[n.Outputs[0]]
		if k.level == isConst {
			continue
		}
		if g.identity(i) {
			s.of[i] = g.enclosing(s, i, s.of[i])
			s.leaveList(i, lists)
			continue
		}
		if k.level == isActive {
			continue
		}
		if element := elementOf(s.of[i], lists); element != "" && g.usedOutside(s, i, element) {
			s.of[i] = g.enclosing(s, i, s.of[i])
			s.leaveList(i, lists)
		}
	}
}

// leaveList moves a node that no element of a list holds above the list: one that
// is not called has no nodes of its own.
func (s *scopes) leaveList(i int, lists map[string]bool) {
	for up := s.of[i]; lists[up] && !s.called[up]; up = parentPath(up) {
		s.of[i] = parentPath(up)
	}
}

// listElements are the containers whose children are numbered.
func (g *graph) listElements(s *scopes) map[string]bool {
	out := map[string]bool{}
	for _, path := range s.of {
		for p := path; p != ""; p = parentPath(p) {
			if isNumber(lastPart(p)) {
				out[parentPath(p)] = true
			}
		}
	}
	return out
}

// elementOf is the outermost list element that a path lies in, "" for none.
func elementOf(path string, lists map[string]bool) string {
	found := ""
	for p := path; p != ""; p = parentPath(p) {
		if lists[parentPath(p)] && isNumber(lastPart(p)) {
			found = p
		}
	}
	return found
}

func (g *graph) usedOutside(s *scopes, i int, module string) bool {
	for _, out := range g.nodes[i].Outputs {
		for _, u := range g.uses[out] {
			if !inside(s.of[u], module) {
				return true
			}
		}
	}
	return false
}

// enclosing is the deepest module that holds a node's own and all users of its results.
func (g *graph) enclosing(s *scopes, i int, path string) string {
	for _, out := range g.nodes[i].Outputs {
		for _, u := range g.uses[out] {
			path = commonPath(path, s.of[u])
		}
	}
	return path
}
