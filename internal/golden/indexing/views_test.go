package indexing_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden/indexing"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

func TestViews(t *testing.T) {
	sess := open(t)
	c, err := indexing.CompileFused(sess)
	require.NoError(t, err)
	defer c.Close()
	got, err := run(c.Run, text)
	require.NoError(t, err)
	alike(t, interpret(t, sess, text, func(m *gpt2.Model) []nn.Tensor { return list(indexing.Fused(m)) }), got)
	for i := range 3 {
		part := got[3].At(nn.Ellipsis, nn.Range(48*i, 48*(i+1))).Reshape(2, 4, 4, 12).Permute(0, 2, 1, 3)
		require.Equal(t, part.Float32s(), got[i].Float32s())
	}
	err = sess.Interpret(ctx, text, func(m *gpt2.Model) error {
		m.Transformer.H[0].Attn.View("q")
		return nil
	})
	require.ErrorContains(t, err, `transformer.h.0.attn has no view "q"; it has none [NN3159]`)
}

// TestWriteViews: writing parts is writing the whole with these parts in it.
func TestWriteViews(t *testing.T) {
	sess := open(t)
	c, err := indexing.CompileNoQueries(sess)
	require.NoError(t, err)
	defer c.Close()
	hand, err := indexing.CompileByHand(sess)
	require.NoError(t, err)
	defer hand.Close()
	got, err := c.Run(ctx, text, []int{0, 2}, 0.5)
	require.NoError(t, err)
	want, err := hand.Run(ctx, text, []int{0, 2}, 0.5)
	require.NoError(t, err)
	alike(t, list(want), list(got))
	alike(t, interpret(t, sess, text, func(m *gpt2.Model) []nn.Tensor {
		return list(indexing.NoQueries(m, []int{0, 2}, 0.5))
	}), list(got))
	other, err := c.Run(ctx, text, []int{1}, 0.5)
	require.NoError(t, err)
	require.Greater(t, other.Sub(got).NormMax().Item(), float32(1e-4), "which heads matters")
}
