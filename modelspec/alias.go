package modelspec

import (
	"go/token"
	"strings"

	"github.com/nngen-go/nngen/internal/diag"
)

// Aliases works out what rename says. A key is tried from every module: it names
// the module that its components lead to from there, where * stands for any one
// child; a dot in front means nothing. A key that leads nowhere is left out, so
// that one rename can serve many models. An alias stands beside the key's first
// component, or where the alias's own dots say. It must be new there.
//
// The first map holds full alias paths ("layers", "transformer.h.0.attention"),
// the second what each module is also called.
func Aliases(s *Spec) (aliasToPath map[string]string, pathToAliases map[string][]string, errs diag.List) {
	a := &aliaser{
		s: s, children: map[string][]string{}, known: map[string]*Module{},
		to: map[string]string{}, of: map[string][]string{},
	}
	for _, m := range s.Modules {
		a.known[m.Path] = m
		if m.Path != "" {
			a.children[parentPath(m.Path)] = append(a.children[parentPath(m.Path)], m.Path)
		}
	}
	keys := sortedKeys(s.Rename)
	if len(keys) == 0 {
		return a.to, a.of, nil
	}
	var walk func(path string)
	walk = func(path string) { // children first: a key may use what is bound below
		for _, c := range a.children[path] {
			walk(c)
		}
		for _, k := range keys {
			a.bind(path, k, s.Rename[k])
		}
	}
	if a.known[""] != nil {
		walk("")
	}
	return a.to, a.of, a.errs
}

type aliaser struct {
	s        *Spec
	children map[string][]string
	known    map[string]*Module
	to       map[string]string
	of       map[string][]string
	errs     diag.List
}

// taken are the names that every accessor has.
var taken = map[string]bool{
	"output": true, "outputs": true, "input": true, "inputs": true, "skip": true, "call": true, "source": true, "path": true, "get": true,
	"modules": true, "weight": true, "iter": true, "all": true, "next": true, "set_output": true, "set_input": true, "trace": true, "cache": true,
}

func (a *aliaser) fail(key, code, format string, args ...any) *diag.Diagnostic {
	at, ok := a.s.places[key]
	if !ok {
		at = token.Position{Filename: a.s.Model + ".nnspec.yaml"}
	}
	return a.errs.Add(code, at, format, args...)
}

// bind tries one key from one module.
func (a *aliaser) bind(from, key string, names []string) {
	found := a.named(from, key)
	if len(found) > 1 {
		a.fail(key, "NN1011", "rename key %s leads to %d modules from %s (%s): an alias names one", quoted(key), len(found), display(from), someOf(found)).Hint = "name the module's own path"
		return
	}
	if len(found) == 0 || found[0] == from {
		return
	}
	for _, name := range names {
		a.add(from, key, name, found[0])
	}
}

func (a *aliaser) add(host, key, name, target string) {
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		prefix := Join(host, name[:i])
		if a.known[prefix] == nil || !strings.HasPrefix(target, prefix+".") {
			a.fail(key, "NN1010", "alias %s of %s: its first part is no module above %s", quoted(name), quoted(key), quoted(target)).Hint = "begin a dotted alias like the module's own path"
			return
		}
		host, name = prefix, name[i+1:]
	}
	full := Join(host, name)
	what := ""
	switch old, bound := a.to[full]; {
	case full == target || bound && old == target:
		return
	case name == "" || name == "*":
		what = "is no name"
	case bound:
		what = "is already an alias of " + quoted(old)
	case a.known[full] != nil:
		what = "is the name of a module there"
	case taken[name]:
		what = "is a name that every accessor has"
	case a.known[host] != nil && a.known[host].Weights[name] != "":
		what = "is the name of a weight there"
	}
	if what != "" {
		a.fail(key, "NN1010", "alias %s of %s on %s %s", quoted(name), quoted(key), display(host), what).Hint = "choose another alias"
		return
	}
	a.to[full] = target
	a.of[target] = append(a.of[target], full)
}

// named gives the modules that a key leads to from one module.
func (a *aliaser) named(from, key string) []string {
	found := []string{from}
	for _, part := range strings.Split(strings.TrimLeft(key, "."), ".") {
		var next []string
		for _, at := range found {
			if part == "*" {
				next = append(next, a.children[at]...)
			} else if p := Join(at, part); a.known[p] != nil {
				next = append(next, p)
			} else if p, ok := a.to[p]; ok {
				next = append(next, p)
			}
		}
		found = next
	}
	seen := map[string]bool{}
	var out []string
	for _, p := range found {
		if !seen[p] {
			seen[p] = true
			out = append(out, p)
		}
	}
	return out
}

// display is a module's path in messages.
func display(path string) string {
	if path == "" {
		return "the model"
	}
	return quoted(path)
}

func someOf(paths []string) string {
	const most = 4
	if len(paths) > most {
		return join(paths[:most]) + ", …"
	}
	return join(paths)
}

// Find looks a module up by path or by aliases in any of its components, with or
// without "model." in front.
func (s *Spec) Find(path string, aliases map[string]string) (*Module, bool) {
	known := make(map[string]*Module, len(s.Modules))
	for _, m := range s.Modules {
		known[m.Path] = m
	}
	if m, ok := resolve(path, known, aliases); ok {
		return m, true
	}
	if rest, ok := strings.CutPrefix(path, "model."); ok {
		return resolve(rest, known, aliases)
	}
	return known[""], path == "model" && known[""] != nil
}

func resolve(path string, known map[string]*Module, aliases map[string]string) (*Module, bool) {
	at := ""
	for _, part := range splitPath(path) {
		next := Join(at, part)
		if known[next] == nil {
			target, ok := aliases[next]
			if !ok {
				return nil, false
			}
			next = target
		}
		at = next
	}
	m, ok := known[at]
	return m, ok
}
