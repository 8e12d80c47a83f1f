package nn_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	nn "github.com/nngen-go/nngen/runtime"
)

// TestReleaseAfterWrite: a written tensor is the run's until it ends, and freed then.
func TestReleaseAfterWrite(t *testing.T) {
	sess := open(t, "twolinear", "torchscript")
	in := nn.InvokeInputs{"x": nn.From([]float32{1, 2, 3, 4}, 1, 4)}
	write := func(release bool) (out []float32) {
		var written nn.Tensor
		err := nn.Interpret(context.Background(), sess, in, func(m *anyModel) error {
			fc1 := m.at(t, "fc1")
			written = fc1.Output().Scale(2)
			fc1.SetOutput(written)
			if release {
				written.Release()
			}
			out = m.Output().Float32s()
			return nil
		})
		require.NoError(t, err)
		if release {
			require.Panics(t, func() { written.Float32s() })
		} else {
			written.Float32s()
		}
		return out
	}
	require.Equal(t, write(false), write(true))
}
