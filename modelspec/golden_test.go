package modelspec

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

var update = flag.Bool("update", false, "write the golden files again")

// fixtures lists the models of testdata, as "net/exporter".
func fixtures(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../testdata/models/*/*.onnx")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	var out []string
	for _, f := range files {
		out = append(out, filepath.Base(filepath.Dir(f))+"/"+strings.TrimSuffix(filepath.Base(f), ".onnx"))
	}
	return out
}

func load(t testing.TB, name string) *onnx.Model {
	t.Helper()
	data, err := os.ReadFile("../testdata/models/" + name + ".onnx")
	require.NoError(t, err)
	m, err := onnx.Parse(data)
	require.NoError(t, err)
	return m
}

func inferred(t testing.TB, name string) *Spec {
	t.Helper()
	s, errs := Infer(load(t, name), Options{Name: strings.Split(name, "/")[0], File: name})
	require.Empty(t, errs)
	return s
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	path := filepath.Join("testdata", file)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "run go test ./modelspec -update and look at the difference")
}

func TestFixtures(t *testing.T) {
	unsure := map[string]int{"folded/torchscript": 2} // two results, and a tree of outputs
	for _, name := range fixtures(t) {
		t.Run(name, func(t *testing.T) {
			s := inferred(t, name)
			file := strings.ReplaceAll(name, "/", ".")
			golden(t, file+".nnspec.yaml", string(Write(s)))
			golden(t, file+".tree.txt", Tree(s, TreeOptions{}))
			back, errs := Read(file, Write(s))
			require.Empty(t, errs)
			require.Equal(t, string(Write(s)), string(Write(back)))
			require.Equal(t, s.Counts, back.Count())
			require.Equal(t, unsure[name], s.Counts.Unsure)
			for range 3 { // maps are walked in another order each time
				require.Equal(t, string(Write(s)), string(Write(inferred(t, name))))
			}
		})
	}
}

// TestShapesKnown: nothing in the fixtures is left to measure.
func TestShapesKnown(t *testing.T) {
	for _, name := range fixtures(t) {
		require.Empty(t, inferred(t, name).openTensors(), name)
	}
}

// TestExportersAgree: both exporters of one network give the same modules and the
// same main tensors, as many elements each: dynamo may merge the reshapes around a
// module's border, so that its input comes split into heads.
func TestExportersAgree(t *testing.T) {
	for _, net := range []string{"twolinear", "gpt2", "llama", "bert", "loopnet"} {
		a, b := inferred(t, net+"/torchscript"), inferred(t, net+"/dynamo")
		require.Equal(t, outline(a), outline(b), net)
	}
}

func outline(s *Spec) []string {
	var out []string
	for _, m := range s.Modules {
		line := m.Path + ":"
		for _, list := range [][]*Point{m.Inputs, m.Outputs} {
			for _, p := range list {
				if mainRole(p.Role) {
					n := tensor.N(1)
					for _, d := range p.Type.Shape {
						n = n.Mul(d)
					}
					line += " " + string(p.Role) + " " + string(n)
				}
			}
		}
		out = append(out, line)
	}
	return out
}
