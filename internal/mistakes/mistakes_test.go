package mistakes

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/cli"
	"github.com/nngen-go/nngen/internal/diag"
	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/project"
)

var update = flag.Bool("update", false, "write what nngen says into the cases, and the page")

const (
	accessors   = "github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	attachments = "github.com/nngen-go/nngen/internal/golden/attach/toys"
)

// TestMistakes holds what nngen says of each case to its file, and the page to
// the cases. A case that nngen neither refuses nor fails on is a wrong program
// that compiles silently.
func TestMistakes(t *testing.T) {
	cases := read(t)
	said := compile(t, cases)
	run(t, cases, said)
	refused := 0
	for _, m := range cases {
		got := said[m]
		if *update {
			m.setWant(t, got)
		}
		if m.fine == "" {
			assert.Regexp(t, `\[NN\d{4}\]|: panic in `, got, "%s: nngen accepts this silently", m.slug)
			refused++
		}
		assert.Equal(t, m.section("want"), got, m.slug)
	}
	require.GreaterOrEqual(t, refused, 60)
	page := render(cases)
	const file = "../../docs/mistakes.md"
	if *update {
		require.NoError(t, os.WriteFile(file, page, 0o644))
	}
	have, err := os.ReadFile(file)
	require.NoError(t, err)
	require.True(t, bytes.Equal(have, page), "docs/mistakes.md is stale: go test ./internal/mistakes -update")
}

// compile writes each case into a package of its own and gives what `nngen
// generate` says of it. The generated files of those that it accepts are written.
func compile(t *testing.T, cases []*mistake) map[*mistake]string {
	t.Helper()
	root, err := filepath.Abs("testdata")
	require.NoError(t, err)
	clear := func() {
		old, _ := filepath.Glob(filepath.Join(root, "run-*"))
		for _, d := range old {
			os.RemoveAll(d)
		}
	}
	clear()
	t.Cleanup(clear)
	dir := filepath.Join(root, "run-cases")
	for _, m := range cases {
		at := filepath.Join(dir, m.pkg())
		require.NoError(t, os.MkdirAll(at, 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(at, "main.go"), m.source(), 0o644))
	}
	said := map[*mistake]string{}
	// Generated code is checked once nothing else is wrong, so a second round may
	// find more: calls that do not fit it.
	for range 3 {
		var left []string
		for _, m := range cases {
			if said[m] == "" {
				left = append(left, "./"+m.pkg())
			}
		}
		diags := generate(t, dir, left...)
		if len(diags) == 0 {
			return said
		}
		tell(t, dir, cases, diags, said)
	}
	t.Fatal("the accepted cases are not accepted together")
	return nil
}

// tell prints the diagnostics of each case.
func tell(t *testing.T, dir string, cases []*mistake, diags diag.List, said map[*mistake]string) {
	t.Helper()
	byFolder := map[string]diag.List{}
	for _, d := range diags {
		byFolder[filepath.Dir(d.Pos.Filename)] = append(byFolder[filepath.Dir(d.Pos.Filename)], d)
	}
	for _, m := range cases {
		at := filepath.Join(dir, m.pkg())
		if len(byFolder[at]) > 0 {
			var b bytes.Buffer
			require.NoError(t, cli.PrintText(&b, at, byFolder[at]))
			said[m] = b.String()
			delete(byFolder, at)
		}
	}
	require.Empty(t, byFolder, "diagnostics at places of no case")
}

// generate writes what the folders come to, unless there are diagnostics.
func generate(t *testing.T, dir string, patterns ...string) diag.List {
	t.Helper()
	res, diags, err := project.Generate(context.Background(), project.Config{Dir: dir, Patterns: patterns})
	require.NoError(t, err)
	if len(diags) == 0 {
		for _, f := range res.Files {
			require.NoError(t, os.WriteFile(f.Path, f.Content, 0o644))
		}
	}
	return diags
}

// run builds the accepted cases into one program and adds what their runs say.
func run(t *testing.T, cases []*mistake, said map[*mistake]string) {
	t.Helper()
	dir := filepath.Join("testdata", "run-cases")
	var imports, calls strings.Builder
	n := 0
	for _, m := range cases {
		if said[m] != "" {
			continue
		}
		for _, way := range m.ways() {
			n++
			fmt.Fprintf(&calls, "\trun(%q, %s.%s)\n", m.slug+" "+strings.ToLower(way), m.pkg(), way)
		}
		if len(m.ways()) > 0 {
			fmt.Fprintf(&imports, "\t%s %q\n", m.pkg(), "github.com/nngen-go/nngen/internal/mistakes/testdata/run-cases/"+m.pkg())
		}
	}
	require.NotZero(t, n)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), fmt.Appendf(nil, program, imports.String(), calls.String()), 0o644))
	bin := filepath.Join(dir, "cases.exe")
	build := exec.Command("go", "build", "-o", bin, "./"+dir)
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	cmd := exec.Command(bin, golden.Model(t, "gpt2", "torchscript"))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err = cmd.Output()
	require.NoError(t, err, "%s", stderr.String())
	for _, m := range cases {
		for _, way := range m.ways() {
			if text, ok := output(string(out), m.slug+" "+strings.ToLower(way)); ok {
				said[m] += strings.ToLower(way) + ":\n" + text
			}
		}
	}
}

// output cuts what one call printed out of the program's output.
func output(all, name string) (string, bool) {
	_, rest, ok := strings.Cut(all, "== "+name+"\n")
	text, _, _ := strings.Cut(rest, "== ")
	text = folders.ReplaceAllString(text, "")
	var b strings.Builder
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		b.WriteString("\t" + line + "\n")
	}
	return b.String(), ok
}

// folders are what stands before the names of files of a case.
var folders = regexp.MustCompile(`[^\s"]*/run-cases/[a-z]+/`)

// program is the program that runs cases.
const program = `package main

import (
	"context"
	"fmt"
	"os"

%s
	"` + accessors + `"
)

var session *gpt2.Session

func main() {
	var err error
	if session, err = gpt2.Open(os.Args[1]); err != nil {
		panic(err)
	}
%s}

func run(name string, f func(context.Context, *gpt2.Session) error) {
	fmt.Println("==", name)
	defer func() {
		if r := recover(); r != nil {
			fmt.Println("panic:", r)
		}
	}()
	if err := f(context.Background(), session); err != nil {
		fmt.Println(err)
	}
}
`
