package seq2seq_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/optimum/t5decoder"
	"github.com/nngen-go/nngen/internal/golden/optimum/t5encoder"
	"github.com/nngen-go/nngen/internal/golden/seq2seq"
)

// TestGoldens holds the encoder and one run of the decoder to the reference,
// compiled and interpreted.
func TestGoldens(t *testing.T) {
	enc, err := t5encoder.Open(golden.Model(t, "t5encoder", "optimum"), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, enc.Close()) })
	golden.Run(t, "t5encoder", enc, []golden.Case{
		{Name: "half_attention", Trace: seq2seq.HalfAttention, Compile: seq2seq.CompileHalfAttention, Results: "h0 states"},
	})
	dec, err := t5decoder.Open(golden.Model(t, "t5decoder", "optimum"), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, dec.Close()) })
	golden.Run(t, "t5decoder", dec, []golden.Case{
		{Name: "raw", Trace: seq2seq.Raw, Compile: seq2seq.CompileRaw, Results: "logits"},
	})
}
