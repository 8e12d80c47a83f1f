package ast

import (
	"go/token"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/tools/go/packages"
)

// generatedSuffix ends the names of the files that the generator writes beside
// the user's; they are never input.
const generatedSuffix = "_nngen.go"

// list asks the go command for the packages, their files and imports, and picks
// those that are read from source: packages that reach an accessor package or
// the runtime. Types of all others come from export data.
func (l *loader) list(patterns []string) {
	cfg := &packages.Config{
		Dir:     l.dir,
		Mode:    packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedDeps | packages.NeedModule,
		Overlay: l.attachedFiles(),
	}
	roots, err := packages.Load(cfg, patterns...)
	if err != nil {
		l.diags.Add("NN1101", token.Position{Filename: l.dir}, "the packages cannot be listed: %v", err).
			Hint = "run `go list " + strings.Join(patterns, " ") + "` in that folder and mend what it reports"
		return
	}
	isRoot := map[string]bool{}
	for _, p := range roots {
		isRoot[p.PkgPath] = true
		if _, ok := l.given[p.PkgPath]; !ok {
			l.listErrors(p)
		}
	}
	reach := map[string]bool{}
	var visit func(p *packages.Package) bool
	visit = func(p *packages.Package) bool {
		if r, ok := reach[p.PkgPath]; ok {
			return r
		}
		reach[p.PkgPath] = false
		found := l.given[p.PkgPath].Source != nil || p.PkgPath == RuntimePath
		for _, name := range sortedKeys(p.Imports) {
			if visit(p.Imports[name]) {
				found = true
			}
		}
		reach[p.PkgPath] = found
		if found && l.given[p.PkgPath].Source == nil && !ownPackage(p.PkgPath) {
			l.prog.sources[p.PkgPath] = l.newSource(p, isRoot[p.PkgPath])
		}
		return found
	}
	for _, p := range roots {
		visit(p)
	}
}

// listErrors reports what the go command says of a package itself. Errors of
// its imports show up again, with better positions, when they are loaded; a file
// that cannot be read as Go at all would be left out without a word.
func (l *loader) listErrors(p *packages.Package) {
	for _, e := range p.Errors {
		if file, why, ok := unreadable(e); ok {
			l.diags.Add("NN1101", token.Position{Filename: file, Line: 1, Column: 1}, "this file cannot be read as Go: %s", why)
			continue
		}
		if len(p.GoFiles) == 0 && e.Kind == packages.ListError && !strings.Contains(e.Msg, "build constraints exclude all Go files") {
			l.diags.Add("NN1101", splitPosition(e.Pos, l.dir), "%s", e.Msg)
		}
	}
}

// unreadable takes "read FILE: why", which the go command says of no position.
func unreadable(e packages.Error) (file, why string, ok bool) {
	rest, found := strings.CutPrefix(e.Msg, "read ")
	if e.Kind != packages.ListError || e.Pos != "" || !found {
		return "", "", false
	}
	return strings.Cut(rest, ": ")
}

// ownPackage reports whether a path is part of nngen's runtime: never user code,
// except for what is written as users would write it.
func ownPackage(path string) bool {
	if path == RuntimePath+"/heads" {
		return false
	}
	return path == RuntimePath || strings.HasPrefix(path, RuntimePath+"/")
}

func (l *loader) newSource(p *packages.Package, root bool) *source {
	s := &source{path: p.PkgPath, name: p.Name, root: root, imports: map[string]bool{}, src: map[string][]byte{}}
	for _, f := range p.GoFiles {
		if !strings.HasSuffix(f, generatedSuffix) || l.isAttachment(f) {
			s.filenames = append(s.filenames, f)
		}
	}
	sort.Strings(s.filenames)
	if len(p.GoFiles) > 0 {
		s.dir = filepath.Dir(p.GoFiles[0])
	}
	if p.Module != nil && p.Module.GoVersion != "" {
		s.goVersion = "go" + p.Module.GoVersion
	}
	return s
}

// splitPosition reads "file:line:col" as the go command prints it.
func splitPosition(s, dir string) token.Position {
	pos := token.Position{Filename: dir}
	if s == "" || s == "-" {
		return pos
	}
	parts := strings.Split(s, ":")
	n := len(parts)
	if n >= 3 {
		line, err1 := strconv.Atoi(parts[n-2])
		col, err2 := strconv.Atoi(parts[n-1])
		if err1 == nil && err2 == nil {
			return token.Position{Filename: strings.Join(parts[:n-2], ":"), Line: line, Column: col}
		}
	}
	if n >= 2 {
		if line, err := strconv.Atoi(parts[n-1]); err == nil {
			return token.Position{Filename: strings.Join(parts[:n-1], ":"), Line: line}
		}
	}
	pos.Filename = s
	return pos
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
