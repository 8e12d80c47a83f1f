package ort

import (
	"context"
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/runtime/backend"
)

// TestMain would be the place to look for leaks; each test does it for itself,
// so that the one that leaks is the one that fails.
func leakCheck(t *testing.T) {
	before := LiveObjects()
	t.Cleanup(func() { require.Equal(t, before, LiveObjects(), "something was not released") })
}

func engineFor(t *testing.T) backend.Backend {
	t.Helper()
	b, err := Backend()
	require.NoError(t, err)
	return b
}

// build encodes a graph at opset 17, with hooks.
func build(t testing.TB, g *onnx.Graph) []byte {
	t.Helper()
	g.Name = "test"
	m, err := onnx.Marshal(&onnx.Model{
		IR: 8, Graph: g,
		Opsets: []onnx.Opset{{Version: 17}, {Domain: backend.HookDomain, Version: 1}},
	})
	require.NoError(t, err)
	return m
}

func open(t *testing.T, g *backend.Graph, o backend.SessionOptions) backend.Session {
	t.Helper()
	s, err := engineFor(t).NewSession(context.Background(), g, o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func openGraph(t *testing.T, g *onnx.Graph) backend.Session {
	t.Helper()
	return open(t, &backend.Graph{Model: build(t, g)}, backend.SessionOptions{Optimization: backend.OptimizeBasic})
}

func dim(names ...any) []onnx.Dim {
	out := []onnx.Dim{}
	for _, n := range names {
		switch n := n.(type) {
		case int:
			out = append(out, onnx.Dim{Size: int64(n)})
		case string:
			out = append(out, onnx.Dim{Size: -1, Param: n})
		}
	}
	return out
}

func info(name string, t tensor.DType, dims ...any) *onnx.ValueInfo {
	return onnx.NewValue(name, t, dim(dims...)...)
}

func tokenInput() *onnx.ValueInfo { return info(backend.TokenInput, tensor.Int64) }

// step is a hook node.
func step(id int64, ins, outs []string, types []tensor.DType, like []int64, more ...*onnx.Attribute) *onnx.Node {
	ints := make([]int64, len(types))
	for i, t := range types {
		ints[i] = int64(t)
	}
	attrs := append([]*onnx.Attribute{
		onnx.IntAttr("id", id), onnx.IntsAttr("types", ints...), onnx.IntsAttr("like", like...),
	}, more...)
	n := onnx.NewNode(backend.HookOp, "", ins, outs, attrs...)
	n.Domain = backend.HookDomain
	return n
}

func bytesOf(values ...float32) []byte {
	var b []byte
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

func floatsOf(t testing.TB, v backend.Value) []float32 {
	t.Helper()
	b, err := v.Bytes()
	require.NoError(t, err)
	return floats(b)
}

func floats(b []byte) []float32 {
	out := make([]float32, len(b)/4)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return out
}

func floatValue(t testing.TB, shape []int64, values ...float32) backend.Value {
	t.Helper()
	b, err := Backend()
	require.NoError(t, err)
	v, err := b.NewValue(tensor.Float32, shape, bytesOf(values...))
	require.NoError(t, err)
	return v
}

// twice is y = x + x.
func twice() *onnx.Graph {
	return &onnx.Graph{
		Nodes:   []*onnx.Node{onnx.NewNode("Add", "", []string{"x", "x"}, []string{"y"})},
		Inputs:  []*onnx.ValueInfo{info("x", tensor.Float32, "n", 2)},
		Outputs: []*onnx.ValueInfo{info("y", tensor.Float32, "n", 2)},
	}
}
