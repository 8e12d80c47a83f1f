package probes_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/genai"
	"github.com/nngen-go/nngen/internal/golden/genai/probes"
	nn "github.com/nngen-go/nngen/runtime"
)

func open(t *testing.T) (*genai.Session, *golden.File) {
	sess, err := genai.Open(golden.Model(t, "genai", "genai"), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	file, err := golden.Open("genai")
	require.NoError(t, err)
	return sess, file
}

// TestGoldens holds compiled = interpreted = reference on fused layers.
func TestGoldens(t *testing.T) {
	sess, _ := open(t)
	golden.Run(t, "genai", sess, []golden.Case{
		{Name: "raw", Trace: probes.Raw, Compile: probes.CompileRaw, Results: "logits"},
		{Name: "edit", Trace: probes.Edit, Compile: probes.CompileEdit, Args: "arg.v", Results: "up logits"},
	})
}

// TestGreedy holds generation with the cache that fused attention keeps, as it is
// and steered at each step, to transformers' tokens.
func TestGreedy(t *testing.T) {
	sess, file := open(t)
	steer, err := probes.CompileSteer(sess)
	require.NoError(t, err)
	array := func(key string) nn.Tensor {
		a, err := file.Array(key)
		require.NoError(t, err)
		return a.Tensor()
	}
	for _, name := range []string{"greedy", "greedy_steer"} {
		in := genai.Inputs{InputIDs: array(name + "/in.input_ids"), AttentionMask: array(name + "/in.attention_mask")}
		ids, err := sess.Generate(t.Context(), in, nn.MaxNewTokens(8))
		if name == "greedy_steer" {
			v := array(name + "/arg.v")
			ids, err = steer.Generate(t.Context(), in, v, nn.MaxNewTokens(8))
			require.NoError(t, err)
			live, err := sess.InterpretGenerate(t.Context(), in, func(m *genai.Model) error {
				probes.Steer(m, v)
				return nil
			}, nn.MaxNewTokens(8))
			require.NoError(t, err)
			require.Equal(t, live, ids)
		}
		require.NoError(t, err)
		want := array(name + "/ids")
		require.Equal(t, want.Ints(), append(append([]int64(nil), ids[0]...), ids[1]...))
	}
}
