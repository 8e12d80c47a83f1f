package main

import (
	"context"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/examples/realmodels/minilm/probes"
	"github.com/nngen-go/nngen/examples/realmodels/models"
	"github.com/nngen-go/nngen/examples/realmodels/models/minilm"
)

// testEncoder is the real model. It is too large to be part of every test run.
func testEncoder(t *testing.T) *encoder {
	if os.Getenv(models.Env) == "" {
		t.Skip("needs all-MiniLM-L6-v2: run make models, then make test-models (or set " + models.Env + " to the folder .cache/models)")
	}
	e, err := open(context.Background(), "")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.model.Close()) })
	return e
}

// TestEmbeddings holds sentence embeddings against transformers'.
func TestEmbeddings(t *testing.T) {
	e := testEncoder(t)
	raw, err := os.ReadFile(models.Beside(e.model.Path(), "reference.json"))
	require.NoError(t, err)
	var want struct {
		Sentences  []string
		IDs        [][]int64 `json:"input_ids"`
		Mask       [][]int64 `json:"attention_mask"`
		Embeddings [][]float32
	}
	require.NoError(t, json.Unmarshal(raw, &want))
	require.NotEmpty(t, want.Sentences)
	in, _, err := e.inputs(want.Sentences)
	require.NoError(t, err)
	got, err := e.embed(want.Sentences)
	require.NoError(t, err)
	width := got.Shape()[1]
	seq := in.InputIDs.Shape()[1]
	for i := range want.Sentences {
		require.Equal(t, want.IDs[i], in.InputIDs.Ints()[i*seq:(i+1)*seq])
		require.Equal(t, want.Mask[i], in.AttentionMask.Ints()[i*seq:(i+1)*seq])
		require.InDeltaSlice(t, want.Embeddings[i], got.Float32s()[i*width:(i+1)*width], 1e-5)
	}
}

// TestScores holds the scores inside the model against those that Go computes
// from the features, and what docs/real-models.md says of the probes.
func TestScores(t *testing.T) {
	e := testEncoder(t)
	trained, err := e.layers()
	require.NoError(t, err)
	test, truth := sentences(testOn)
	features, err := e.features(test)
	require.NoError(t, err)
	scores, err := e.scores(trained, test)
	require.NoError(t, err)
	for layer, p := range trained {
		for i := range test {
			require.InDelta(t, p.score(features[layer][i]), scores[layer][i], 1e-4)
		}
	}
	require.GreaterOrEqual(t, accuracy(scores[probes.Layers-1], truth), 0.8)
}

// TestCompiledEqualsInterpreted runs the features both ways.
func TestCompiledEqualsInterpreted(t *testing.T) {
	e := testEncoder(t)
	in, mask, err := e.inputs([]string{"One sentence.", "Another one, which is somewhat longer."})
	require.NoError(t, err)
	compiled, err := probes.CompileFeatures(e.model)
	require.NoError(t, err)
	defer compiled.Close()
	want, err := compiled.Run(e.ctx, in, mask)
	require.NoError(t, err)
	require.NoError(t, e.model.Interpret(e.ctx, in, func(m *minilm.Model) error {
		require.InDeltaSlice(t, want.Float32s(), probes.Features(m, mask).Float32s(), 1e-4)
		return nil
	}))
}

// TestTrain separates two clouds and finds nothing in shuffled labels.
func TestTrain(t *testing.T) {
	x := [][]float32{{5, 1}, {5, 2}, {5, 1.5}, {5, -1}, {5, -2}, {5, -1.5}}
	class := []bool{true, true, true, false, false, false}
	p := train(x, class)
	var scores []float64
	for _, v := range x {
		scores = append(scores, p.score(v))
	}
	require.InDelta(t, 1, accuracy(scores, class), 0)
	require.Greater(t, gap(scores, class), 0.5)
	require.Less(t, shuffled(x, class, x, class, 50), 0.8)
}
