package modelspec

import (
	"strings"

	"github.com/nngen-go/nngen/internal/onnx"
)

// The keys under which the dynamo exporter keeps a node's modules.
const (
	metaScopes  = "pkg.torch.onnx.name_scopes"
	metaClasses = "pkg.torch.onnx.class_hierarchy"
	metaSpace   = "namespace"
)

// noModule is what the exporter writes for nodes that it made itself.
const noModule = "_empty_nn_module_stack_from_metadata_hook"

// metadataScopes gives a node's module paths, outermost first, and the
// operation's name last; nil where the node has none.
func metadataScopes(n *onnx.Node) []string {
	for _, e := range n.Metadata {
		if e.Key == metaScopes {
			return parseList(e.Value)
		}
	}
	for _, e := range n.Metadata {
		if e.Key == metaSpace {
			var out []string
			for _, part := range strings.Split(e.Value, "/") {
				name, _, _ := strings.Cut(part, ": ")
				out = append(out, strings.TrimSpace(name))
			}
			return out
		}
	}
	return nil
}

func metadataClasses(n *onnx.Node) []string {
	for _, e := range n.Metadata {
		if e.Key == metaClasses {
			return parseList(e.Value)
		}
	}
	return nil
}

func (g *graph) scopesFromMetadata(s *scopes) {
	for i, n := range g.nodes {
		g.metadataScope(s, i, n)
		for _, sub := range subgraphs(n) {
			hiddenScopes(s, n, sub)
		}
	}
}

func (g *graph) metadataScope(s *scopes, i int, n *onnx.Node) {
	list := metadataScopes(n)
	if len(list) == 0 {
		return
	}
	s.known[i] = true
	if list[0] == noModule {
		return
	}
	classes := metadataClasses(n)
	for k, path := range list[:len(list)-1] {
		path = metadataPath(path)
		if k < len(classes) {
			s.classes[path] = className(classes[k])
		}
		s.called[path] = true
		s.of[i] = path
	}
}

// metadataPath leaves out what a second call adds to a path ("block@1").
func metadataPath(p string) string {
	parts := splitPath(cleanPath(p))
	for i, part := range parts {
		if name, n, ok := strings.Cut(part, "@"); ok && isNumber(n) {
			parts[i] = name
		}
	}
	return strings.Join(parts, ".")
}

func className(s string) string {
	if i := strings.LastIndexByte(s, '.'); i >= 0 {
		return s[i+1:]
	}
	return s
}

// hiddenScopes notes the modules of which nodes stand in a branch.
func hiddenScopes(s *scopes, at *onnx.Node, g *onnx.Graph) {
	where := "inside the branch of " + at.Op + " node " + quoted(at.Name)
	note := func(path string) {
		for ; path != ""; path = parentPath(path) {
			if s.within[path] == "" {
				s.within[path] = where
			}
		}
	}
	for _, n := range g.Nodes {
		if list := metadataScopes(n); len(list) > 1 && list[0] != noModule {
			classes := metadataClasses(n)
			for k, p := range list[:len(list)-1] {
				if k < len(classes) && s.classes[metadataPath(p)] == "" {
					s.classes[metadataPath(p)] = className(classes[k])
				}
				note(metadataPath(p))
			}
		} else if path, ok := namePath(n.Name); ok && path != "" {
			note(path)
		}
		for _, sub := range subgraphs(n) {
			hiddenScopes(s, at, sub)
		}
	}
}

// parseList reads a list of strings as Python prints it: [”, 'a', "b'c"].
func parseList(text string) []string {
	var out []string
	for i := 0; i < len(text); i++ {
		q := text[i]
		if q != '\'' && q != '"' {
			continue
		}
		var b strings.Builder
		for i++; i < len(text) && text[i] != q; i++ {
			if text[i] == '\\' && i+1 < len(text) {
				i++
			}
			b.WriteByte(text[i])
		}
		out = append(out, b.String())
	}
	return out
}
