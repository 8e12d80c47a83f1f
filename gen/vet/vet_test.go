package vet_test

import (
	"flag"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"github.com/nngen-go/nngen/gen/vet"
)

var update = flag.Bool("update", false, "write golden files")

func TestValid(t *testing.T) { require.NoError(t, analysis.Validate(vet.All())) }

// analyse runs the analyzer over packages of testdata/src.
func analyse(t *testing.T, tests bool, names ...string) *checker.Graph {
	t.Helper()
	var patterns []string
	for _, n := range names {
		patterns = append(patterns, "./testdata/src/"+n)
	}
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadSyntax | packages.NeedModule, Tests: tests}, patterns...)
	require.NoError(t, err)
	for _, p := range pkgs {
		require.Empty(t, p.Errors, p.ID)
	}
	g, err := checker.Analyze([]*analysis.Analyzer{vet.Analyzer}, pkgs, nil)
	require.NoError(t, err)
	return g
}

// found lists what was reported: "file:line: message".
func found(t *testing.T, g *checker.Graph) []string {
	var out []string
	for _, a := range g.Roots {
		require.NoError(t, a.Err)
		for _, d := range a.Diagnostics {
			p := a.Package.Fset.Position(d.Pos)
			require.Regexp(t, `^NN\d{4}$`, d.Category)
			require.Regexp(t, `errors\.md#nn\d{4}-`, d.URL)
			require.False(t, d.End.IsValid() && d.End < d.Pos)
			out = append(out, fmt.Sprintf("%s:%d: %s", filepath.Base(p.Filename), p.Line, d.Message))
		}
	}
	return slices.Compact(out)
}

var (
	comment = regexp.MustCompile(`// want ((?:"(?:[^"\\]|\\.)*"\s*)+)`)
	quoted  = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)
)

// TestWants holds the analyzer to the comments in testdata: each names what its
// line is reported for, and there is nothing else.
func TestWants(t *testing.T) {
	for pkg, files := range map[string][]string{
		"wrong": {"wrong/wrong.go"}, "runs": {"runs/runs.go"}, "clean": {"clean/clean.go"}, "tests": {"tests/tests_test.go"},
		"helped": {"helped/helped.go", "help/help.go"}, // the mistake is in a package without traces
	} {
		t.Run(pkg, func(t *testing.T) {
			got := found(t, analyse(t, pkg == "tests", pkg))
			for _, f := range files {
				src, err := os.ReadFile(filepath.Join("testdata/src", f))
				require.NoError(t, err)
				for i, line := range strings.Split(string(src), "\n") {
					m := comment.FindStringSubmatch(line)
					if m == nil {
						continue
					}
					for _, w := range quoted.FindAllStringSubmatch(m[1], -1) {
						re := regexp.MustCompile(fmt.Sprintf(`^%s:%d: .*%s`, filepath.Base(f), i+1, w[1]))
						at := slices.IndexFunc(got, re.MatchString)
						require.GreaterOrEqual(t, at, 0, "%s:%d: nothing matches %q of\n%s", f, i+1, w[1], strings.Join(got, "\n"))
						got = slices.Delete(got, at, at+1)
					}
				}
			}
			require.Empty(t, got)
		})
	}
}

// TestFixes applies every suggested fix; the result parses.
func TestFixes(t *testing.T) {
	g := analyse(t, false, "runs")
	file := filepath.Join("testdata", "src", "runs", "runs.go")
	src, err := os.ReadFile(file)
	require.NoError(t, err)
	var edits []analysis.TextEdit
	var messages []string
	a := g.Roots[0]
	for _, d := range a.Diagnostics {
		for _, f := range d.SuggestedFixes {
			messages = append(messages, f.Message)
			edits = append(edits, f.TextEdits...)
		}
	}
	require.Equal(t, []string{"run the trace", "run the trace", "assign the result to h", "write the result back with SetInput", "assign the result to h"}, messages)
	slices.SortFunc(edits, func(a, b analysis.TextEdit) int { return int(b.Pos - a.Pos) })
	for _, e := range edits {
		from, to := a.Package.Fset.Position(e.Pos).Offset, a.Package.Fset.Position(e.End).Offset
		src = slices.Concat(src[:from], e.NewText, src[to:])
	}
	_, err = parser.ParseFile(token.NewFileSet(), "fixed.go", src, 0)
	require.NoError(t, err)
	golden := file + ".golden"
	if *update {
		require.NoError(t, os.WriteFile(golden, src, 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), string(src))
}
