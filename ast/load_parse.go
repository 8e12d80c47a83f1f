package ast

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"strconv"

	"golang.org/x/tools/go/packages"
)

// parse reads the files of the source packages and keeps those packages that
// hold trace functions or are imported by such a package.
func (l *loader) parse() {
	for _, s := range l.prog.ordered() {
		for _, name := range s.filenames {
			src, err := l.readFile(name)
			if err != nil {
				l.diags.Add("NN1101", token.Position{Filename: name}, "the file cannot be read: %v", err)
				s.broken = true
				continue
			}
			l.parseFile(s, name, src)
		}
	}
	l.dropUnneeded()
}

// parseFile parses one file; its syntax errors become diagnostics.
func (l *loader) parseFile(s *source, name string, src []byte) {
	f, err := parser.ParseFile(l.prog.Fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	var list scanner.ErrorList
	if errors.As(err, &list) {
		s.broken = true
		for _, e := range list {
			l.diags.Add("NN1102", e.Pos, "%s", e.Msg)
		}
		return
	}
	s.src[name] = src
	s.files = append(s.files, f)
	for _, spec := range f.Imports {
		if path, err := strconv.Unquote(spec.Path.Value); err == nil {
			s.imports[path] = true
		}
	}
}

// dropUnneeded removes source packages that no trace function can reach.
func (l *loader) dropUnneeded() {
	keep := map[string]bool{}
	var mark func(path string)
	mark = func(path string) {
		s := l.prog.sources[path]
		if s == nil || keep[path] {
			return
		}
		keep[path] = true
		for _, p := range sortedKeys(s.imports) {
			mark(p)
		}
	}
	for _, s := range l.prog.ordered() {
		if s.root && hasDirective(s.files) {
			mark(s.path)
		}
	}
	for path := range l.prog.sources {
		if !keep[path] {
			delete(l.prog.sources, path)
		}
	}
}

func hasDirective(files []*ast.File) bool {
	for _, f := range files {
		for _, g := range f.Comments {
			for _, c := range g.List {
				if isDirective(c.Text) {
					return true
				}
			}
		}
	}
	return false
}

// loadExports loads the types of everything that the sources and the accessor
// packages import and that is not read from source itself.
func (l *loader) loadExports() {
	if len(l.prog.sources) == 0 {
		return
	}
	want := map[string]bool{"context": true, RuntimePath: true} // generated code imports them
	from := map[string]token.Position{}
	for _, s := range l.prog.ordered() {
		for _, f := range s.files {
			for _, spec := range f.Imports {
				path, _ := strconv.Unquote(spec.Path.Value)
				want[path] = true
				if _, ok := from[path]; !ok {
					from[path] = l.prog.Fset.Position(spec.Pos())
				}
			}
		}
	}
	for _, path := range l.usedAccessors(want) {
		l.accessorImports(path, want, from)
	}
	var list []string
	for _, path := range sortedKeys(want) {
		if l.prog.sources[path] == nil && l.given[path].Source == nil && path != "unsafe" && path != "C" {
			list = append(list, path)
		}
	}
	if len(list) == 0 {
		return
	}
	pkgs, err := packages.Load(&packages.Config{Dir: l.dir, Mode: packages.LoadTypes, Overlay: l.attachedFiles()}, list...)
	if err != nil {
		l.diags.Add("NN1101", token.Position{Filename: l.dir}, "the imported packages cannot be loaded: %v", err)
		for _, s := range l.prog.sources {
			s.broken = true
		}
		return
	}
	for _, p := range pkgs {
		l.addExport(p, from[p.PkgPath])
	}
}

func (l *loader) addExport(p *packages.Package, pos token.Position) {
	if len(p.Errors) > 0 || p.Types == nil {
		msg := "no types"
		if len(p.Errors) > 0 {
			msg = p.Errors[0].Msg
		}
		l.diags.Add("NN1104", pos, "package %q cannot be imported: %s", p.PkgPath, msg).
			Hint = "run `go build " + p.PkgPath + "` and mend what it reports; a missing module is added with `go get`"
		l.importFails(p.PkgPath)
		return
	}
	l.exports[p.PkgPath] = p.Types
}

// importFails marks the packages that import path; accessors import for all of them.
func (l *loader) importFails(path string) {
	direct := false
	for _, s := range l.prog.sources {
		direct = direct || s.imports[path]
	}
	for _, s := range l.prog.sources {
		s.broken = s.broken || s.imports[path] || !direct
	}
}

// usedAccessors gives the accessor packages that the sources import.
func (l *loader) usedAccessors(want map[string]bool) []string {
	var out []string
	for _, path := range sortedKeys(l.given) {
		if want[path] && l.given[path].Source != nil {
			out = append(out, path)
		}
	}
	return out
}

func (l *loader) accessorImports(path string, want map[string]bool, from map[string]token.Position) {
	f, err := parser.ParseFile(token.NewFileSet(), path, l.given[path].Source, parser.ImportsOnly)
	if err != nil {
		return // reported when the package is checked
	}
	for _, spec := range f.Imports {
		p, _ := strconv.Unquote(spec.Path.Value)
		want[p] = true
		if _, ok := from[p]; !ok {
			from[p] = token.Position{Filename: path}
		}
	}
}
