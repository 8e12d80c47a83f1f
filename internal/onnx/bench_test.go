package onnx

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/tensor"
)

// bigModel writes a model of about 400 MB as exporters write them: 12 layers of
// a GPT-2, 164 weights, 419 nodes.
func bigModel(b *testing.B) string {
	b.Helper()
	m := sample(b)
	m.Graph.Nodes = m.Graph.Nodes[:0]
	for i := range 164 {
		w := &Tensor{Name: fmt.Sprintf("transformer.h.%d.weight", i), DType: int32(tensor.Float32), Dims: []int64{768, 768}, Data: make([]byte, 4*768*768), Offset: -1}
		m.Graph.Initializers = append(m.Graph.Initializers, w)
	}
	for i := range 419 {
		name := fmt.Sprintf("/transformer/h.%d/Add_%d", i/35, i)
		m.Graph.Nodes = append(m.Graph.Nodes, NewNode("Add", name, []string{"x", fmt.Sprintf("transformer.h.%d.weight", i%164)}, []string{name + "_output_0"}))
	}
	bytes, err := Marshal(m)
	require.NoError(b, err)
	path := filepath.Join(b.TempDir(), "big.onnx")
	file, err := os.Create(path)
	require.NoError(b, err)
	w := bufio.NewWriter(file)
	_, err = w.Write(bytes)
	require.NoError(b, err)
	require.NoError(b, w.Flush())
	require.NoError(b, file.Close())
	return path
}

// BenchmarkOpen is the walk over an inline model: no weight may be touched.
func BenchmarkOpen(b *testing.B) {
	path := bigModel(b)
	b.ReportAllocs()
	for b.Loop() {
		f, err := Open(path)
		require.NoError(b, err)
		require.NoError(b, f.Close())
	}
}

// BenchmarkExternalize is what a compiled trace pays to have a graph without weights.
func BenchmarkExternalize(b *testing.B) {
	f, err := Open(bigModel(b))
	require.NoError(b, err)
	defer f.Close()
	b.ReportAllocs()
	for b.Loop() {
		m, _, _, err := Externalize(f)
		require.NoError(b, err)
		_, err = Marshal(m)
		require.NoError(b, err)
	}
}

// BenchmarkMarshal copies the weights once.
func BenchmarkMarshal(b *testing.B) {
	f, err := Open(bigModel(b))
	require.NoError(b, err)
	defer f.Close()
	b.ReportAllocs()
	for b.Loop() {
		_, err := Marshal(f.Model)
		require.NoError(b, err)
	}
}
