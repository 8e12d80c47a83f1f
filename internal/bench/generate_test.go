package bench

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/gen"
	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// BenchmarkGenerate is `nngen generate` on the demo, program start included, with
// what it needs of Go's build cache there. The limit is 3 s.
func BenchmarkGenerate(b *testing.B) {
	root, err := golden.Root()
	require.NoError(b, err)
	tool := filepath.Join(scratch, "nngen")
	build := exec.Command("go", "build", "-o", tool, "./cmd/nngen")
	build.Dir = root
	out, err := build.CombinedOutput()
	require.NoError(b, err, string(out))
	demo := b.TempDir() // a copy, so that stale files of the repository stay as they are
	require.NoError(b, os.CopyFS(demo, os.DirFS(filepath.Join(root, "examples", "demo"))))
	ownModule(b, root, demo)
	generate := func() {
		c := exec.Command(tool, "generate", "./...")
		c.Dir = demo
		c.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off")
		out, err := c.CombinedOutput()
		require.NoError(b, err, string(out))
	}
	generate()
	for b.Loop() {
		generate()
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s")
}

// ownModule makes the copied demo a module of its own that uses this one.
func ownModule(b *testing.B, root, demo string) {
	b.Helper()
	const module, own = "github.com/nngen-go/nngen", "example.com/demo"
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(b, err)
	text := strings.Replace(string(mod), "module "+module, "module "+own, 1)
	text += fmt.Sprintf("\nrequire %s v0.0.0\n\nreplace %s => %s\n", module, module, root)
	require.NoError(b, os.WriteFile(filepath.Join(demo, "go.mod"), []byte(text), 0o600))
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	require.NoError(b, err)
	require.NoError(b, os.WriteFile(filepath.Join(demo, "go.sum"), sum, 0o600))
	require.NoError(b, filepath.WalkDir(demo, func(path string, d os.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(path, []byte(strings.ReplaceAll(string(src), module+"/examples/demo", own)), 0o600)
	}))
}

// BenchmarkAccessors reads a spec of n modules and writes its accessors. The
// limit is 3 s for 10,000; us/module tells whether time grows with their number.
func BenchmarkAccessors(b *testing.B) {
	for _, n := range []int{1000, 2000, 5000, 10_000} {
		data := modelspec.Write(manyModules(n))
		for _, distinct := range []bool{false, true} {
			name := fmt.Sprintf("alike/%d", n)
			if distinct {
				data = modelspec.Write(distinctModules(n))
				name = fmt.Sprintf("distinct/%d", n)
			}
			b.Run(name, func(b *testing.B) {
				b.ReportAllocs()
				var bytes int
				for b.Loop() {
					spec, errs := modelspec.Read("many.nnspec.yaml", data)
					require.NoError(b, errs.Err())
					out, err := gen.Accessors(spec, "many", "many.nnspec.yaml")
					require.NoError(b, err)
					bytes = len(out)
				}
				each := b.Elapsed() / time.Duration(b.N)
				b.ReportMetric(each.Seconds(), "s")
				b.ReportMetric(float64(each.Microseconds())/float64(n), "us/module")
				b.ReportMetric(float64(bytes)/1024, "KB-out")
			})
		}
	}
}

// manyModules is a deep stack: blocks of ten modules, all of one shape.
func manyModules(n int) *modelspec.Spec { return stack(n, func(int) string { return "" }) }

// distinctModules has blocks of different classes, so that none share a type.
func distinctModules(n int) *modelspec.Spec {
	return stack(n, func(i int) string { return fmt.Sprint(i) })
}

func stack(n int, suffix func(i int) string) *modelspec.Spec {
	s := &modelspec.Spec{
		Version: modelspec.Version, Model: "many", Fingerprint: "sha256:" + strings.Repeat("0", 64), Opset: 17, IR: 8,
		Source: modelspec.FromNodeNames, Batch: "batch",
		Symbols: []modelspec.Symbol{{Name: "batch", Input: "x", Axis: 0}},
		Inputs:  []modelspec.Value{{Name: "x", Role: modelspec.RoleInput, Type: floats(64)}},
		Outputs: []modelspec.Value{{Name: "y", Role: modelspec.RoleOutput, Type: floats(64)}},
	}
	node := 0
	add := func(path, class string, width int64) {
		in, out := fmt.Sprint("t", node), fmt.Sprint("t", node+1)
		s.Modules = append(s.Modules, &modelspec.Module{
			Path: path, Class: class, Nodes: 1, Visits: 1,
			Inputs:  []*modelspec.Point{{Tensor: in, Role: modelspec.RoleInput, Type: floats(width), Node: node, Consumers: []int{node}}},
			Outputs: []*modelspec.Point{{Tensor: out, Role: modelspec.RoleOutput, Type: floats(width), Node: node}},
			Weights: map[string]string{"weight": path + ".weight"},
		})
		node++
	}
	add("", "Many", 64)
	s.Modules = append(s.Modules, &modelspec.Module{Path: "h", Visits: 1, Absent: "a list of modules"})
	for i := 0; len(s.Modules)+10 <= n; i++ {
		block := fmt.Sprintf("h.%d", i)
		add(block, "Block"+suffix(i), 64)
		for _, part := range []string{"attn", "attn.q", "attn.k", "attn.v", "attn.o", "mlp", "mlp.up", "mlp.gate", "mlp.down"} {
			add(block+"."+part, "Part"+suffix(i), 64)
		}
	}
	s.Counts = s.Count()
	return s
}

func floats(width int64) tensor.Type {
	return tensor.Type{DType: tensor.Float32, Shape: tensor.Shape{"batch", tensor.N(width)}}
}
