package caching

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/modelspec"
)

// Names are the names by which a model's modules can be looked up: whole parts
// of paths, and aliases in any place.
type Names struct {
	Modules   map[string]*modelspec.Module
	AliasesOf map[string][]string
	aliases   map[string]string
	lists     map[string]int // how many numbered children a path has, which may be no module itself
}

// NewNames takes a spec's names.
func NewNames(spec *modelspec.Spec) *Names {
	n := &Names{Modules: map[string]*modelspec.Module{}, lists: map[string]int{}}
	n.aliases, n.AliasesOf, _ = modelspec.Aliases(spec)
	for _, m := range spec.Modules {
		n.Modules[m.Path] = m
		for path := m.Path; path != ""; {
			parent, last := cutLast(path)
			n.lists[parent] += 0
			if k, err := strconv.Atoi(last); err == nil {
				n.lists[parent] = max(n.lists[parent], k+1)
			}
			path = parent
		}
	}
	return n
}

// With gives the names with further aliases, which stand for what they say even
// where the spec's own aliases say something else. An alias that hides a module,
// or that stands for none, is an error.
func (n *Names) With(aliases map[string]string) (*Names, error) {
	out := *n
	out.aliases = maps.Clone(n.aliases)
	if out.aliases == nil {
		out.aliases = map[string]string{}
	}
	for _, alias := range slices.Sorted(maps.Keys(aliases)) {
		path := aliases[alias]
		host, _ := cutLast(alias)
		switch {
		case n.Modules[path] == nil || path == "":
			return nil, fmt.Errorf("alias %q stands for %q, which is no module of the model", alias, path)
		case n.is(alias):
			return nil, fmt.Errorf("alias %q is the path of a module of the model", alias)
		case host != "" && !n.is(host):
			return nil, fmt.Errorf("alias %q stands in %q, which is no module of the model", alias, host)
		}
		out.aliases[alias] = path
	}
	out.AliasesOf = map[string][]string{}
	for _, alias := range slices.Sorted(maps.Keys(out.aliases)) {
		out.AliasesOf[out.aliases[alias]] = append(out.AliasesOf[out.aliases[alias]], alias)
	}
	return &out, nil
}

// is reports whether a path is that of a module or of a list of them.
func (n *Names) is(path string) bool {
	_, list := n.lists[path]
	return list || n.Modules[path] != nil
}

// NotFound is a path that leads nowhere; Index says that it was an index beyond
// the end of a list.
type NotFound struct {
	Message string
	Index   bool
}

func (e *NotFound) Error() string { return e.Message }

// Find follows a path from a module to a module or a list of them. From the root
// it may begin with "model.", unless a module has that name itself.
func (n *Names) Find(from, path string) (string, *NotFound) {
	full, err := n.follow(from, path)
	if err == nil || from != "" {
		return full, err
	}
	if path == "model" {
		return "", nil
	}
	if rest, ok := strings.CutPrefix(path, "model."); ok {
		if full, e := n.follow("", rest); e == nil || e.Index {
			return full, e
		}
	}
	return "", err
}

func (n *Names) follow(from, path string) (string, *NotFound) {
	at := from
	for _, part := range strings.Split(strings.Trim(path, "."), ".") {
		next := modelspec.Join(at, part)
		if !n.is(next) {
			target, ok := n.aliases[next]
			if !ok {
				return "", n.unknown(at, part, path)
			}
			next = target
		}
		at = next
	}
	return at, nil
}

// unknown is the error of a part of a path that leads nowhere.
func (n *Names) unknown(at, part, path string) *NotFound {
	size := n.lists[at]
	if k, err := strconv.Atoi(part); err == nil && size > 0 {
		return &NotFound{fmt.Sprintf("index %d is out of range: %s has modules 0 to %d", k, modelspec.PathName(at), size-1), true}
	}
	return &NotFound{Message: fmt.Sprintf("%s has no module %q", modelspec.PathName(at), path)}
}

// Resolve gives the modules that paths and aliases name; the one that is wrong
// is told beside the error.
func (n *Names) Resolve(paths []string) (out []string, wrong int, err *NotFound) {
	for i, path := range paths {
		full, err := n.Find("", path)
		if path == "" {
			full, err = "", nil
		}
		if err == nil && n.Modules[full] == nil {
			err = &NotFound{Message: fmt.Sprintf("%s is a list of modules: name its elements, %s.0 and so on", full, full)}
		}
		if err != nil {
			return nil, i, err
		}
		out = append(out, full)
	}
	return out, 0, nil
}

// Below reports whether a module is another or inside it.
func Below(path, of string) bool {
	return of == "" || path == of || strings.HasPrefix(path, of) && path[len(of)] == '.'
}

// AliasPath is a module's path by aliases, as far as it and those above it have
// any: "layers.0.self_attn" for "transformer.h.0.attn".
func (n *Names) AliasPath(path string) string {
	if path == "" {
		return ""
	}
	if list := n.AliasesOf[path]; len(list) > 0 {
		host, name := cutLast(slices.Min(list))
		return modelspec.Join(n.AliasPath(host), name)
	}
	parent, last := cutLast(path)
	return modelspec.Join(n.AliasPath(parent), last)
}

func cutLast(path string) (parent, last string) {
	i := strings.LastIndexByte(path, '.')
	return path[:max(i, 0)], path[i+1:]
}
