package visits_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/optimum/llama"
	"github.com/nngen-go/nngen/internal/golden/visits"
	nn "github.com/nngen-go/nngen/runtime"
	"github.com/nngen-go/nngen/runtime/serve"
)

// under gives a session with edits under its traces.
func under(t *testing.T, s *llama.Session, edits ...nn.Edit) *llama.Session {
	out, err := s.With(edits...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, out.Close()) })
	return out
}

// readAgain writes edits and reads them.
func readAgain(t *testing.T, edits ...nn.Edit) []nn.Edit {
	var data bytes.Buffer
	require.NoError(t, nn.WriteEdits(&data, edits...))
	require.Contains(t, data.String(), `"version": 2`, "an older nngen refuses it")
	out, err := nn.ReadEdits(&data)
	require.NoError(t, err)
	return out
}

// TestEditGolden: an edit that names visits is carried out at these, whatever
// stands on top of it, however it came here and wherever the model is.
func TestEditGolden(t *testing.T) {
	_, s := open(t)
	f := goldens(t)
	in, v := given(t, f, "edit/in."), array(t, f, "edit/arg.v").Tensor()
	edit := visits.EditBetween(v)
	most := nn.MaxNewTokens(steps)
	want := ints(t, f, "edit/ids")
	plain, err := s.Generate(ctx, in, most)
	require.NoError(t, err)
	require.NotEqual(t, want, slices.Concat(plain...), "the edit moves the tokens")
	sessions := map[string]*llama.Session{
		"made": under(t, s, edit), "read": under(t, s, readAgain(t, edit)...),
		"remote": under(t, served(t, s, serve.Options{}), edit), "served with it": served(t, under(t, s, edit), serve.Options{}),
	}
	for name, e := range sessions {
		t.Run(name, func(t *testing.T) {
			ids, err := e.Generate(ctx, in, most)
			require.NoError(t, err)
			require.Equal(t, want, slices.Concat(ids...))
			each, err := visits.CompileEach(e)
			require.NoError(t, err)
			defer each.Close()
			_, h1, result, err := each.Generate(ctx, in, most)
			require.NoError(t, err)
			require.Equal(t, want, result.Ints())
			requireEach(t, f, "edit/h1", h1, steps)
			steady, err := visits.CompilePlain(e)
			require.NoError(t, err)
			defer steady.Close()
			ids, err = steady.Generate(ctx, in, most)
			require.NoError(t, err)
			require.Equal(t, want, slices.Concat(ids...))
			for range 2 { // the second is not checked again
				h, _, err := steady.Run(ctx, in)
				require.NoError(t, err, "a run of one step has less of it")
				require.NoError(t, array(t, f, "edit/h1_0").Compare(h))
			}
			if name == "remote" || name == "served with it" {
				return
			}
			_, err = e.InterpretGenerate(ctx, in, func(m *llama.Model) error { h1, result = visits.Each(m); return nil }, most)
			require.NoError(t, err)
			require.Equal(t, want, result.Ints())
			requireEach(t, f, "edit/h1", h1, steps)
			h1 = nil // begun anew at each step
			ids, err = e.InterpretGenerate(ctx, in, func(m *llama.Model) error {
				h, _ := visits.Plain(m)
				h1 = append(h1, h)
				return nil
			}, most)
			require.NoError(t, err)
			require.Equal(t, want, slices.Concat(ids...))
			requireEach(t, f, "edit/h1", h1, steps)
		})
	}
}

// same reports the first of two lists of tensors that differ.
func same(want, got []nn.Tensor) error {
	if len(want) != len(got) {
		return fmt.Errorf("%d tensors, not %d", len(got), len(want))
	}
	for i := range want {
		if err := golden.Close(got[i].Float32s(), want[i].Float32s(), golden.Abs, golden.Rel); err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
	}
	return nil
}

