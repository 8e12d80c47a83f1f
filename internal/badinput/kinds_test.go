package badinput

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// specOf writes a model, runs nngen spec on it, and gives the spec and what was printed.
func specOf(t *testing.T, m *onnx.Model) (*modelspec.Spec, string) {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, "net.onnx", m)
	code, out := nngen(t, dir, "spec", "net.onnx")
	require.Zero(t, code, out)
	data, err := os.ReadFile(filepath.Join(dir, "net.nnspec.yaml"))
	require.NoError(t, err)
	s, errs := modelspec.Read("net.nnspec.yaml", data)
	require.Empty(t, errs)
	return s, out
}

// absent gives, by module, why it or its points are absent.
func absent(s *modelspec.Spec) map[string]string {
	out := map[string]string{}
	for _, m := range s.Modules {
		if m.Absent != "" {
			out[m.Path] = m.Absent
		}
		for _, list := range [][]*modelspec.Point{m.Inputs, m.Outputs} {
			for _, p := range list {
				if p.Absent != "" {
					out[m.Path+"/"+p.Tensor] = p.Absent
				}
			}
		}
	}
	return out
}

// TestFusedModel: onnxruntime's own SkipLayerNormalization joins the residual
// Add of one module with the norm of the next: no tensor is left for some points.
func TestFusedModel(t *testing.T) {
	g := &onnx.Graph{
		Name: "fused", Inputs: []*onnx.ValueInfo{value("x", tensor.Float32, "batch", "seq", 8)},
		Outputs: []*onnx.ValueInfo{value("y", tensor.Float32, "batch", "seq", 8)},
		Initializers: []*onnx.Tensor{
			weight(t, "h.0.attn.weight", tensor.Float32, 8, 8), weight(t, "h.0.mlp.weight", tensor.Float32, 8, 8),
			weight(t, "h.0.ln_2.weight", tensor.Float32, 8), weight(t, "ln_f.weight", tensor.Float32, 8),
		},
		Nodes: []*onnx.Node{
			onnx.NewNode("MatMul", "/h.0/attn/MatMul", []string{"x", "h.0.attn.weight"}, []string{"a"}),
			microsoft(onnx.NewNode("SkipSimplifiedLayerNormalization", "/h.0/ln_2/SkipLayerNorm", []string{"x", "a", "h.0.ln_2.weight"},
				[]string{"n", "", "", "r"}, onnx.FloatAttr("epsilon", 1e-5))),
			onnx.NewNode("MatMul", "/h.0/mlp/MatMul", []string{"n", "h.0.mlp.weight"}, []string{"m"}),
			microsoft(onnx.NewNode("SkipSimplifiedLayerNormalization", "/ln_f/SkipLayerNorm", []string{"r", "m", "ln_f.weight"},
				[]string{"y"}, onnx.FloatAttr("epsilon", 1e-5))),
		},
	}
	s, out := specOf(t, newModel(g, onnx.Opset{Domain: "com.microsoft", Version: 1}))
	notes := strings.Join(s.Notes, "\n")
	require.Contains(t, notes, "fused: 2 SkipSimplifiedLayerNormalization nodes")
	require.Contains(t, out, "fused")
	missing := absent(s)
	const before, after = "adds the residual stream and normalises in one: the sum is not a tensor before it", "the sum that it gives is made inside the fused"
	require.Contains(t, missing["h.0.ln_2/x"], before)
	require.Contains(t, missing["ln_f/m"], before)
	require.Contains(t, missing["h.0/m"], after)
	require.Contains(t, missing["h.0/m"], "/ln_f/SkipLayerNorm")
	require.NotContains(t, missing, "h.0.ln_2/n", "the normalised value is a tensor")
	for _, m := range s.Modules {
		for _, p := range m.Outputs {
			if p.Role == modelspec.RoleOutput {
				require.True(t, p.Checked, "%s %s", m.Path, p.Tensor)
			}
		}
	}
}

func microsoft(n *onnx.Node) *onnx.Node {
	n.Domain = "com.microsoft"
	return n
}

