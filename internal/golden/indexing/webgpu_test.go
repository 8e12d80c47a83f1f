package indexing_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/indexing"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

// TestWebGPUViews reads and writes views of fused projections on a device, and
// holds them to the processor's.
func TestWebGPUViews(t *testing.T) {
	golden.NeedsWebGPU(t)
	sess, err := gpt2.Open(golden.Model(t, "gpt2", "torchscript"), append(golden.Options(), nn.WebGPU())...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	var read, written [2][]nn.Tensor
	for i, s := range []*gpt2.Session{open(t), sess} {
		c, err := indexing.CompileFused(s)
		require.NoError(t, err)
		defer c.Close()
		read[i], err = run(c.Run, text)
		require.NoError(t, err)
		w, err := indexing.CompileNoQueries(s)
		require.NoError(t, err)
		defer w.Close()
		logits, err := w.Run(ctx, text, []int{0, 2}, 0.5)
		require.NoError(t, err)
		written[i] = list(logits)
	}
	close := func(a, b []nn.Tensor) {
		require.Len(t, b, len(a))
		for i := range a {
			require.Equal(t, a[i].Shape(), b[i].Shape())
			require.InDeltaSlice(t, a[i].Float32s(), b[i].Float32s(), 1e-3)
		}
	}
	close(read[0], read[1])
	close(written[0], written[1])
	require.NotEqual(t, read[1][len(read[1])-1].Float32s(), written[1][0].Float32s(), "the write moves the output")
	alike := interpret(t, sess, text, func(m *gpt2.Model) []nn.Tensor { return list(indexing.Fused(m)) })
	close(read[0], alike)
}
