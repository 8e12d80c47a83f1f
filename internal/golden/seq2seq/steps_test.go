package seq2seq_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/optimum/t5decoder"
	"github.com/nngen-go/nngen/internal/golden/optimum/t5past"
	"github.com/nngen-go/nngen/internal/golden/seq2seq"
	nn "github.com/nngen-go/nngen/runtime"
)

// decoding gives the decoder's inputs of a case, its tokens and its vector.
func decoding(t *testing.T, m model) (dec t5decoder.Inputs, ids [][]int64, v nn.Tensor) {
	file, err := golden.Open("t5decoder")
	require.NoError(t, err)
	enc, dec := given(t, file, "greedy_steer")
	encode, err := seq2seq.CompileEncode(m.enc)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, encode.Close()) })
	dec.EncoderHiddenStates, err = encode.Run(t.Context(), enc)
	require.NoError(t, err)
	a, err := file.Array("greedy_steer/arg.v")
	require.NoError(t, err)
	return dec, want(t, file, "greedy_steer"), a.Tensor()
}

const most = 12 // tokens, of the goldens

// TestStepsOfTwoFiles holds a loop over steps that two files run to the golden
// tokens, interpreted and compiled.
func TestStepsOfTwoFiles(t *testing.T) {
	m := open(t)
	dec, want, v := decoding(t, m)
	var h, got []nn.Tensor
	var result nn.Tensor
	ids, err := m.dec.InterpretGenerate(t.Context(), dec, func(m *t5decoder.Model) error {
		h, result = seq2seq.SteerSteps(m, v)
		return nil
	}, nn.MaxNewTokens(most))
	require.NoError(t, err)
	require.Equal(t, want, ids)
	require.Equal(t, ids[0], result.At(0).Ints()[:len(ids[0])])
	c, err := seq2seq.CompileSteerSteps(m.dec)
	require.NoError(t, err)
	defer c.Close()
	ids, got, result, err = c.Generate(t.Context(), dec, v, nn.MaxNewTokens(most))
	require.NoError(t, err)
	require.Equal(t, want, ids)
	require.Equal(t, ids[0], result.At(0).Ints()[:len(ids[0])])
	require.Len(t, got, len(h))
	for i := range h {
		require.InDeltaSlice(t, h[i].Float32s(), got[i].Float32s(), 1e-4, "step %d", i)
	}
}

// TestSomeStepsOfTwoFiles holds what single steps do, what a cache keeps of all
// of them and what Go carries over the change of files to each other.
func TestSomeStepsOfTwoFiles(t *testing.T) {
	m := open(t)
	dec, steered, v := decoding(t, m)
	var kept *t5decoder.Cache
	var first, last nn.Tensor
	var norms []float32
	want, err := m.dec.InterpretGenerate(t.Context(), dec, func(m *t5decoder.Model) error {
		kept, first, last, norms = seq2seq.SomeSteps(m, v)
		return nil
	}, nn.MaxNewTokens(6))
	require.NoError(t, err)
	require.NotEqual(t, steered, want)
	c, err := seq2seq.CompileSomeSteps(m.dec)
	require.NoError(t, err)
	defer c.Close()
	ids, gotKept, gotFirst, gotLast, gotNorms, err := c.Generate(t.Context(), dec, v, nn.MaxNewTokens(6))
	require.NoError(t, err)
	require.Equal(t, want, ids)
	require.Len(t, norms, 4)
	require.InDeltaSlice(t, norms, gotNorms, 1e-3)
	require.InDeltaSlice(t, first.Float32s(), gotFirst.Float32s(), 1e-4)
	require.InDeltaSlice(t, last.Float32s(), gotLast.Float32s(), 1e-4)
	for name, pair := range map[string][2][]nn.Entry{
		"block":   {kept.Decoder.Block.M0.Entries(), gotKept.Decoder.Block.M0.Entries()},
		"lm_head": {kept.LMHead.Entries(), gotKept.LMHead.Entries()},
	} {
		require.Len(t, pair[0], 6, name)
		require.Len(t, pair[1], 6, name)
		for i := range pair[0] {
			require.InDeltaSlice(t, pair[0][i].Output.Float32s(), pair[1][i].Output.Float32s(), 1e-4, "%s at step %d", name, i)
		}
	}
}

