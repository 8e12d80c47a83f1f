package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/examples/realmodels/models"
	"github.com/nngen-go/nngen/examples/realmodels/models/smollm2"
	"github.com/nngen-go/nngen/examples/realmodels/smollm2/probes"
	nn "github.com/nngen-go/nngen/runtime"
	"github.com/nngen-go/nngen/runtime/tokenize"
)

// modelPath is the real model's file. It is too large to be part of every test run.
func modelPath(t *testing.T) string {
	if os.Getenv(models.Env) == "" {
		t.Skip("needs SmolLM2-135M: run make models, then make test-models (or set " + models.Env + " to the folder .cache/models)")
	}
	path, err := models.Find("smollm2", "")
	require.NoError(t, err)
	return path
}

// open gives what every part of the program needs, with the flags' defaults.
func open(t *testing.T) *session {
	path := modelPath(t)
	text, err := tokenize.Open(models.Beside(path, "tokenizer.json"))
	require.NoError(t, err)
	model, err := smollm2.Open(path, nn.Threads(2))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, model.Close()) })
	o, err := parse(nil)
	require.NoError(t, err)
	return &session{ctx: context.Background(), opts: o, model: model, text: text}
}

func readJSON(t *testing.T, path string, into any) {
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, into))
}

// TestTokens holds the tokenizer against Python's on awkward texts; testdata/make_tokens.py made them.
func TestTokens(t *testing.T) {
	text, err := tokenize.Open(models.Beside(modelPath(t), "tokenizer.json"))
	require.NoError(t, err)
	var cases []struct {
		Text string
		IDs  []int64
	}
	readJSON(t, "testdata/tokens.json", &cases)
	require.NotEmpty(t, cases)
	for _, c := range cases {
		got, err := text.Encode(c.Text, false)
		require.NoError(t, err, "%q", c.Text)
		require.Equal(t, fmt.Sprint(c.IDs), fmt.Sprint(got), "%q", c.Text)
		if !strings.Contains(c.Text, "<|") { // Decode leaves special tokens out
			require.Equal(t, c.Text, text.Decode(got))
		}
	}
}

// TestGreedy holds greedy text against transformers' ids, token for token:
// the model as it is, and with traces that change nothing.
func TestGreedy(t *testing.T) {
	s := open(t)
	var want struct {
		Greedy []struct {
			Prompt    string
			PromptIDs []int64 `json:"prompt_ids"`
			IDs       []int64
			Text      string
		}
	}
	readJSON(t, models.Beside(s.model.Path(), "reference.json"), &want)
	require.NotEmpty(t, want.Greedy)
	plain, err := probes.CompilePlain(s.model)
	require.NoError(t, err)
	defer plain.Close()
	steer, err := probes.CompileSteer(s.model)
	require.NoError(t, err)
	defer steer.Close()
	v := nn.Zeros(nn.Float32, 576)
	for _, c := range want.Greedy {
		ids, err := s.ids(c.Prompt)
		require.NoError(t, err)
		require.Equal(t, c.PromptIDs, ids, c.Prompt)
		in, opts := repeated(ids, 1), []nn.GenerateOption{nn.Greedy(), nn.MaxNewTokens(len(c.IDs))}
		for name, generate := range map[string]func() ([][]int64, error){
			"model":       func() ([][]int64, error) { return s.model.Generate(s.ctx, in, opts...) },
			"plain trace": func() ([][]int64, error) { return plain.Generate(s.ctx, in, opts...) },
			"zero steer":  func() ([][]int64, error) { return steer.Generate(s.ctx, in, v, 1, opts...) },
		} {
			rows, err := generate()
			require.NoError(t, err, name)
			require.Equal(t, c.IDs, rows[0][len(ids):], "%s: %q", name, c.Prompt)
			require.Equal(t, c.Text, s.text.Decode(rows[0][len(ids):]), name)
		}
	}
}

