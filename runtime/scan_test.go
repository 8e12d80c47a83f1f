package nn_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/tensor"
	nn "github.com/nngen-go/nngen/runtime"
)

// dims are the sizes of a shape; every one must be known.
func dims(t *testing.T, typ nn.Type) []int64 {
	t.Helper()
	out := make([]int64, len(typ.Shape))
	for i, d := range typ.Shape {
		n, ok := d.Const()
		require.True(t, ok, "%s", typ)
		out[i] = n
	}
	return out
}

// A scan gives the shapes that nnsight's gives, and those of a run, at every point.
func TestScan(t *testing.T) {
	f, s := goldens(t, "tracing"), open(t, "llama", "torchscript")
	in := inputs(t, f, s, "scan/in.")
	before := in["input_ids"].Ints()
	scan, err := s.Scan(in)
	require.NoError(t, err)
	require.Equal(t, before, in["input_ids"].Ints())
	for path, name := range map[string]string{"model.layers.0.self_attn.q_proj": "q", "model.layers.0": "h0", "lm_head": "logits"} {
		m, ok := scan.At(path)
		require.True(t, ok)
		typ, ok := m.Output()
		require.True(t, ok)
		require.Equal(t, array(t, f, "scan/"+name).Ints, dims(t, typ), path)
		require.Equal(t, tensor.Float32, typ.DType)
	}
	require.NoError(t, nn.Interpret(ctx, s, in, func(m *anyModel) error {
		got := m.at(t, "model.layers.1.mlp").Output()
		sc, _ := scan.At("model.layers.1.mlp")
		typ, _ := sc.Output()
		for i, n := range dims(t, typ) {
			require.EqualValues(t, got.Shape()[i], n)
		}
		return nil
	}))
	_, ok := scan.At("no.such")
	require.False(t, ok)
	_, err = s.Scan(nn.InvokeInputs{"input_ids": nn.From([]float32{1})})
	require.ErrorContains(t, err, "NN3123")

	two, err := s.Scan(in, nn.InvokeInputs{"input_ids": nn.From([]int64{1, 2, 3}, 1, 3)})
	require.NoError(t, err)
	m, _ := two.At("lm_head")
	typ, _ := m.Output()
	require.Equal(t, int64(3), dims(t, typ)[0], "the rows of both invokes, padded")
	require.Equal(t, int64(6), dims(t, typ)[1])
}
