package seq2seq_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/optimum/t5decoder"
	"github.com/nngen-go/nngen/internal/golden/optimum/t5encoder"
	"github.com/nngen-go/nngen/internal/golden/optimum/t5past"
	"github.com/nngen-go/nngen/internal/golden/seq2seq"
	nn "github.com/nngen-go/nngen/runtime"
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

// model is the three files, open.
type model struct {
	enc *t5encoder.Session
	dec *t5decoder.Session
}

func open(t *testing.T) model {
	enc, err := t5encoder.Open(golden.Model(t, "t5encoder", "optimum"), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, enc.Close()) })
	later, err := t5past.Open(golden.Model(t, "t5past", "optimum"), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, later.Close()) })
	dec, err := t5decoder.Open(golden.Model(t, "t5decoder", "optimum"), append(golden.Options(), nn.DecodeWith(later.Session))...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, dec.Close()) })
	return model{enc, dec}
}

// given are a case's inputs: the encoder's, and the decoder's without states.
func given(t *testing.T, file *golden.File, name string) (t5encoder.Inputs, t5decoder.Inputs) {
	array := func(key string) nn.Tensor {
		a, err := file.Array(name + "/" + key)
		require.NoError(t, err)
		return a.Tensor()
	}
	mask := array("in0.attention_mask")
	return t5encoder.Inputs{InputIDs: array("in0.input_ids"), AttentionMask: mask},
		t5decoder.Inputs{InputIDs: array("in1.input_ids"), EncoderAttentionMask: mask}
}

// want are a case's tokens, row by row.
func want(t *testing.T, file *golden.File, name string) [][]int64 {
	a, err := file.Array(name + "/ids")
	require.NoError(t, err)
	all, width := a.Tensor().Ints(), int(a.Tensor().Shape()[1])
	var out [][]int64
	for len(all) > 0 {
		out, all = append(out, all[:width]), all[width:]
	}
	return out
}

// TestGenerate holds generation over three files, as it is, with an edit of the
// decoder at each step, and with an edit of the encoder, to transformers' tokens.
func TestGenerate(t *testing.T) {
	m := open(t)
	file, err := golden.Open("t5decoder")
	require.NoError(t, err)
	ctx := t.Context()
	encode, err := seq2seq.CompileEncode(m.enc)
	require.NoError(t, err)
	quiet, err := seq2seq.CompileEncodeQuietly(m.enc)
	require.NoError(t, err)
	steer, err := seq2seq.CompileSteer(m.dec)
	require.NoError(t, err)
	more := nn.MaxNewTokens(12)
	for _, c := range []struct {
		name     string
		generate func(enc t5encoder.Inputs, dec t5decoder.Inputs) ([][]int64, error)
	}{
		{"greedy", func(enc t5encoder.Inputs, dec t5decoder.Inputs) ([][]int64, error) {
			states, err := encode.Run(ctx, enc)
			require.NoError(t, err)
			dec.EncoderHiddenStates = states
			return m.dec.Generate(ctx, dec, more)
		}},
		{"greedy_steer", func(enc t5encoder.Inputs, dec t5decoder.Inputs) ([][]int64, error) {
			states, err := encode.Run(ctx, enc)
			require.NoError(t, err)
			dec.EncoderHiddenStates = states
			v, err := file.Array("greedy_steer/arg.v")
			require.NoError(t, err)
			return steer.Generate(ctx, dec, v.Tensor(), more)
		}},
		{"greedy_steer", func(enc t5encoder.Inputs, dec t5decoder.Inputs) ([][]int64, error) {
			states, err := encode.Run(ctx, enc)
			require.NoError(t, err)
			dec.EncoderHiddenStates = states
			v, err := file.Array("greedy_steer/arg.v")
			require.NoError(t, err)
			return m.dec.InterpretGenerate(ctx, dec, func(m *t5decoder.Model) error {
				seq2seq.Steer(m, v.Tensor())
				return nil
			}, more)
		}},
		{"greedy_encoder", func(enc t5encoder.Inputs, dec t5decoder.Inputs) ([][]int64, error) {
			states, err := quiet.Run(ctx, enc)
			require.NoError(t, err)
			dec.EncoderHiddenStates = states
			return m.dec.Generate(ctx, dec, more)
		}},
	} {
		enc, dec := given(t, file, c.name)
		ids, err := c.generate(enc, dec)
		require.NoError(t, err, c.name)
		require.Equal(t, want(t, file, c.name), ids, c.name)
	}
}

// TestWhatLaterStepsLack holds that a trace which uses what the second file has
// not runs once, and says why it does not generate, compiled and interpreted.
func TestWhatLaterStepsLack(t *testing.T) {
	m := open(t)
	file, err := golden.Open("t5decoder")
	require.NoError(t, err)
	enc, dec := given(t, file, "greedy")
	encode, err := seq2seq.CompileEncode(m.enc)
	require.NoError(t, err)
	dec.EncoderHiddenStates, err = encode.Run(t.Context(), enc)
	require.NoError(t, err)
	keys, err := seq2seq.CompileKeys(m.dec)
	require.NoError(t, err)
	_, err = keys.Run(t.Context(), dec)
	require.NoError(t, err)
	_, err = keys.Generate(t.Context(), dec)
	require.ErrorContains(t, err, "NN3143")
	require.ErrorContains(t, err, "decoder.block.0.layer.1.EncDecAttention.k.output")
	_, err = m.dec.InterpretGenerate(t.Context(), dec, func(m *t5decoder.Model) error {
		seq2seq.Keys(m)
		return nil
	})
	require.ErrorContains(t, err, "decoder.block.0.layer.1.EncDecAttention.k has no output: it is not in t5past")
}

