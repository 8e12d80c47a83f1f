package modelspec

import (
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/internal/onnx"
)

// quoted is a name from a file in a message: never bare.
func quoted(s string) string { return strconv.Quote(s) }

// namePath reads a module path from a node's name: "/transformer/h.0/attn/MatMul"
// and "model/dense/MatMul" lose the operation's own name.
func namePath(name string) (string, bool) {
	if !strings.Contains(name, "/") {
		return "", false
	}
	path := ""
	for _, step := range nameSteps(name) {
		path = Join(path, step)
	}
	return path, true
}

// nameSteps splits a node's name into what each scope adds to the path. A list's
// element names its list ("h.0"); if the list is called itself, it stands before
// it and only the index is new ("features/features.0", "cv2.0/cv2.0.1").
func nameSteps(name string) []string {
	parts := strings.Split(strings.Trim(name, "/"), "/")
	var steps []string
	previous := ""
	for _, p := range parts[:len(parts)-1] {
		if p == "" {
			continue
		}
		if list, index, ok := cutLast(p); ok && isElement(index) && list == previous {
			steps = append(steps, index)
		} else {
			steps = append(steps, cleanPath(p))
		}
		previous = p
	}
	return steps
}

// isElement reports a list index, or that of a later call of the element ("0_1").
func isElement(s string) bool {
	if base, ok := repeatOf(s); ok {
		s = base
	}
	return isNumber(s)
}

// cleanPath makes every component of a path a name: dots without one between
// them would be components that nothing can address.
func cleanPath(p string) string {
	if p == "" || !strings.HasPrefix(p, ".") && !strings.HasSuffix(p, ".") && !strings.Contains(p, "..") {
		return p
	}
	parts := strings.Split(p, ".")
	for i, part := range parts {
		if part == "" {
			parts[i] = "_"
		}
	}
	return strings.Join(parts, ".")
}

// cutLast splits at the last dot.
func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, '.')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

func (g *graph) scopesFromNames(s *scopes) {
	for i, n := range g.nodes {
		if path, ok := namePath(n.Name); ok {
			s.of[i], s.known[i] = path, true
			noteCalled(s, n)
		}
		for _, sub := range subgraphs(n) {
			hiddenScopes(s, n, sub)
		}
	}
	g.mergeRepeats(s)
	g.restoreHolders(s)
}

// noteCalled marks what stands as a scope of its own in a name. An element of a
// list that is not called appears as "h.0" with no "h" before it.
func noteCalled(s *scopes, n *onnx.Node) {
	path := ""
	for _, step := range nameSteps(n.Name) {
		path = Join(path, step)
		s.called[path] = true
	}
}

// mergeRepeats joins the names that TorchScript gives to later calls of one
// module ("fc_1", "fc_2" beside "fc") with the first. A module of its own has
// weights of its own name, or other nodes.
func (g *graph) mergeRepeats(s *scopes) {
	owners := g.weightOwners()
	owned := map[string]bool{} // modules that have weights in them
	for _, m := range owners {
		for ; m != "" && !owned[m]; m = parentPath(m) {
			owned[m] = true
		}
	}
	ops := map[string][]string{}  // scope → operators of its own nodes
	uses := map[string][]string{} // scope → owners of the weights that its nodes use
	order := []string{}
	for i, n := range g.nodes {
		if !s.known[i] {
			continue
		}
		p := s.of[i]
		if ops[p] == nil {
			order = append(order, p)
		}
		if g.kinds[n.Outputs[0]].level == isActive {
			ops[p] = append(ops[p], n.Op)
		} else if ops[p] == nil {
			ops[p] = []string{}
		}
		for _, in := range n.Inputs {
			if m, ok := owners[in]; ok {
				uses[p] = append(uses[p], m)
			}
		}
	}
	names := map[string]string{}
	for _, p := range order {
		base, ok := repeatOf(p)
		if !ok || ops[base] == nil && !s.called[base] || owned[p] {
			continue
		}
		if len(uses[p]) > 0 && contains(uses[p], base) || len(uses[p]) == 0 && sameOps(ops[p], ops[base]) {
			names[p] = base
		}
	}
	for i := range s.of {
		s.of[i] = renamed(s.of[i], names)
	}
}

// repeatOf takes the counter off a scope's last name: "block.fc_1" → "block.fc".
func repeatOf(path string) (string, bool) {
	i := strings.LastIndexByte(path, '_')
	if i <= strings.LastIndexByte(path, '.')+1 || !isNumber(path[i+1:]) || path[i+1:] == "0" {
		return "", false
	}
	return path[:i], true
}

// renamed applies names to a path and to the modules above it.
func renamed(path string, names map[string]string) string {
	if len(names) == 0 || path == "" {
		return path
	}
	parent := renamed(parentPath(path), names)
	if base, ok := names[path]; ok {
		return Join(parent, lastPart(base))
	}
	return Join(parent, lastPart(path))
}

func sameOps(a, b []string) bool {
	if len(a) == 0 || len(b) < len(a) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
