// Package vet is nngen as go/analysis analyzers: it reports in trace functions
// what `nngen generate` would, for `go vet -vettool` and other drivers of
// analyzers.
//
// An analyzer sees one package, and of those it imports only their types. A
// trace needs more: the bodies of helpers in other packages and the specs of
// models. Analyzer therefore loads the package by itself, from the files on
// disk, as the command does; packages without traces cost it nothing. Sources
// makes that right under drivers that keep results from run to run: its fact
// changes with every text that the traces of an importing package may depend on.
package vet

import (
	"context"
	"fmt"
	"go/ast"
	"go/token"
	"path/filepath"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/nngen-go/nngen/internal/diag"
	"github.com/nngen-go/nngen/internal/project"
)

const page = "https://github.com/nngen-go/nngen/blob/main/docs/errors.md"

// Analyzer reports the diagnostics of the package's trace functions. The
// package has to build, which needs generated files, be they stale.
var Analyzer = &analysis.Analyzer{
	Name: "nngen",
	Doc:  "report order, shape, reachability and subset errors in functions marked //nngen:trace",
	URL:  page,
	Run:  run,
}

// All are the analyzers that a driver is given: Sources too, so that kept
// results are dropped when a helper or a spec changes.
func All() []*analysis.Analyzer { return []*analysis.Analyzer{Analyzer, Sources} }

// run compiles the traces of the package in memory. What goes wrong inside
// nngen is an error of the analysis, never a panic in the driver.
func run(pass *analysis.Pass) (_ any, err error) {
	dir := traceDir(pass)
	if dir == "" {
		return nil, nil
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("nngen failed on this package, please report it: %v", r)
		}
	}()
	_, diags, err := project.Generate(context.Background(), project.Config{Dir: dir, Patterns: []string{"."}})
	if err != nil {
		return nil, err
	}
	places := newPlaces(pass)
	for _, d := range diags {
		report(pass, places, d)
	}
	return nil, nil
}

// traceDir gives the folder of the package if one of its files has a directive.
// A package of tests alone has none: its traces are reported with the package
// that it tests.
func traceDir(pass *analysis.Pass) string {
	dir := ""
	for _, f := range pass.Files {
		name := pass.Fset.File(f.FileStart).Name()
		if !strings.HasSuffix(name, ".go") || !hasDirective(f) {
			continue
		}
		if strings.HasSuffix(name, "_test.go") && strings.HasSuffix(pass.Pkg.Name(), "_test") {
			continue
		}
		dir = filepath.Dir(name)
	}
	return dir
}

func hasDirective(f *ast.File) bool {
	for _, g := range f.Comments {
		for _, c := range g.List {
			if strings.HasPrefix(c.Text, "//nngen:trace") || strings.HasPrefix(c.Text, "//nngen:edit") {
				return true
			}
		}
	}
	return false
}

// report turns a diagnostic into the driver's form. Drivers have no place for
// hints, so the message holds it.
func report(pass *analysis.Pass, places *places, d diag.Diagnostic) {
	pos := places.pos(d.Pos)
	out := analysis.Diagnostic{Pos: pos, Category: d.Code, URL: page}
	if c, ok := diag.Lookup(d.Code); ok {
		out.URL = page + "#" + c.Anchor()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s [%s]", d.Message, d.Code)
	for _, r := range d.Related {
		out.Related = append(out.Related, analysis.RelatedInformation{Pos: places.pos(r.Pos), Message: r.Message})
	}
	if d.Hint != "" {
		fmt.Fprintf(&b, "\n\thint: %s", strings.ReplaceAll(d.Hint, "\n", "\n\t"))
	}
	out.Message = b.String()
	if f := places.syntax(pos); f != nil {
		out.End = end(f, pos)
		out.SuggestedFixes = fixes(pass.TypesInfo, f, pos, d.Code)
	}
	pass.Report(out)
}

// places turns positions of files on disk into those of a pass.
type places struct {
	pass  *analysis.Pass
	files map[string]*ast.File
	added map[string]*token.File
}

func newPlaces(pass *analysis.Pass) *places {
	p := &places{pass: pass, files: map[string]*ast.File{}, added: map[string]*token.File{}}
	for _, f := range pass.Files {
		p.files[absolute(pass.Fset.File(f.FileStart).Name())] = f
	}
	return p
}

func absolute(name string) string {
	if abs, err := filepath.Abs(name); err == nil {
		name = abs
	}
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	return name
}

// pos finds a position in the files of the pass. A file of another package, or
// a spec, is added to the pass's file set by what is on disk.
func (p *places) pos(at token.Position) token.Pos {
	tf := p.file(absolute(at.Filename))
	if tf == nil || tf.LineCount() == 0 {
		return p.pass.Files[0].Package
	}
	line := min(max(at.Line, 1), tf.LineCount())
	start := tf.LineStart(line)
	return min(start+token.Pos(max(at.Column, 1)-1), token.Pos(tf.Base()+tf.Size()))
}

func (p *places) file(name string) *token.File {
	if f := p.files[name]; f != nil {
		return p.pass.Fset.File(f.FileStart)
	}
	if tf := p.added[name]; tf != nil {
		return tf
	}
	src, err := p.pass.ReadFile(name)
	if err != nil {
		src, err = readSource(name)
	}
	if err != nil {
		return nil
	}
	tf := p.pass.Fset.AddFile(name, -1, len(src))
	tf.SetLinesForContent(src)
	p.added[name] = tf
	return tf
}

// syntax gives the file of the pass that holds a position.
func (p *places) syntax(pos token.Pos) *ast.File {
	for _, f := range p.pass.Files {
		if f.FileStart <= pos && pos <= f.FileEnd {
			return f
		}
	}
	return nil
}

// end gives the end of the longest expression that starts at pos, which an
// editor underlines; NoPos if there is none.
func end(f *ast.File, pos token.Pos) token.Pos {
	best := token.NoPos
	ast.Inspect(f, func(n ast.Node) bool {
		if n == nil || n.Pos() > pos || n.End() < pos {
			return false
		}
		if e, ok := n.(ast.Expr); ok && e.Pos() == pos && best == token.NoPos {
			best = e.End()
		}
		return best == token.NoPos
	})
	return best
}
