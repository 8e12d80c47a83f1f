package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	compiler "github.com/nngen-go/nngen/ast"
	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/project"
)

var update = flag.Bool("update", false, "write docs/gallery.md anew")

const (
	code   = "examples/gallery/interventions"
	export = "scripts/export"
)

// TestPage holds docs/gallery.md to the entries, the functions' text and what the compiler says of them.
func TestPage(t *testing.T) {
	root, err := golden.Root()
	require.NoError(t, err)
	res, diags, err := project.Generate(context.Background(), project.Config{Dir: root, Patterns: []string{"./" + code}})
	require.NoError(t, err)
	require.Empty(t, diags)
	p := page{t: t, root: root, traces: map[string]*compiler.Trace{}, python: pythonFuncs(t, root), goFuncs: goFuncs(t, root)}
	for _, tr := range res.Traces {
		p.traces[tr.Func] = tr
	}
	p.write()
	for _, tr := range res.Traces {
		require.Contains(t, p.out.String(), "["+tr.Func+"]", "a trace function that is no entry")
	}
	path := filepath.Join(root, "docs/gallery.md")
	if *update {
		require.NoError(t, os.WriteFile(path, p.out.Bytes(), 0o644))
	}
	have, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, p.out.String(), string(have), "stale: go test ./examples/gallery -run TestPage -update")
}

// page writes the page.
type page struct {
	t               *testing.T
	root            string
	traces          map[string]*compiler.Trace
	python, goFuncs map[string]function
	out             bytes.Buffer
}

// function is one function of either language: its lines of code and what it calls.
type function struct {
	file  string
	at    int // its line
	lines int
	calls []string
}

func (p *page) write() {
	head, err := os.ReadFile(filepath.Join(p.root, "examples/gallery/testdata/page.md"))
	require.NoError(p.t, err)
	var table bytes.Buffer
	n, here, there, shorter := 0, 0, 0, 0
	for _, f := range families {
		fmt.Fprintf(&table, "\n## %s\n\n", f.Title)
		fmt.Fprintln(&table, "| intervention | what it is | published by | model | lines: nnsight | here | placements |")
		fmt.Fprintln(&table, "|---|---|---|---|---:|---:|---|")
		for _, e := range f.Entries {
			fn := funcName(e.Trace)
			ours, theirs := p.goFuncs[fn], p.python[e.Name]
			require.NotZero(p.t, ours.lines, fn)
			require.NotZero(p.t, theirs.lines, "%s in "+export, e.Name)
			require.NotNil(p.t, p.traces[fn], fn)
			n, here, there = n+1, here+ours.lines, there+theirs.lines
			if ours.lines <= theirs.lines {
				shorter++
			}
			fmt.Fprintf(&table, "| [%s](../%s#L%d) | %s | %s | %s | [%s](../%s#L%d) | %s | %s |\n", fn, ours.file, ours.at, e.Title, e.Source, e.Model,
				count(theirs, p.python), theirs.file, theirs.at, count(ours, p.goFuncs), placements(p.traces[fn]))
		}
	}
	text := strings.NewReplacer("{entries}", fmt.Sprint(n), "{here}", fmt.Sprint(here), "{there}", fmt.Sprint(there), "{shorter}", fmt.Sprint(shorter)).Replace(string(head))
	p.out.WriteString(text)
	p.out.Write(table.Bytes())
}

// count is a function's lines, and those of the helpers that it calls.
func count(f function, all map[string]function) string {
	seen := map[string]int{}
	var visit func(f function)
	visit = func(f function) {
		for _, c := range f.calls {
			if h, ok := all[c]; ok && seen[c] == 0 {
				seen[c] = h.lines
				visit(h)
			}
		}
	}
	visit(f)
	helpers := 0
	for _, n := range seen {
		helpers += n
	}
	if helpers == 0 {
		return fmt.Sprint(f.lines)
	}
	return fmt.Sprintf("%d + %d", f.lines, helpers)
}

// placements counts the pieces of a trace by where they run.
func placements(tr *compiler.Trace) string {
	n := map[string]int{}
	for _, p := range tr.Pieces {
		n[string(p.Placement)]++
	}
	var out []string
	for _, k := range slices.Sorted(maps.Keys(n)) {
		out = append(out, fmt.Sprintf("%s %d", k, n[k]))
	}
	return strings.Join(out, ", ")
}

func funcName(fn any) string {
	name := runtime.FuncForPC(reflect.ValueOf(fn).Pointer()).Name()
	return name[strings.LastIndex(name, ".")+1:]
}

// goFuncs are the functions of package interventions. Directives to nngen count as code, other comments do not.
func goFuncs(t *testing.T, root string) map[string]function {
	out := map[string]function{}
	paths, err := filepath.Glob(filepath.Join(root, code, "*.go"))
	require.NoError(t, err)
	for _, path := range paths {
		if strings.HasSuffix(path, "_nngen.go") {
			continue
		}
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, text, parser.ParseComments)
		require.NoError(t, err)
		lines := strings.Split(string(text), "\n")
		for _, d := range file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			from, to := fset.Position(fn.Pos()).Line, fset.Position(fn.End()).Line
			f := function{file: code + "/" + filepath.Base(path), at: from, lines: codeLines(lines[from-1:to], "//")}
			for _, c := range fn.Doc.List {
				if strings.HasPrefix(c.Text, "//nngen:") {
					f.lines++
				}
			}
			ast.Inspect(fn, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok {
					if id, ok := call.Fun.(*ast.Ident); ok {
						f.calls = append(f.calls, id.Name)
					}
				}
				return true
			})
			out[fn.Name.Name] = f
		}
	}
	return out
}

var (
	pythonDef  = regexp.MustCompile(`(?m)^def (\w+)\(`)
	pythonCall = regexp.MustCompile(`\b(\w+)\(`)
)

// pythonFuncs are the functions of the gallery's scripts, and the two helpers of recording.py that they call.
func pythonFuncs(t *testing.T, root string) map[string]function {
	out := map[string]function{}
	paths, err := filepath.Glob(filepath.Join(root, export, "gallery_*.py"))
	require.NoError(t, err)
	for _, path := range append(paths, filepath.Join(root, export, "recording.py")) {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		lines := strings.Split(string(text), "\n")
		for _, at := range pythonDef.FindAllStringSubmatchIndex(string(text), -1) {
			name := string(text[at[2]:at[3]])
			from := strings.Count(string(text[:at[0]]), "\n")
			to := from + 1
			for to < len(lines) && (lines[to] == "" || strings.HasPrefix(lines[to], " ")) {
				to++
			}
			f := function{file: export + "/" + filepath.Base(path), at: from + 1, lines: codeLines(lines[from:to], "#", `"""`)}
			for _, c := range pythonCall.FindAllStringSubmatch(strings.Join(lines[from+1:to], "\n"), -1) {
				if c[1] == "first" || c[1] == "put" {
					f.calls = append(f.calls, c[1])
				}
			}
			out[name] = f
		}
	}
	return out
}

// codeLines counts lines that are neither blank nor comments.
func codeLines(lines []string, comments ...string) int {
	n := 0
	for _, l := range lines {
		l = strings.TrimSpace(l)
		if l != "" && !slices.ContainsFunc(comments, func(c string) bool { return strings.HasPrefix(l, c) }) {
			n++
		}
	}
	return n
}
