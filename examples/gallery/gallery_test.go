package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
)

// effect is how far an edit has to move its result: scripts/export/recording.py holds the goldens to the same.
const effect = 0.02

// TestGoldens holds compiled = interpreted = reference for every entry, and that
// each edit moves what it says it moves.
func TestGoldens(t *testing.T) {
	file, err := golden.Open("gallery")
	require.NoError(t, err)
	m := &models{opts: golden.Options()}
	t.Cleanup(m.close)
	for _, f := range families {
		for _, e := range f.Entries {
			t.Run(e.Name, func(t *testing.T) {
				call, err := m.call(file, e)
				require.NoError(t, err)
				results, err := call.Compiled()
				require.NoError(t, err)
				if e.Moves != "" {
					requireMoved(t, file, e, results)
				}
				require.NoError(t, call.Check(results), "compiled")
				results, err = call.Interpreted()
				require.NoError(t, err)
				require.NoError(t, call.Check(results), "interpreted")
			})
		}
	}
}

// requireMoved compares a result with what the model gives without the edit.
func requireMoved(t *testing.T, file *golden.File, e Entry, results []any) {
	for i, name := range strings.Fields(e.Results) {
		if name != e.Moves {
			continue
		}
		plain, err := file.Array(e.Name + "/plain." + name)
		require.NoError(t, err)
		got, err := golden.AsTensor(results[i])
		require.NoError(t, err)
		require.Equal(t, plain.Shape, got.Shape())
		require.Error(t, golden.Close(got.Float32s(), plain.Floats, effect, 0), "the edit moves nothing")
		return
	}
	require.Fail(t, "no result is named "+e.Moves)
}

// TestRun: the command lists every entry, prints tables and guesses, and names what it does not know.
func TestRun(t *testing.T) {
	var out strings.Builder
	require.NoError(t, run(&out, nil))
	for _, f := range families {
		for _, e := range f.Entries {
			require.Contains(t, out.String(), e.Name)
		}
	}
	out.Reset()
	require.NoError(t, run(&out, []string{"ablate_heads", "contrast_steer", "class_activation_map"}))
	require.Contains(t, out.String(), "(head)")
	require.Contains(t, out.String(), `row 0: "Then I looked`)
	require.Contains(t, out.String(), "→")
	require.ErrorContains(t, run(&out, []string{"nothing"}), `no entry "nothing"`)
}
