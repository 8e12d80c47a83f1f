package onnx

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFixtures holds the codec and the index to models as exporters write them.
func TestFixtures(t *testing.T) {
	paths, err := filepath.Glob("../../testdata/models/*/*.onnx")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		net := filepath.Base(filepath.Dir(path))
		t.Run(net+"/"+filepath.Base(path), func(t *testing.T) {
			f, err := Open(path)
			require.NoError(t, err)
			defer f.Close()
			b, err := Marshal(f.Model)
			require.NoError(t, err)
			back, err := Parse(b)
			require.NoError(t, err)
			require.Equal(t, Fingerprint(f.Model), Fingerprint(back))
			ix := NewIndex(f.Model.Clone().Graph)
			require.NoError(t, ix.Check())
			require.True(t, ix.IsSorted())
			renamed, err := ix.Finish()
			require.NoError(t, err)
			require.Empty(t, renamed)
			c := *f.Model
			c.Graph = ix.Graph()
			same, err := Marshal(&c)
			require.NoError(t, err)
			require.Equal(t, b, same, "an index without changes changes nothing")
			model, folder, weights, err := f.Externalize(f.Model)
			require.NoError(t, err)
			for _, w := range weights {
				file, err := os.ReadFile(w.Path)
				require.NoError(t, err)
				require.Equal(t, file[w.Offset:w.Offset+int64(len(w.Data))], w.Data)
				require.Equal(t, folder, filepath.Dir(w.Path))
			}
			if net == "gpt2" {
				require.Greater(t, len(weights), 10)
			}
			_, err = Marshal(model)
			require.NoError(t, err)
			require.Equal(t, plain(f.Model), plain(back))
		})
	}
}
