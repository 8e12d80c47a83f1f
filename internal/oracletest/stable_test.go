package oracletest

import (
	"fmt"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/ast"
	"github.com/nngen-go/nngen/gen"
)

// TestSeeds holds that a seed stands for one program, whatever came before it:
// what a run found is found again by its seed alone.
func TestSeeds(t *testing.T) {
	s := newSuite(t)
	functions := programs(s.nets)
	for i := range 200 {
		require.Equal(t, unitOf(functions.Example(i), "A").source, unitOf(programs(s.nets).Example(i), "A").source, "seed %d", i)
	}
}

// TestGenerated holds what is generated for random functions: twice the same
// bytes, the same bytes in another folder, as gofmt leaves it, and nothing that
// go vet minds.
func TestGenerated(t *testing.T) {
	s := newSuite(t)
	units, err := readCorpus(filepath.Join("testdata", "corpus"))
	require.NoError(t, err)
	functions := programs(s.nets)
	for i := range 60 {
		units = append(units, unitOf(functions.Example(1_000_000+i), fmt.Sprintf("Seed%d", i)))
	}
	one, other := s.written(t, units), s.written(t, units)
	files := generated(t, one)
	require.Greater(t, len(files), len(units)/2)
	require.Equal(t, files, generated(t, one), "generated twice")
	require.Equal(t, files, generated(t, other), "generated in another folder")
	for name, text := range files {
		want, err := format.Source([]byte(text))
		require.NoError(t, err, name)
		require.Equal(t, string(want), text, name)
		require.NoError(t, os.WriteFile(filepath.Join(one.dir, name), []byte(text), 0o644))
	}
	vet := exec.Command("go", "vet", ".")
	vet.Dir = one.dir
	out, _ := vet.CombinedOutput()
	for _, line := range strings.Split(string(out), "\n") {
		require.False(t, strings.Contains(line, "_nngen.go:") || strings.Contains(line, "vet: "), "%s", out)
	}
}

// written is a package of units in a folder of its own, with an empty main.
func (s *suite) written(t *testing.T, units []*unit) *batch {
	b, err := newBatch(s.root, s.nets, units)
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(b.dir) })
	require.NoError(t, b.write())
	require.NoError(t, os.WriteFile(filepath.Join(b.dir, "main.go"), []byte("package main\n\nfunc main() {}\n"), 0o644))
	return b
}

// generated gives the text of each generated file, by its base name.
func generated(t *testing.T, b *batch) map[string]string {
	_, traces, err := b.traces()
	require.NoError(t, err)
	out := map[string]string{}
	for _, tr := range traces {
		src, err := gen.Traces(tr.File, []*ast.Trace{tr})
		require.NoError(t, err, tr.Func)
		out[filepath.Base(gen.OutputName(tr.File))] = string(src)
	}
	return out
}
