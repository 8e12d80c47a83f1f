package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

// external is a model x + w whose weight lies where location says.
func external(t *testing.T, location string) []byte {
	t.Helper()
	const width = 1024 // large enough not to be read as a shape
	size := onnx.Dim{Size: width}
	model, err := onnx.Marshal(&onnx.Model{
		IR: 8, Opsets: []onnx.Opset{{Version: 17}},
		Graph: &onnx.Graph{
			Name:    "net",
			Nodes:   []*onnx.Node{onnx.NewNode("Add", "/fc/Add", []string{"x", "fc.weight"}, []string{"y"})},
			Inputs:  []*onnx.ValueInfo{onnx.NewValue("x", tensor.Float32, size)},
			Outputs: []*onnx.ValueInfo{onnx.NewValue("y", tensor.Float32, size)},
			Initializers: []*onnx.Tensor{{
				Name: "fc.weight", DType: int32(tensor.Float32), Dims: []int64{width}, Offset: -1,
				External: &onnx.External{Location: location, Length: 4 * width},
			}},
		},
	})
	require.NoError(t, err)
	return model
}

// TestExternalDataStaysInItsFolder: a model cannot make nngen read files that
// its own folder does not hold.
func TestExternalDataStaysInItsFolder(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "model")
	require.NoError(t, os.Mkdir(dir, 0o755))
	secret := filepath.Join(root, "secret.bin")
	for _, path := range []string{secret, filepath.Join(dir, "weights.bin")} {
		require.NoError(t, os.WriteFile(path, make([]byte, 4096), 0o600))
	}
	for location, ok := range map[string]bool{"weights.bin": true, "../secret.bin": false, "a/../../secret.bin": false, secret: false} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "net.onnx"), external(t, location), 0o600))
		out := filepath.Join(t.TempDir(), "net.nnspec.yaml")
		var text bytes.Buffer
		e := &env{dir: dir, stdout: &text, stderr: &text}
		code := run(context.Background(), e, []string{"spec", "-o", out, "net.onnx"})
		if ok {
			require.Equal(t, exitOK, code, text.String())
			require.FileExists(t, out)
			continue
		}
		require.NotEqual(t, exitOK, code, "%s: %s", location, text.String())
		require.NoFileExists(t, out)
		require.Contains(t, text.String(), "secret.bin")
	}
}
