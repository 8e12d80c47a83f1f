package seq2seq_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/seq2seq"
	"github.com/nngen-go/nngen/internal/golden/torchscript/t5"
	nn "github.com/nngen-go/nngen/runtime"
)

// TestWhole holds encoder and decoder in one file to the reference: one run, and
// generation, which continues the decoder's tokens and leaves the text alone.
func TestWhole(t *testing.T) {
	sess, err := t5.Open(golden.Model(t, "t5", "torchscript"), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	golden.Run(t, "t5", sess, []golden.Case{
		{Name: "raw", Trace: seq2seq.Whole, Compile: seq2seq.CompileWhole, Results: "logits"},
		{Name: "both", Trace: seq2seq.Both, Compile: seq2seq.CompileBoth, Args: "arg.v", Results: "logits"},
	})
	file, err := golden.Open("t5decoder")
	require.NoError(t, err)
	enc, dec := given(t, file, "greedy")
	in := t5.Inputs{InputIDs: enc.InputIDs, AttentionMask: enc.AttentionMask, DecoderInputIDs: dec.InputIDs}
	ids, err := sess.Generate(t.Context(), in, nn.MaxNewTokens(12))
	require.NoError(t, err)
	require.Equal(t, want(t, file, "greedy"), ids)
	steer, err := seq2seq.CompileSteerWhole(sess)
	require.NoError(t, err)
	v, err := file.Array("greedy_steer/arg.v")
	require.NoError(t, err)
	ids, err = steer.Generate(t.Context(), in, v.Tensor(), nn.MaxNewTokens(12))
	require.NoError(t, err)
	require.Equal(t, want(t, file, "greedy_steer"), ids)
}
