package onnx

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"
)

func TestRoundTrip(t *testing.T) {
	m := sample(t)
	b, err := Marshal(m)
	require.NoError(t, err)
	back, err := Parse(b)
	require.NoError(t, err)
	require.Equal(t, plain(m), plain(back))
	again, err := Marshal(back)
	require.NoError(t, err)
	require.Equal(t, b, again)
}

func TestOpenAliasesWeights(t *testing.T) {
	b, err := Marshal(sample(t))
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "m.onnx")
	require.NoError(t, os.WriteFile(path, b, 0o600))
	f, err := Open(path)
	require.NoError(t, err)
	f.Model.Graph.eachTensor(func(x *Tensor) {
		require.Equal(t, b[x.Offset:x.Offset+int64(len(x.Data))], x.Data)
		require.Same(t, &f.data.bytes[x.Offset], &x.Data[0])
	})
	require.NoError(t, f.Close())
}

func TestUnknownFieldsSurvive(t *testing.T) {
	b, err := Marshal(sample(t))
	require.NoError(t, err)
	b = protowire.AppendTag(b, 99, protowire.BytesType)
	b = protowire.AppendString(b, "from the future")
	b = protowire.AppendTag(b, 98, protowire.VarintType)
	b = protowire.AppendVarint(b, 7)
	m, err := Parse(b)
	require.NoError(t, err)
	again, err := Marshal(m)
	require.NoError(t, err)
	require.Equal(t, b, again)
}

// TestEveryCut parses each prefix of a model: an error or a smaller model, never a panic.
func TestEveryCut(t *testing.T) {
	b, err := Marshal(sample(t))
	require.NoError(t, err)
	bad := 0
	for n := range b {
		if _, err := Parse(b[:n]); err != nil {
			bad++
		}
	}
	require.Greater(t, bad, len(b)*9/10)
}