// TestQuantisedModels: weights that are codes are no weights to read, and the spec says so.
func TestQuantisedModels(t *testing.T) {
	scale, err := onnx.NewTensor("scale", tensor.Float32, []int64{}, []float32{0.05})
	require.NoError(t, err)
	zero, err := onnx.NewTensor("zero", tensor.Uint8, []int64{}, []int{128})
	require.NoError(t, err)
	qdq := &onnx.Graph{
		Name: "qdq", Inputs: []*onnx.ValueInfo{value("x", tensor.Float32, "batch", 8)},
		Outputs:      []*onnx.ValueInfo{value("y", tensor.Float32, "batch", 8)},
		Initializers: []*onnx.Tensor{weight(t, "fc.weight_quantized", tensor.Uint8, 8, 8), scale, zero},
		Nodes: []*onnx.Node{
			onnx.NewNode("QuantizeLinear", "/fc/QuantizeLinear", []string{"x", "scale", "zero"}, []string{"xq"}),
			onnx.NewNode("DequantizeLinear", "/fc/DequantizeLinear", []string{"xq", "scale", "zero"}, []string{"xd"}),
			onnx.NewNode("DequantizeLinear", "/fc/DequantizeLinear_1", []string{"fc.weight_quantized", "scale", "zero"}, []string{"wd"}),
			onnx.NewNode("MatMul", "/fc/MatMul", []string{"xd", "wd"}, []string{"m"}),
			onnx.NewNode("Relu", "/act/Relu", []string{"m"}, []string{"y"}),
		},
	}
	s, out := specOf(t, newModel(qdq))
	require.Contains(t, strings.Join(s.Notes, "\n"), "quantised: 2 DequantizeLinear nodes: their weights are codes")
	require.Contains(t, out, "quantised")

	nbits := &onnx.Graph{
		Name: "nbits", Inputs: []*onnx.ValueInfo{value("x", tensor.Float32, "batch", "seq", 32)},
		Outputs: []*onnx.ValueInfo{value("y", tensor.Float32, "batch", "seq", 16)},
		Initializers: []*onnx.Tensor{
			weight(t, "fc.weight_Q4", tensor.Uint8, 16, 2, 8), weight(t, "fc.weight_scales", tensor.Float32, 32),
		},
		Nodes: []*onnx.Node{
			microsoft(onnx.NewNode("MatMulNBits", "/fc/MatMul_Q4", []string{"x", "fc.weight_Q4", "fc.weight_scales"}, []string{"m"},
				onnx.IntAttr("K", 32), onnx.IntAttr("N", 16), onnx.IntAttr("bits", 4), onnx.IntAttr("block_size", 16))),
			onnx.NewNode("Tanh", "/act/Tanh", []string{"m"}, []string{"y"}),
		},
	}
	s, out = specOf(t, newModel(nbits, onnx.Opset{Domain: "com.microsoft", Version: 1}))
	require.Contains(t, out, "quantised")
	require.Contains(t, strings.Join(s.Notes, "\n"), "quantised: 1 MatMulNBits nodes: their weights are codes")
}

// TestHiddenModel: a network that is inside of an If, as decoders merged with
// their first step are.
func TestHiddenModel(t *testing.T) {
	body := func(name string, w string) *onnx.Graph {
		return &onnx.Graph{
			Name: name, Outputs: []*onnx.ValueInfo{value(name+".y", tensor.Float32, "batch", 8)},
			Nodes: []*onnx.Node{
				onnx.NewNode("MatMul", "/h.0/MatMul_"+name, []string{"x", w}, []string{name + ".a"}),
				onnx.NewNode("Relu", "/h.0/Relu_"+name, []string{name + ".a"}, []string{name + ".b"}),
				onnx.NewNode("MatMul", "/h.1/MatMul_"+name, []string{name + ".b", w}, []string{name + ".c"}),
				onnx.NewNode("Tanh", "/h.1/Tanh_"+name, []string{name + ".c"}, []string{name + ".y"}),
			},
		}
	}
	g := &onnx.Graph{
		Name: "merged", Inputs: []*onnx.ValueInfo{value("x", tensor.Float32, "batch", 8), value("use_cache_branch", tensor.Bool, 1)},
		Outputs:      []*onnx.ValueInfo{value("y", tensor.Float32, "batch", 8)},
		Initializers: []*onnx.Tensor{weight(t, "w", tensor.Float32, 8, 8)},
		Nodes: []*onnx.Node{
			onnx.NewNode("If", "/If", []string{"use_cache_branch"}, []string{"y"},
				onnx.GraphAttr("then_branch", body("then", "w")), onnx.GraphAttr("else_branch", body("else", "w"))),
		},
	}
	s, out := specOf(t, newModel(g))
	require.Contains(t, out, "hidden: 8 nodes are inside branches and loops, 1 outside: points in branches are absent")
	missing := absent(s)
	for _, path := range []string{"h", "h.0", "h.1"} {
		require.Equal(t, `inside the branch of If node "/If"`, missing[path])
	}
	require.Equal(t, "a write there does not move the result", missing["/use_cache_branch"], "both branches compute the same here")
}
