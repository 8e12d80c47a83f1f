package onnx

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/tensor"
)

func TestHostileLocationsAreRefused(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "model", "sub"), 0o700))
	secret := filepath.Join(dir, "secret")
	require.NoError(t, os.WriteFile(secret, make([]byte, 4096), 0o600))
	model := filepath.Join(dir, "model", "m.onnx")
	for _, loc := range []string{
		"", "../secret", "sub/../../secret", "sub\\..\\..\\secret", "..", secret, "\\secret", "C:secret", "c:\\secret",
		"../secret\x00", "sec\x00ret", "//host/share", "\\\\host\\share",
	} {
		_, err := ResolveExternal(model, loc)
		require.ErrorContains(t, err, "refused", "location %q", loc)
	}
	_, err := ResolveExternal(model, "gone.bin")
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = ResolveExternal(model, "sub")
	require.ErrorContains(t, err, "not a regular file")
}

// cached lays a model out as the Hugging Face cache does: links into a folder of blobs.
func cached(t *testing.T, m *Model, data []byte) (path, blobs string) {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	blobs, snap := filepath.Join(root, "blobs"), filepath.Join(root, "snapshots", "rev")
	require.NoError(t, os.MkdirAll(blobs, 0o700))
	require.NoError(t, os.MkdirAll(snap, 0o700))
	b, err := Marshal(m)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(blobs, "d00d"), data, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(blobs, "cafe"), b, 0o600))
	path = filepath.Join(snap, "model.onnx")
	require.NoError(t, os.Symlink("../../blobs/cafe", path))
	require.NoError(t, os.Symlink("../../blobs/d00d", filepath.Join(snap, "model.onnx_data")))
	return path, blobs
}

// withExternal is a model with weights of a size each in model.onnx_data.
func withExternal(t *testing.T, sizes ...int64) (*Model, []byte) {
	m := sample(t)
	var at int64
	for i, n := range sizes {
		x := &Tensor{Name: string(rune('p' + i)), DType: int32(tensor.Int64), Dims: []int64{n / 8}, Offset: -1}
		x.External = &External{Location: "model.onnx_data", Offset: at, Length: n}
		at += n
		m.Graph.Initializers = append(m.Graph.Initializers, x)
	}
	data := make([]byte, at)
	for i := range data {
		data[i] = byte(i * 7)
	}
	return m, data
}

func TestLinksOfTheUserAreFollowed(t *testing.T) {
	m, data := withExternal(t, 4096, 64)
	path, blobs := cached(t, m, data)
	f, err := Open(path)
	require.NoError(t, err)
	defer f.Close()
	w := f.Model.Graph.Initializers[2]
	require.NotNil(t, w.External)
	b, err := f.TensorBytes(w)
	require.NoError(t, err)
	require.Equal(t, data[:4096], b)
	small := f.Model.Graph.Initializers[3]
	require.Nil(t, small.External, "small constants come inline")
	require.Equal(t, data[4096:], small.Data)

	model, folder, weights, err := Externalize(f)
	require.NoError(t, err)
	require.Equal(t, blobs, folder)
	found := map[string]string{}
	for _, x := range model.Graph.Initializers {
		if x.External != nil {
			found[x.Name] = x.External.Location
		}
	}
	require.Equal(t, map[string]string{"w": "cafe", "k": "cafe", "p": "d00d"}, found)
	require.Len(t, weights, 3)
}

// TestModelLinkAlone finds data that stands beside the file that the model's name links to.
func TestModelLinkAlone(t *testing.T) {
	m, data := withExternal(t, 4096)
	path, blobs := cached(t, m, data)
	require.NoError(t, os.Remove(filepath.Join(filepath.Dir(path), "model.onnx_data")))
	require.NoError(t, os.Rename(filepath.Join(blobs, "d00d"), filepath.Join(blobs, "model.onnx_data")))
	got, err := ResolveExternal(path, "model.onnx_data")
	require.NoError(t, err)
	require.Equal(t, filepath.Join(blobs, "model.onnx_data"), got)
}

func TestExternalBounds(t *testing.T) {
	m, data := withExternal(t, 4096)
	for name, x := range map[string]External{
		"offset beyond":  {Offset: 1 << 40, Length: 4096},
		"length beyond":  {Offset: 8, Length: 4096},
		"no length":      {Offset: 8, Length: -1},
		"length differs": {Offset: 0, Length: 4088},
	} {
		x.Location = "model.onnx_data"
		m.Graph.Initializers[2].External = &x
		path, _ := cached(t, m, data)
		f, err := Open(path)
		require.NoError(t, err)
		_, err = f.TensorBytes(f.Model.Graph.Initializers[2])
		require.Error(t, err, name)
		_, _, _, err = Externalize(f)
		require.Error(t, err, name)
		require.NoError(t, f.Close())
	}
}