// TestEditIsItsBody: an edit does what its function does as a trace.
func TestEditIsItsBody(t *testing.T) {
	_, s := open(t)
	f := goldens(t)
	in, v := given(t, f, "edit/in."), array(t, f, "edit/arg.v").Tensor()
	most := nn.MaxNewTokens(steps + 1)
	for name, c := range map[string]struct {
		edit nn.Edit
		body func(m *llama.Model)
	}{
		"turns":           {visits.EditTurns(v, 1.5, true), func(m *llama.Model) { visits.Turns(m, v, 1.5, true) }},
		"turns, off":      {visits.EditTurns(v, 1.5, false), func(m *llama.Model) { visits.Turns(m, v, 1.5, false) }},
		"skip":            {visits.EditSkipsLater(true), func(m *llama.Model) { visits.SkipsLater(m, true) }},
		"inside, layer 0": {visits.EditInside(0, 3), func(m *llama.Model) { visits.Inside(m, 0, 3) }},
		"inside, layer 1": {visits.EditInside(1, 3), func(m *llama.Model) { visits.Inside(m, 1, 3) }},
		"no skip": {visits.EditSkipsLater(false), func(m *llama.Model) {
			for range m.Iter(0) {
				m.LMHead.Output()
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var want [][]float32
			wantIDs, err := s.InterpretTraceGenerate(ctx, func(tr *llama.Trace) error {
				tr.Invoke(in, func(m *llama.Model) { c.body(m) })
				tr.Invoke(llama.Inputs{}, func(m *llama.Model) {
					for range m.All() {
						want = append(want, m.Model.Layers[1].Output().Float32s())
					}
				})
				tr.Run()
				return nil
			}, most)
			require.NoError(t, err)
			for _, edits := range [][]nn.Edit{{c.edit}, readAgain(t, c.edit)} {
				e := under(t, s, edits...)
				each, err := visits.CompileEach(e)
				require.NoError(t, err)
				defer each.Close()
				compiled, got, _, err := each.Generate(ctx, in, most)
				require.NoError(t, err)
				interpreted, err := e.InterpretGenerate(ctx, in, func(m *llama.Model) error { h1, _ := visits.Each(m); return same(got, h1) }, most)
				require.NoError(t, err)
				require.Equal(t, wantIDs, compiled)
				require.Equal(t, wantIDs, interpreted)
				require.Len(t, got, len(want))
				for i := range want {
					require.InDeltaSlice(t, want[i], got[i].Float32s(), 1e-3, "step %d", i)
				}
			}
		})
	}
}

// TestEditExport: an exported model is told the step.
func TestEditExport(t *testing.T) {
	_, s := open(t)
	e := under(t, s, visits.EditSkipsLater(true))
	c, err := e.Compile(visits.EditBetween(nn.Scalar[float32](1)).Plan())
	require.NoError(t, err)
	defer c.Close()
	dir := t.TempDir()
	_, err = c.Export(filepath.Join(dir, "plain.onnx"))
	require.NoError(t, err)
	data, err := os.ReadFile(filepath.Join(dir, "plain.json"))
	require.NoError(t, err)
	var info nn.ExportInfo
	require.NoError(t, json.Unmarshal(data, &info))
	require.True(t, slices.ContainsFunc(info.Inputs, func(p nn.ExportedPort) bool { return p.Kind == "step" && p.DType == "int64" }))
}

// TestEditLimit: the steps that an edit names count among the operations that a
// server allows.
func TestEditLimit(t *testing.T) {
	_, s := open(t)
	edit := visits.EditBetween(nn.Scalar[float32](1))
	var data bytes.Buffer
	require.NoError(t, nn.WriteEdits(&data, edit))
	var file map[string]any
	require.NoError(t, json.Unmarshal(data.Bytes(), &file))
	one := file["edits"].([]any)[0].(map[string]any)
	param := one["plan"].(map[string]any)["plan"].(map[string]any)["params"].([]any)[1].(map[string]any)
	var many []any
	for range 30_000 {
		many = append(many, map[string]any{"from": 1, "to": 3, "by": 1})
	}
	param["steps"] = many
	text, err := json.Marshal(file)
	require.NoError(t, err)
	edits, err := nn.ReadEdits(bytes.NewReader(text))
	require.NoError(t, err)
	far := under(t, served(t, s, serve.Options{}), edits...)
	_, err = visits.CompilePlain(far)
	require.ErrorContains(t, err, "NN3191")
}
