package ort

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/runtime/backend"
)

// weighted is y = (x + b) · w with both weights in a file, at offsets that no
// alignment divides.
func weighted(t *testing.T) (g *onnx.Graph, folder string) {
	folder = t.TempDir()
	data := append([]byte{1, 2, 3}, bytesOf(10, 20)...)
	data = append(data, 9, 9)
	data = append(data, bytesOf(1, 2, 3, 4)...)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "weights.bin"), data, 0o600))
	external := func(name string, offset, length int64, dims ...int64) *onnx.Tensor {
		return &onnx.Tensor{
			Name: name, DType: int32(tensor.Float32), Dims: dims, Offset: -1,
			External: &onnx.External{Location: "weights.bin", Offset: offset, Length: length},
		}
	}
	return &onnx.Graph{
		Nodes: []*onnx.Node{
			onnx.NewNode("Add", "", []string{"x", "b"}, []string{"h"}),
			onnx.NewNode("MatMul", "", []string{"h", "w"}, []string{"y"}),
		},
		Initializers: []*onnx.Tensor{external("b", 3, 8, 2), external("w", 13, 16, 2, 2)},
		Inputs:       []*onnx.ValueInfo{info("x", tensor.Float32, "n", 2)},
		Outputs:      []*onnx.ValueInfo{info("y", tensor.Float32, "n", 2)},
	}, folder
}

func runOne(t *testing.T, s backend.Session, x ...float32) []float32 {
	t.Helper()
	v := floatValue(t, []int64{1, int64(len(x))}, x...)
	defer v.Release()
	out, err := s.Run(ctx, map[string]backend.Value{"x": v}, []string{"y"}, backend.RunOptions{})
	require.NoError(t, err)
	defer out[0].Release()
	return floatsOf(t, out[0])
}

func TestExternalWeights(t *testing.T) {
	leakCheck(t)
	g, folder := weighted(t)
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(folder, link))
	for _, f := range []string{folder, link} {
		s := open(t, &backend.Graph{Model: build(t, g), Folder: f}, backend.SessionOptions{})
		require.Equal(t, []float32{11 + 63, 22 + 84}, runOne(t, s, 1, 1)) // [11 21] · [[1 2] [3 4]]
	}
	_, err := engineFor(t).NewSession(ctx, &backend.Graph{Model: build(t, g), Folder: filepath.Join(folder, "gone")}, backend.SessionOptions{})
	require.ErrorContains(t, err, "folder of the model's weights")
	require.NoError(t, os.Truncate(filepath.Join(folder, "weights.bin"), 20))
	_, err = engineFor(t).NewSession(ctx, &backend.Graph{Model: build(t, g), Folder: folder}, backend.SessionOptions{})
	require.ErrorContains(t, err, "session not opened")
}

func TestWeightsInOneMemory(t *testing.T) {
	leakCheck(t)
	g, folder := weighted(t)
	b := bytesOf(10, 20)
	w := bytesOf(1, 2, 3, 4)
	shared, err := engineFor(t).(backend.SharedMaker).NewShared()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, shared.Close()) })
	graph := &backend.Graph{
		Model: build(t, g), Folder: folder, Shared: shared,
		Weights: []backend.Weight{
			{Name: "b", DType: tensor.Float32, Dims: []int64{2}, Data: b},
			{Name: "w", DType: tensor.Float32, Dims: []int64{2, 2}, Data: w},
		},
	}
	sessions := []backend.Session{
		open(t, graph, backend.SessionOptions{}), open(t, graph, backend.SessionOptions{}),
		open(t, graph, backend.SessionOptions{NoPrepack: true, Threads: 1}),
	}
	for _, s := range sessions {
		require.Equal(t, []float32{74, 106}, runOne(t, s, 1, 1))
	}
	// The sessions compute on this very memory: what is written there shows in all.
	copy(b, bytesOf(0, 0))
	for _, s := range sessions {
		require.Equal(t, []float32{4, 6}, runOne(t, s, 1, 1))
	}
}

// A weight that only goes through a Transpose, as a tied embedding does, is not
// folded into a private copy.
func TestWeightsAreNotFolded(t *testing.T) {
	leakCheck(t)
	g, folder := weighted(t)
	g.Nodes = append([]*onnx.Node{onnx.NewNode("Transpose", "", []string{"w"}, []string{"wt"})}, g.Nodes...)
	g.Nodes[2].Inputs[1] = "wt"
	w := bytesOf(1, 3, 2, 4)
	s := open(t, &backend.Graph{
		Model: build(t, g), Folder: folder,
		Weights: []backend.Weight{{Name: "w", DType: tensor.Float32, Dims: []int64{2, 2}, Data: w}},
	}, backend.SessionOptions{NoPrepack: true}) // prepacked, it would be a copy, which sessions share
	require.Equal(t, []float32{74, 106}, runOne(t, s, 1, 1))
	copy(w, make([]byte, 16))
	require.Equal(t, []float32{0, 0}, runOne(t, s, 1, 1))
}

func TestWeightErrors(t *testing.T) {
	leakCheck(t)
	g, folder := weighted(t)
	graph := func(w backend.Weight) *backend.Graph {
		return &backend.Graph{Model: build(t, g), Folder: folder, Weights: []backend.Weight{w}}
	}
	_, err := engineFor(t).NewSession(ctx, graph(backend.Weight{Name: "b", DType: tensor.Float32, Dims: []int64{2}, Data: make([]byte, 4)}), backend.SessionOptions{})
	require.ErrorContains(t, err, `weight "b": float32 of shape [2] has 8 bytes, not 4`)
}
