package ast_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/ast"
	"github.com/nngen-go/nngen/gen"
	"github.com/nngen-go/nngen/modelspec"
)

const loadModule = "github.com/nngen-go/nngen/ast/testdata/load/"

// accessorsOf generates the accessors of a fixture's spec for a folder of testdata/load.
func accessorsOf(t testing.TB, name string) map[string]ast.AccessorPackage {
	t.Helper()
	file := filepath.Join("testdata", "specs", name+".nnspec.yaml")
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	spec, diags := modelspec.Read(file, data)
	require.Empty(t, diags)
	src, err := gen.Accessors(spec, name, name+".nnspec.yaml")
	require.NoError(t, err)
	dir, err := filepath.Abs(filepath.Join("testdata", "load", name))
	require.NoError(t, err)
	return map[string]ast.AccessorPackage{loadModule + name: {Dir: dir, Spec: spec, SpecFile: file, Source: src}}
}

// TestLoad loads a tree as the command does: nothing is generated yet but a
// broken old file, and a helper lives in another package.
func TestLoad(t *testing.T) {
	start := time.Now()
	prog, diags := ast.Load("testdata/load", []string{"./..."}, accessorsOf(t, "gpt2"))
	require.Empty(t, diags)
	require.True(t, prog.HasTraces())
	traces, diags := ast.Compile(prog)
	require.Empty(t, diags)
	require.Len(t, traces, 1)
	require.Equal(t, "Steer", traces[0].Func)
	require.Equal(t, "probes.go", filepath.Base(traces[0].File))
	require.Len(t, traces[0].Plan.Nodes, 1)
	src, err := gen.Traces(traces[0].File, traces)
	require.NoError(t, err)
	out := filepath.Join(filepath.Dir(traces[0].File), "probes_nngen.go")
	require.NoError(t, prog.CheckGenerated(map[string][]byte{out: src}))
	require.ErrorContains(t, prog.CheckGenerated(map[string][]byte{out: []byte("package probes\n\nvar x int = true\n")}), "internal error")
	_, ok := prog.Lookup(loadModule+"probes", "Use")
	require.True(t, ok)
	t.Logf("loaded and compiled in %v", time.Since(start))
}

func TestLoadErrors(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	_, diags := ast.Load(dir, []string{"./..."}, nil)
	require.Len(t, diags, 1)
	require.Equal(t, "NN1101", diags[0].Code)

	write("go.mod", "module example.com/app\n\ngo 1.26\n")
	write("p/p.go", "package p\n\nimport _ \""+ast.RuntimePath+"\"\n\n//nngen:trace\nfunc F() {\n")
	_, diags = ast.Load(dir, []string{"./..."}, nil)
	require.NotEmpty(t, diags)
}

// TestHelpers loads helpers of another package: what they may hold, and a
// package that cannot be imported.
func TestHelpers(t *testing.T) {
	compileWith := func(body, helpers string) []string {
		dir, err := filepath.Abs("testdata/load")
		require.NoError(t, err)
		tmp, err := os.MkdirTemp(dir, "tmp")
		require.NoError(t, err)
		t.Cleanup(func() { _ = os.RemoveAll(tmp) })
		base := loadModule + filepath.Base(tmp)
		for name, text := range map[string]string{"help/help.go": helpers, "p/p.go": strings.ReplaceAll(body, "HELP", base+"/help")} {
			require.NoError(t, os.MkdirAll(filepath.Join(tmp, filepath.Dir(name)), 0o755))
			require.NoError(t, os.WriteFile(filepath.Join(tmp, name), []byte(text), 0o644))
		}
		prog, diags := ast.Load(tmp, []string{"./..."}, accessorsOf(t, "gpt2"))
		if len(diags) == 0 {
			_, diags = ast.Compile(prog)
		}
		var codes []string
		for _, d := range diags {
			codes = append(codes, d.Code)
		}
		return codes
	}
	const head = "package p\n\nimport (\n\t\"" + loadModule + "gpt2\"\n\thelp \"HELP\"\n\tnn \"" + ast.RuntimePath + "\"\n)\n\n"
	const lib = "package help\n\nimport nn \"" + ast.RuntimePath + "\"\n\n"
	use := head + "//nngen:trace\nfunc F(m *gpt2.Model) (float32, nn.Tensor) { h := m.LMHead.Output(); return help.Host(h), h }\n"
	require.Empty(t, compileWith(use, lib+"func Host(h nn.Tensor) float32 { return Twice(h.Norm().Item()) }\n\nfunc Twice(x float32) float32 { return 2 * x }\n"))
	require.Equal(t, []string{"NN1210"}, compileWith(use, lib+"func Host(h nn.Tensor) float32 { return twice(h.Norm().Item()) }\n\nfunc twice(x float32) float32 { return 2 * x }\n"))
	require.Equal(t, []string{"NN1103"}, compileWith(use, lib+"func Host(h nn.Tensor) int { return 0 }\n"))
	missing := strings.Replace(use, "help \"HELP\"", "help \"HELP\"\n\t_ \"example.com/not/there\"", 1)
	require.Equal(t, []string{"NN1104"}, compileWith(missing, lib+"func Host(h nn.Tensor) float32 { return 0 }\n"))
}

// TestLoadUnreadable: a file that the go command leaves out is reported, though
// the package has others.
func TestLoadUnreadable(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.com/app\n\ngo 1.26\n", "a.go": "package app\n", "b.go": "package app\n\x00func B() {}\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	_, diags := ast.Load(dir, []string{"./..."}, nil)
	require.Len(t, diags, 1)
	require.Equal(t, "NN1101", diags[0].Code)
	require.Equal(t, filepath.Join(dir, "b.go"), diags[0].Pos.Filename)
	require.Contains(t, diags[0].Message, "NUL")
}
