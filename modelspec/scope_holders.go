package modelspec

import "strings"

// restoreHolders puts what stands above a module back before its path where the
// names of its weights tell of it. TorchScript names scopes by what is called: of
// model.decoder, called by the root past model, is left "/decoder/…".
func (g *graph) restoreHolders(s *scopes) {
	owners := g.weightOwners()
	above := map[string]map[string]bool{} // first name of a path → what weights have before it
	for i, n := range g.nodes {
		path := s.of[i]
		if !s.known[i] || path == "" {
			continue
		}
		top := splitPath(path)[0]
		for _, in := range n.Inputs {
			owner, ok := owners[in]
			if !ok || owner != path && !strings.HasSuffix(owner, "."+path) {
				continue
			}
			if above[top] == nil {
				above[top] = map[string]bool{}
			}
			above[top][strings.TrimSuffix(strings.TrimSuffix(owner, path), ".")] = true
		}
	}
	holder := map[string]string{}
	for top, list := range above {
		for h := range list {
			if h != "" && len(list) == 1 && above[splitPath(h)[0]] == nil {
				holder[top] = h
			}
		}
	}
	if len(holder) == 0 {
		return
	}
	moved := func(path string) string {
		if path == "" || holder[splitPath(path)[0]] == "" {
			return path
		}
		return Join(holder[splitPath(path)[0]], path)
	}
	for i := range s.of {
		s.of[i] = moved(s.of[i])
	}
	s.called, s.within, s.classes = movedKeys(s.called, moved), movedKeys(s.within, moved), movedKeys(s.classes, moved)
}

func movedKeys[V any](m map[string]V, moved func(string) string) map[string]V {
	out := make(map[string]V, len(m))
	for path, v := range m {
		out[moved(path)] = v
	}
	return out
}
