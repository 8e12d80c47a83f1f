package modelspec

import (
	"sort"
	"strings"
)

// scopes says which module each node belongs to.
type scopes struct {
	source  Source
	of      []string          // per node: the module's path
	known   []bool            // per node: whether a name or metadata said so
	classes map[string]string // path → class, where the file has it
	called  map[string]bool   // containers that are called themselves (Sequential), not only their elements
	within  map[string]string // modules that exist only inside a subgraph → where
}

// findScopes reads module paths from the best source that the file has.
func (g *graph) findScopes() *scopes {
	s := &scopes{
		of: make([]string, len(g.nodes)), known: make([]bool, len(g.nodes)),
		classes: map[string]string{}, called: map[string]bool{}, within: map[string]string{},
	}
	named, meta, real := 0, 0, 0
	for _, n := range g.nodes {
		if n.Op == "Constant" {
			continue
		}
		real++
		if metadataScopes(n) != nil {
			meta++
		}
		if strings.Count(strings.Trim(n.Name, "/"), "/") > 0 {
			named++
		}
	}
	switch {
	case meta > 0 && 2*meta >= real:
		s.source = FromMetadata
		g.scopesFromMetadata(s)
	case named > 0 && 3*named >= real, g.slashRoots() > 1:
		s.source = FromNodeNames
		g.scopesFromNames(s)
	default:
		s.source = FromWeights
		g.scopesFromWeights(s)
	}
	g.fillUnknown(s)
	return s
}

// slashRoots counts nodes named as TorchScript names them, the root's own
// ("/Add") included.
func (g *graph) slashRoots() int {
	n := 0
	for _, node := range g.nodes {
		if strings.HasPrefix(node.Name, "/") {
			n++
		}
	}
	return n
}

// fillUnknown places nodes without a scope where their neighbours are: in the
// nearest module that holds both what they come from and what they go to. Where
// only weights name modules, the rest is the root's.
func (g *graph) fillUnknown(s *scopes) {
	from, to := g.reach(s, false), g.reach(s, true)
	for i := range g.nodes {
		if s.known[i] {
			continue
		}
		if g.kinds[g.nodes[i].Outputs[0]].level == isConst {
			s.of[i] = to[i].path
			continue
		}
		at := from[i]
		at.join(to[i])
		if s.source != FromWeights {
			s.of[i] = at.path
		}
	}
}

// place is a module, or nothing yet.
type place struct {
	path string
	ok   bool
}

func (p *place) join(o place) {
	switch {
	case !o.ok:
	case !p.ok:
		*p = o
	default:
		p.path = commonPath(p.path, o.path)
	}
}

// reach gives for each node the module that holds all nearest known nodes before
// it, or behind it.
func (g *graph) reach(s *scopes, behind bool) []place {
	out := make([]place, len(g.nodes))
	for k := range g.nodes {
		i := k
		if behind {
			i = len(g.nodes) - 1 - k
		}
		if s.known[i] {
			out[i] = place{s.of[i], true}
			continue
		}
		if behind {
			for _, name := range g.nodes[i].Outputs {
				for _, u := range g.uses[name] {
					out[i].join(out[u])
				}
			}
			continue
		}
		for _, in := range g.reads[i] {
			if p, ok := g.producer[in]; ok && g.kinds[in].level > isConst {
				out[i].join(out[p])
			}
		}
	}
	return out
}

// commonPath is the deepest module that holds both.
func commonPath(a, b string) string {
	if a == b {
		return a
	}
	x, y := splitPath(a), splitPath(b)
	n := 0
	for n < len(x) && n < len(y) && x[n] == y[n] {
		n++
	}
	return strings.Join(x[:n], ".")
}

func splitPath(p string) []string {
	if p == "" {
		return nil
	}
	return strings.Split(p, ".")
}

// parentPath is the module above; the root has none.
func parentPath(p string) string {
	if i := strings.LastIndexByte(p, '.'); i >= 0 {
		return p[:i]
	}
	return ""
}

func lastPart(p string) string { return p[strings.LastIndexByte(p, '.')+1:] }

// Join gives the path of what is called name below the module at parent.
func Join(parent, name string) string {
	if parent == "" {
		return name
	}
	return parent + "." + name
}

// inside reports whether module p is m or lies below it.
func inside(p, m string) bool {
	return m == "" || p == m || strings.HasPrefix(p, m) && p[len(m)] == '.'
}

// isNumber reports a path component that is a list index.
func isNumber(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != "" && (s == "0" || s[0] != '0')
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
