package onnx

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A saved model is the same model, whichever file its weights went to, and from
// whichever they came.
func TestSave(t *testing.T) {
	f, err := Open("../../testdata/models/gpt2/torchscript.onnx")
	require.NoError(t, err)
	defer f.Close()
	dir := t.TempDir()
	for name, limit := range map[string]int64{"inline": inlineLimit, "beside": 0} {
		old := inlineLimit
		inlineLimit = limit
		defer func() { inlineLimit = old }()
		path := filepath.Join(dir, name+".onnx")
		files, err := f.Save(f.Model, path)
		require.NoError(t, err)
		require.Len(t, files, map[string]int{"inline": 1, "beside": 2}[name])
		left, err := filepath.Glob(filepath.Join(dir, "*.part"))
		require.NoError(t, err)
		require.Empty(t, left)

		g, err := Open(path)
		require.NoError(t, err)
		want, got := weightsOf(t, f), weightsOf(t, g)
		require.Greater(t, len(want), 10)
		require.GreaterOrEqual(t, len(got), len(want), "large Constant nodes become weights")
		for n, b := range want {
			require.True(t, bytes.Equal(b, got[n]), "%s: weight %s", name, n)
		}
		// And once more, out of the file beside it.
		again, err := g.Save(g.Model, filepath.Join(dir, name+"2.onnx"))
		require.NoError(t, err)
		require.Len(t, again, len(files))
		require.NoError(t, g.Close())
	}
}

func weightsOf(t *testing.T, f *File) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, w := range f.Model.Graph.Initializers {
		b, err := f.TensorBytes(w)
		require.NoError(t, err)
		out[w.Name] = b
	}
	return out
}

// What cannot be written leaves nothing behind.
func TestSaveFails(t *testing.T) {
	f, err := Open("../../testdata/models/gpt2/torchscript.onnx")
	require.NoError(t, err)
	defer f.Close()
	dir := t.TempDir()
	_, err = f.Save(f.Model, filepath.Join(dir, "missing", "m.onnx"))
	require.Error(t, err)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "m.onnx"), 0o755))
	_, err = f.Save(f.Model, filepath.Join(dir, "m.onnx"))
	require.Error(t, err)
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	require.Len(t, left, 1)
}