// TestCachesOfTwoFiles holds a cache of a trace that names no steps to the
// interpreter's, over steps that two files run.
func TestCachesOfTwoFiles(t *testing.T) {
	m := open(t)
	dec, _, _ := decoding(t, m)
	var kept *t5decoder.Cache
	_, err := m.dec.InterpretGenerate(t.Context(), dec, func(m *t5decoder.Model) error {
		kept = seq2seq.KeepBlock(m)
		return nil
	}, nn.MaxNewTokens(4))
	require.NoError(t, err)
	c, err := seq2seq.CompileKeepBlock(m.dec)
	require.NoError(t, err)
	defer c.Close()
	var res seq2seq.KeepBlockResult
	for range 2 {
		_, err = c.GenerateInto(t.Context(), &res, dec, nn.MaxNewTokens(4))
		require.NoError(t, err)
		want, got := kept.Decoder.Block.M0.Entries(), res.C.Decoder.Block.M0.Entries()
		require.Len(t, want, 4)
		require.Len(t, got, 4)
		for i := range want {
			require.InDeltaSlice(t, want[i].Output.Float32s(), got[i].Output.Float32s(), 1e-4, "step %d", i)
		}
	}
}

// TestStepsThatAFileLacks: a loop that reads what later steps have not says so.
func TestStepsThatAFileLacks(t *testing.T) {
	m := open(t)
	dec, _, _ := decoding(t, m)
	_, err := m.dec.InterpretGenerate(t.Context(), dec, func(m *t5decoder.Model) error {
		seq2seq.KeysSteps(m)
		return nil
	})
	require.ErrorContains(t, err, "decoder.block.0.layer.1.EncDecAttention.k has no output: it is not in t5past")
	c, err := seq2seq.CompileKeysSteps(m.dec)
	require.NoError(t, err)
	defer c.Close()
	_, _, err = c.Generate(t.Context(), dec)
	require.ErrorContains(t, err, "NN3143")
	require.ErrorContains(t, err, "decoder.block.0.layer.1.EncDecAttention.k.output")
}

// TestEditsOfTwoFiles holds loops over the steps that two files run, under edits
// of all steps and of some, to each other.
func TestEditsOfTwoFiles(t *testing.T) {
	m := open(t)
	dec, _, v := decoding(t, m)
	plain, err := m.dec.Generate(t.Context(), dec, nn.MaxNewTokens(6))
	require.NoError(t, err)
	seen := map[float32]bool{}
	for name, edits := range map[string][]nn.Edit{
		"all":  {seq2seq.EditShift(v)},
		"some": {seq2seq.EditShiftSteps(v)},
		"both": {seq2seq.EditShiftSteps(v), seq2seq.EditShift(v)},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := m.dec.With(edits...)
			require.NoError(t, err)
			defer func() { require.NoError(t, s.Close()) }()
			var norms []float32
			want, err := s.InterpretGenerate(t.Context(), dec, func(m *t5decoder.Model) error {
				_, _, _, norms = seq2seq.SomeSteps(m, v)
				return nil
			}, nn.MaxNewTokens(6))
			require.NoError(t, err)
			c, err := seq2seq.CompileSomeSteps(s)
			require.NoError(t, err)
			defer c.Close()
			ids, _, _, _, got, err := c.Generate(t.Context(), dec, v, nn.MaxNewTokens(6))
			require.NoError(t, err)
			require.Equal(t, want, ids)
			require.InDeltaSlice(t, norms, got, 1e-3)
			seen[norms[3]] = true
			raw, err := seq2seq.CompileRaw(s)
			require.NoError(t, err)
			defer raw.Close()
			want, err = s.Generate(t.Context(), dec, nn.MaxNewTokens(6))
			require.NoError(t, err)
			require.NotEqual(t, plain, want)
			ids, err = raw.Generate(t.Context(), dec, nn.MaxNewTokens(6))
			require.NoError(t, err)
			require.Equal(t, want, ids)
			ids, err = s.InterpretGenerate(t.Context(), dec, func(m *t5decoder.Model) error { seq2seq.Raw(m); return nil }, nn.MaxNewTokens(6))
			require.NoError(t, err)
			require.Equal(t, want, ids)
		})
	}
	require.Len(t, seen, 3, "each moves the values")
}

// TestLaterModelWithEdits: edits of the later model alone have no part in the
// first, where loops are interpreted from.
func TestLaterModelWithEdits(t *testing.T) {
	nothing := &nn.Plan{Name: "Nothing", Invokes: []string{"m"}, Mediators: []nn.Mediator{{{Event: nn.End, Rows: nn.AllRows}}}}
	edit := nn.NewEdit(nothing, nil, func(*t5past.Model) {})
	later, err := t5past.Open(golden.Model(t, "t5past", "optimum"), append(golden.Options(), nn.WithEdits(edit))...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, later.Close()) })
	s, err := t5decoder.Open(golden.Model(t, "t5decoder", "optimum"), append(golden.Options(), nn.DecodeWith(later.Session))...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	dec, _, v := decoding(t, open(t))
	_, err = s.InterpretGenerate(t.Context(), dec, func(m *t5decoder.Model) error {
		seq2seq.SteerSteps(m, v)
		return nil
	}, nn.MaxNewTokens(3))
	require.ErrorContains(t, err, "t5past, which has edits of its own")
	require.ErrorContains(t, err, "NN3143")
}
