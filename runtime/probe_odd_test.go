package nn_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
	nn "github.com/nngen-go/nngen/runtime"
)

// oddModel looks token types up in a table of one entry, and masks with what is
// to be left out instead of what is to be kept.
func oddModel(t *testing.T) string {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 1))
	table := func(name string, rows, columns int64) *onnx.Tensor {
		v := make([]float64, rows*columns)
		for i := range v {
			v[i] = rng.NormFloat64()
		}
		x, err := onnx.NewTensor(name, tensor.Float32, []int64{rows, columns}, v)
		require.NoError(t, err)
		return x
	}
	scalar := func(name string, d tensor.DType, v float64) *onnx.Tensor {
		x, err := onnx.NewTensor(name, d, nil, []float64{v})
		require.NoError(t, err)
		return x
	}
	value := func(name string, d tensor.DType, more ...onnx.Dim) *onnx.ValueInfo {
		return onnx.NewValue(name, d, append([]onnx.Dim{{Size: -1, Param: "batch"}, {Size: -1, Param: "seq"}}, more...)...)
	}
	node := func(name, op, out string, in ...string) *onnx.Node {
		return &onnx.Node{Name: name, Op: op, Inputs: in, Outputs: []string{out}}
	}
	axes, err := onnx.NewTensor("axes", tensor.Int64, []int64{1}, []float64{2})
	require.NoError(t, err)
	m := &onnx.Model{IR: 8, Opsets: []onnx.Opset{{Version: 17}}, Graph: &onnx.Graph{
		Name: "odd",
		Inputs: []*onnx.ValueInfo{
			value("input_ids", tensor.Int64), value("token_type_ids", tensor.Int64),
			value("attention_mask", tensor.Int64),
		},
		Outputs: []*onnx.ValueInfo{value("logits", tensor.Float32, onnx.Dim{Size: 4})},
		Initializers: []*onnx.Tensor{
			table("words.weight", 9, 4), table("types.weight", 1, 4), axes,
			scalar("zero", tensor.Int64, 0), scalar("low", tensor.Float32, -3),
		},
		Nodes: []*onnx.Node{
			node("/words/Gather", "Gather", "w", "words.weight", "input_ids"), node("/types/Gather", "Gather", "t", "types.weight", "token_type_ids"),
			node("/Add", "Add", "h", "w", "t"), node("/Equal", "Equal", "left_out", "attention_mask", "zero"),
			node("/attn/Unsqueeze", "Unsqueeze", "m", "left_out", "axes"), node("/attn/Where", "Where", "logits", "m", "low", "h"),
		},
	}}
	data, err := onnx.Marshal(m)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "odd.onnx")
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}

// TestProberOddModel: ids stay within a table of one entry, and a mask that leaves
// nothing out is still seen to matter.
func TestProberOddModel(t *testing.T) {
	path := oddModel(t)
	f, err := onnx.Open(path)
	require.NoError(t, err)
	defer f.Close()
	spec, errs := modelspec.Infer(f.Model, modelspec.Options{Name: "odd"})
	require.NoError(t, errs.Err())
	p, err := nn.NewProber(path, spec, nn.Threads(1))
	require.NoError(t, err)
	defer func() { require.NoError(t, p.Close()) }()
	_, err = modelspec.Verify(ctx, spec, p, modelspec.VerifyOptions{})
	require.NoError(t, err)
	attn, ok := spec.Find("attn", nil)
	require.True(t, ok)
	require.Len(t, attn.Inputs, 2)
	for _, q := range attn.Inputs {
		require.Empty(t, q.Absent, q.Tensor)
		require.True(t, q.Checked, q.Tensor)
	}
}