// TestSteps holds a generation with an edit at some of its steps against the ids
// of transformers under nnsight, token for token; scripts/export/golden_smollm2.py
// made them.
func TestSteps(t *testing.T) {
	s := open(t)
	var want []struct {
		Prompt     string
		PromptIDs  []int64 `json:"prompt_ids"`
		IDs, Plain []int64
		Lead       float64
	}
	readJSON(t, "testdata/visits.json", &want)
	require.NotEmpty(t, want)
	steps, err := probes.CompileSteerSteps(s.model)
	require.NoError(t, err)
	defer steps.Close()
	v := make([]float32, 576)
	for i := range v {
		v[i] = float32((i*37)%101-50) / 128
	}
	for _, c := range want {
		ids, err := s.ids(c.Prompt)
		require.NoError(t, err)
		require.Equal(t, c.PromptIDs, ids)
		require.Len(t, c.IDs, 64)
		rows, err := steps.Generate(s.ctx, repeated(ids, 1), nn.From(v), nn.Greedy(), nn.MaxNewTokens(len(c.IDs)))
		require.NoError(t, err)
		require.Equal(t, c.IDs, rows[0][len(ids):], "%q: the best logit leads by %v at least", c.Prompt, c.Lead)
		require.NotEqual(t, c.Plain, c.IDs)
	}
}

// TestPatchFlips holds what docs/real-models.md says of the patch table: the fact
// sits on the subject's token in early layers and on the last one in late layers.
func TestPatchFlips(t *testing.T) {
	s := open(t)
	clean, err := s.ids(s.opts.clean)
	require.NoError(t, err)
	corrupt, err := s.ids(s.opts.other)
	require.NoError(t, err)
	table, err := s.fill(clean, corrupt)
	require.NoError(t, err)
	last := len(corrupt) - 1
	const subject = 2
	for layer := range 20 {
		require.True(t, table.flipped[layer][subject], "layer %d", layer)
		require.Less(t, table.cells[layer][last], 0.2, "layer %d", layer)
	}
	for layer := 24; layer < probes.Layers; layer++ {
		require.Less(t, table.cells[layer][subject], 0.2, "layer %d", layer)
		require.Greater(t, table.cells[layer][last], 0.6, "layer %d", layer)
	}
	require.InDelta(t, 1, table.cells[probes.Layers-1][last], 1e-3, "the whole last residual is the answer")
	require.InDelta(t, 0, table.cells[0][0], 1e-3, "the prompts begin alike: copying the first token's residual changes nothing")
}

// TestCompiledEqualsInterpreted runs the lens and a patch both ways.
func TestCompiledEqualsInterpreted(t *testing.T) {
	s := open(t)
	tokens, err := s.answers()
	require.NoError(t, err)
	clean, err := s.inputs(s.opts.clean, 1)
	require.NoError(t, err)
	corrupt, err := s.inputs(s.opts.other, 2)
	require.NoError(t, err)

	lens, err := probes.CompileLens(s.model)
	require.NoError(t, err)
	defer lens.Close()
	best, chance, chances, err := lens.Run(s.ctx, clean, tokens)
	require.NoError(t, err)
	require.NoError(t, s.model.Interpret(s.ctx, clean, func(m *smollm2.Model) error {
		b, p, ps := probes.Lens(m, tokens)
		require.Equal(t, best.Ints(), b.Ints())
		require.InDeltaSlice(t, chance.Float32s(), p.Float32s(), 1e-4)
		require.InDeltaSlice(t, chances.Float32s(), ps.Float32s(), 1e-4)
		return nil
	}))

	patch, err := probes.CompilePatch(s.model)
	require.NoError(t, err)
	defer patch.Close()
	n := corrupt.InputIDs.Shape()[1]
	mask := make([]bool, probes.Layers*2*n)
	mask[(5*2+0)*n+2], mask[(25*2+1)*n+n-1] = true, true
	where := nn.From(mask, probes.Layers, 2, n, 1)
	before, after, err := patch.Run(s.ctx, clean, corrupt, where, tokens)
	require.NoError(t, err)
	require.NoError(t, s.model.InterpretTrace(s.ctx, func(tr *smollm2.Trace) error {
		b, a := probes.Patch(tr, clean, corrupt, where, tokens)
		require.InDeltaSlice(t, before.Float32s(), b.Float32s(), 1e-3)
		require.InDeltaSlice(t, after.Float32s(), a.Float32s(), 1e-3)
		return nil
	}))
}

func TestParse(t *testing.T) {
	_, err := parse([]string{"lense"})
	require.EqualError(t, err, `there is no part "lense": lens, steer, patch, cost`)
	_, err = parse([]string{"-cells", "0"})
	require.ErrorContains(t, err, "1 or more")
}

func TestRanges(t *testing.T) {
	require.Equal(t, "0-3, 7, 9-10", ranges([]int{0, 1, 2, 3, 7, 9, 10}))
	require.Equal(t, 2, since([]int64{5, 4, 5, 5}, 5))
	require.Equal(t, 4, since([]int64{5, 5, 5, 4}, 5))
}
