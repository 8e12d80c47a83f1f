package badinput

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
	nn "github.com/nngen-go/nngen/runtime"
)

// external is y = x + w with w in a file.
func external(location string, offset, length int64) *onnx.Model {
	const n = 1024
	w := &onnx.Tensor{
		Name: "fc.weight", DType: int32(tensor.Float32), Dims: []int64{n}, Offset: -1,
		External: &onnx.External{Location: location, Offset: offset, Length: length},
	}
	return newModel(&onnx.Graph{
		Name: "net", Nodes: []*onnx.Node{onnx.NewNode("Add", "/fc/Add", []string{"x", "fc.weight"}, []string{"y"})},
		Inputs:  []*onnx.ValueInfo{value("x", tensor.Float32, n)},
		Outputs: []*onnx.ValueInfo{value("y", tensor.Float32, n)}, Initializers: []*onnx.Tensor{w},
	})
}

// TestExternalDataAtOpen: what a model's file names outside of its folder is not
// read when it is opened and run either; links are the user's and are followed.
func TestExternalDataAtOpen(t *testing.T) {
	root := t.TempDir()
	dir, other := filepath.Join(root, "model"), filepath.Join(root, "other")
	require.NoError(t, os.Mkdir(dir, 0o755))
	require.NoError(t, os.Mkdir(other, 0o755))
	secret := filepath.Join(other, "secret.bin")
	for _, path := range []string{secret, filepath.Join(dir, "weights.bin")} {
		require.NoError(t, os.WriteFile(path, make([]byte, 4096), 0o600))
	}
	require.NoError(t, os.Symlink(secret, filepath.Join(dir, "link.bin")))
	require.NoError(t, os.Symlink(other, filepath.Join(dir, "folder")))
	require.NoError(t, os.Symlink("loop.bin", filepath.Join(dir, "loop.bin")))
	const size = 4096
	for _, k := range []struct {
		location     string
		offset, size int64
		want         string // "": it opens
	}{
		{"weights.bin", 0, size, ""},
		{"link.bin", 0, size, ""},
		{"folder/secret.bin", 0, size, ""},
		{"../other/secret.bin", 0, size, "it leaves the model's folder"},
		{"folder/../../other/secret.bin", 0, size, "it leaves the model's folder"},
		{secret, 0, size, "it is absolute"},
		{"/etc/passwd", 0, size, "it is absolute"},
		{"loop.bin", 0, size, "loop.bin"},
		{"gone.bin", 0, size, "put it into the same folder"},
		{".", 0, size, "not a regular file"},
		{"weights.bin", 8, size, "weights.bin"},
		{"weights.bin", -8, size, "fc.weight"},
		{"weights.bin", 1 << 60, size, "weights.bin"},
		{"weights.bin", 0, 16, "fc.weight"},
	} {
		path := write(t, dir, "net.onnx", external(k.location, k.offset, k.size))
		err := runOnce(path)
		if k.want == "" {
			require.NoError(t, err, k.location)
			continue
		}
		require.ErrorContains(t, err, k.want, "%s at %d", k.location, k.offset)
		clear(t, err.Error())
	}
}

func runOnce(path string) error {
	s, err := nn.OpenRaw(path)
	if err != nil {
		return err
	}
	defer s.Close()
	out, err := s.RunRaw(ctx, nn.InvokeInputs{"x": nn.Zeros(nn.Float32, 1024)})
	if err != nil {
		return err
	}
	out[0].Release()
	return nil
}