// TestDecodeWithoutLater holds that the file of the prompt alone generates the
// same tokens, from the whole sequence at every step.
func TestDecodeWithoutLater(t *testing.T) {
	m := open(t)
	file, err := golden.Open("t5decoder")
	require.NoError(t, err)
	enc, dec := given(t, file, "greedy")
	encode, err := seq2seq.CompileEncode(m.enc)
	require.NoError(t, err)
	dec.EncoderHiddenStates, err = encode.Run(t.Context(), enc)
	require.NoError(t, err)
	alone, err := t5decoder.Open(golden.Model(t, "t5decoder", "optimum"), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, alone.Close()) })
	ids, err := alone.Generate(t.Context(), dec, nn.MaxNewTokens(12))
	require.NoError(t, err)
	require.Equal(t, want(t, file, "greedy"), ids)
}

// TestCarriedOver holds a trace with calls, weights and conditions, carried over
// to the second file, to the interpreter; and that its edits change the tokens.
func TestCarriedOver(t *testing.T) {
	m := open(t)
	file, err := golden.Open("t5decoder")
	require.NoError(t, err)
	enc, dec := given(t, file, "greedy")
	encode, err := seq2seq.CompileEncode(m.enc)
	require.NoError(t, err)
	dec.EncoderHiddenStates, err = encode.Run(t.Context(), enc)
	require.NoError(t, err)
	array, err := file.Array("greedy_steer/arg.v")
	require.NoError(t, err)
	v := array.Tensor()
	mixed, err := seq2seq.CompileMixed(m.dec)
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, strong := range []bool{false, true} {
		compiled, err := mixed.Generate(t.Context(), dec, strong, v, nn.MaxNewTokens(8))
		require.NoError(t, err)
		interpreted, err := m.dec.InterpretGenerate(t.Context(), dec, func(m *t5decoder.Model) error {
			seq2seq.Mixed(m, strong, v)
			return nil
		}, nn.MaxNewTokens(8))
		require.NoError(t, err)
		require.Equal(t, interpreted, compiled)
		seen[fmt.Sprint(compiled)] = true
	}
	require.Len(t, seen, 2)
	require.NoError(t, mixed.Close())
	_, err = mixed.Generate(t.Context(), dec, true, v)
	require.ErrorContains(t, err, "closed")
}

// TestEdits holds that an edit of the first file's session stays in later steps,
// under plain, compiled and interpreted generation.
func TestEdits(t *testing.T) {
	m := open(t)
	file, err := golden.Open("t5decoder")
	require.NoError(t, err)
	enc, dec := given(t, file, "greedy_steer")
	encode, err := seq2seq.CompileEncode(m.enc)
	require.NoError(t, err)
	dec.EncoderHiddenStates, err = encode.Run(t.Context(), enc)
	require.NoError(t, err)
	v, err := file.Array("greedy_steer/arg.v")
	require.NoError(t, err)
	edited, err := m.dec.With(seq2seq.EditShift(v.Tensor()))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, edited.Close()) })
	ids, err := edited.Generate(t.Context(), dec, nn.MaxNewTokens(12))
	require.NoError(t, err)
	require.Equal(t, want(t, file, "greedy_steer"), ids)
	raw, err := seq2seq.CompileRaw(edited)
	require.NoError(t, err)
	ids, err = raw.Generate(t.Context(), dec, nn.MaxNewTokens(12))
	require.NoError(t, err)
	require.Equal(t, want(t, file, "greedy_steer"), ids)
	ids, err = edited.InterpretGenerate(t.Context(), dec, func(m *t5decoder.Model) error {
		seq2seq.Raw(m)
		return nil
	}, nn.MaxNewTokens(12))
	require.NoError(t, err)
	require.Equal(t, want(t, file, "greedy_steer"), ids)
}

// TestVisits holds that steps are counted over both files: the tokens are those of
// two steps steered by hand, with the cache that they leave.
func TestVisits(t *testing.T) {
	m := open(t)
	file, err := golden.Open("t5decoder")
	require.NoError(t, err)
	enc, dec := given(t, file, "greedy_steer")
	encode, err := seq2seq.CompileEncode(m.enc)
	require.NoError(t, err)
	dec.EncoderHiddenStates, err = encode.Run(t.Context(), enc)
	require.NoError(t, err)
	array, err := file.Array("greedy_steer/arg.v")
	require.NoError(t, err)
	v := array.Tensor()
	sometimes, err := seq2seq.CompileSometimes(m.dec)
	require.NoError(t, err)
	ids, err := sometimes.Generate(t.Context(), dec, v, nn.MaxNewTokens(6))
	require.NoError(t, err)
	step := 0
	byHand, err := m.dec.InterpretGenerate(t.Context(), dec, func(m *t5decoder.Model) error {
		if step == 1 || step == 3 {
			block := m.Decoder.Block.M0
			block.SetOutput(block.Output().Add(v))
		}
		step++
		return nil
	}, nn.MaxNewTokens(6))
	require.NoError(t, err)
	require.Equal(t, byHand, ids)
	require.NotEqual(t, want(t, file, "greedy")[0][:7], ids[0])
}
