package onnx

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/tensor"
)

// mustTensor makes a constant for a test.
func mustTensor(t testing.TB, name string, dtype tensor.DType, dims []int64, data any) *Tensor {
	t.Helper()
	x, err := NewTensor(name, dtype, dims, data)
	require.NoError(t, err)
	return x
}

// ramp is n floats that differ.
func ramp(n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(i) / 8
	}
	return out
}

// sample is a small model with all that the codec knows: weights, a Constant,
// an If whose branches take names from outside, symbolic shapes and metadata.
func sample(t testing.TB) *Model {
	t.Helper()
	branch := func(name, op string) *Graph {
		return &Graph{
			Name:    name,
			Nodes:   []*Node{NewNode(op, name+"/op", []string{"h", "b"}, []string{name + "_out"})},
			Outputs: []*ValueInfo{NewValue(name+"_out", tensor.Float32, Dim{Size: -1, Param: "batch"}, Dim{Size: 16})},
		}
	}
	w := mustTensor(t, "w", tensor.Float32, []int64{16, 32}, ramp(512))
	return &Model{
		IR: 9, Producer: "nngen", Opsets: []Opset{{"", 17}, {"test.domain", 1}},
		Metadata: []Entry{{"author", "nobody"}},
		Graph: &Graph{
			Name: "sample",
			Nodes: []*Node{
				NewNode("Constant", "c", nil, []string{"k"}, TensorAttr("value", mustTensor(t, "", tensor.Float32, []int64{16, 32}, ramp(512)))),
				NewNode("Constant", "axes", nil, []string{"zero"}, IntAttr("value_int", 0)),
				NewNode("Add", "sum", []string{"w", "k"}, []string{"wk"}),
				NewNode("Gemm", "fc", []string{"x", "wk"}, []string{"h"}, IntAttr("transB", 1), FloatAttr("alpha", 0)),
				NewNode("If", "choose", []string{"cond"}, []string{"y"}, GraphAttr("then_branch", branch("then", "Add")), GraphAttr("else_branch", branch("else", "Mul"))),
				NewNode("Relu", "act", []string{"y"}, []string{"z"}),
			},
			Initializers: []*Tensor{w, mustTensor(t, "b", tensor.Float32, []int64{16}, ramp(16))},
			Inputs: []*ValueInfo{
				NewValue("x", tensor.Float32, Dim{Size: -1, Param: "batch"}, Dim{Size: 32}),
				NewValue("cond", tensor.Bool),
			},
			Outputs:   []*ValueInfo{NewValue("z", tensor.Float32, Dim{Size: -1, Param: "batch"}, Dim{Size: 16})},
			ValueInfo: []*ValueInfo{NewValue("h", tensor.Float32, Dim{Size: -1}, Dim{Size: 16})},
		},
	}
}

// plain strips what only says where bytes stand in a file.
func plain(m *Model) *Model {
	m.Graph.eachTensor(func(t *Tensor) { t.Offset = -1 })
	return m
}
