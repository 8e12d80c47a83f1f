package nn_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	nn "github.com/nngen-go/nngen/runtime"
)

// TestFoldedRows: a tensor whose rows stand in one axis with something else is
// read and written as a whole, and refused for the rows of one invoke; before, an
// invoke got the rows of all others.
func TestFoldedRows(t *testing.T) {
	s := open(t, "gpt2", "torchscript")
	in := nn.InvokeInputs{"input_ids": nn.From([]int64{1, 2, 3, 4}, 2, 2)}
	gemm := func(m *anyModel) nn.Operation {
		op, err := m.at(t, "transformer.h.0.attn.c_attn").Operation("Gemm")
		require.NoError(t, err)
		return op
	}
	require.NoError(t, nn.Interpret(ctx, s, in, func(m *anyModel) error {
		require.Equal(t, []int{4, 144}, gemm(m).Output().Shape())
		return nil
	}))
	for name, f := range map[string]func(m *anyModel){
		"read":  func(m *anyModel) { gemm(m).Output() },
		"write": func(m *anyModel) { gemm(m).SetOutput(nn.Zeros(nn.Float32, 4, 144)) },
	} {
		err := nn.InterpretTrace(ctx, s, func(tr *nn.Trace) error {
			nn.Invoke(tr, in, f)
			nn.Invoke(tr, in, func(m *anyModel) { m.Output() })
			tr.Run()
			return nil
		})
		require.ErrorContains(t, err, "NN3150", name)
	}
}
