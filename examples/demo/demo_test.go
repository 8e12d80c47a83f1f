package main

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	nn "github.com/nngen-go/nngen/runtime"
	"github.com/nngen-go/nngen/runtime/tokenize"

	"github.com/nngen-go/nngen/examples/demo/opticks"
	"github.com/nngen-go/nngen/examples/demo/probes"
)

func open(t *testing.T) *demo {
	sess, err := opticks.Open("opticks/opticks.onnx", nn.Threads(1))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	chars, err := tokenize.Open("opticks/tokenizer.json")
	require.NoError(t, err)
	return &demo{ctx: t.Context(), sess: sess, chars: chars}
}

// TestGreedy holds the embedded model's text against PyTorch's, character for character.
func TestGreedy(t *testing.T) {
	d := open(t)
	raw, err := os.ReadFile("../../testdata/goldens/opticks.json")
	require.NoError(t, err)
	var golden struct {
		Greedy []struct {
			Prompt    string
			PromptIDs []int64 `json:"prompt_ids"`
			IDs       []int64 `json:"ids"`
		}
	}
	require.NoError(t, json.Unmarshal(raw, &golden))
	require.NotEmpty(t, golden.Greedy)
	for _, g := range golden.Greedy {
		in, err := d.inputs(g.Prompt, 1)
		require.NoError(t, err)
		require.Equal(t, g.PromptIDs, in.InputIDs.Ints(), "the tokenizer")
		rows, err := d.sess.Generate(d.ctx, in, nn.MaxNewTokens(len(g.IDs)), nn.Greedy())
		require.NoError(t, err)
		require.Equal(t, g.IDs, rows[0][len(g.PromptIDs):], "%q", g.Prompt)
	}
}

// TestLens: the last layer's lens is the model's own answer, earlier ones are not.
func TestLens(t *testing.T) {
	d := open(t)
	compiled, err := probes.CompileLens(d.sess)
	require.NoError(t, err)
	defer compiled.Close()
	in, err := d.inputs("of the Sun's Li", 1)
	require.NoError(t, err)
	layers, err := compiled.Run(d.ctx, in)
	require.NoError(t, err)
	right, err := d.id("g")
	require.NoError(t, err)
	require.Less(t, layers[0].Float32s()[right], float32(0.1))
	require.Greater(t, layers[len(layers)-1].Float32s()[right], float32(0.9))
}

// TestPatch: the clean residual stream at the last position flips the answer,
// before the prompts differ it does nothing.
func TestPatch(t *testing.T) {
	d := open(t)
	compiled, err := probes.CompilePatch(d.sess)
	require.NoError(t, err)
	defer compiled.Close()
	seq := len(cleanPrompt)
	copies := probes.Layers*seq + 1
	clean, err := d.inputs(cleanPrompt, 1)
	require.NoError(t, err)
	corrupt, err := d.inputs(corruptPrompt, copies)
	require.NoError(t, err)
	next, err := compiled.Run(d.ctx, clean, corrupt, cellMask(copies, seq))
	require.NoError(t, err)
	right, err := d.id(answer)
	require.NoError(t, err)
	width := next.Len() / copies
	p := func(layer, pos int) float32 { return next.Float32s()[(layer*seq+pos)*width+int(right)] }
	require.Greater(t, p(probes.Layers-1, seq-1), float32(0.9))
	require.InDelta(t, p(0, 0), next.Float32s()[(copies-1)*width+int(right)], 1e-4)
}
