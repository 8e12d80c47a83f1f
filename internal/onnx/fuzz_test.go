package onnx

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/fuzzguard"
)

// FuzzParse holds the codec to its promise on any bytes: an error, or a model
// that is written and read back as the same, and that can be indexed and named.
func FuzzParse(f *testing.F) {
	b, err := Marshal(sample(f))
	require.NoError(f, err)
	f.Add(b)
	f.Add([]byte{})
	models, err := filepath.Glob("../../testdata/models/*/torchscript.onnx")
	require.NoError(f, err)
	for _, path := range models {
		b, err := os.ReadFile(path)
		require.NoError(f, err)
		if len(b) < 16<<10 {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		defer fuzzguard.Input()()
		m, err := Parse(data)
		if err != nil {
			return
		}
		once, err := Marshal(m)
		require.NoError(t, err)
		back, err := Parse(once)
		require.NoError(t, err)
		twice, err := Marshal(back)
		require.NoError(t, err)
		require.Equal(t, once, twice)
		require.Equal(t, Fingerprint(m), Fingerprint(back))
		m.Graph.eachTensor(func(x *Tensor) {
			_, _ = x.Int64s()
			_, _ = x.Float32s()
		})
		ix := NewIndex(m.Clone().Graph)
		_, _ = ix.Finish()
		ix.RemoveDead(nil, nil)
	})
}
