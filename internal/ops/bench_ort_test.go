package ops_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/runtime/backend"
	"github.com/nngen-go/nngen/runtime/ort"
)

// BenchmarkSetAt compares assignments to a residual stream with a plain Add.
func BenchmarkSetAt(b *testing.B) {
	x := zeros(8, 128, 768)
	for _, c := range []struct {
		name string
		g    golden
	}{
		{"Add", golden{Op: "Add", In: []array{x, zeros(768)}}},
		{"Token", golden{Op: "SetAt", Attrs: index(":,-1"), In: []array{x, zeros(8, 768)}}},
		{"Row", golden{Op: "SetAt", Attrs: index("3"), In: []array{x, zeros(128, 768)}}},
		{"Tokens", golden{Op: "SetAt", Attrs: index(":,3:10"), In: []array{x, zeros(768)}}},
		{"Features", golden{Op: "SetAt", Attrs: index("...,64:128"), In: []array{x, zeros(64)}}},
		{"Feature", golden{Op: "SetAt", Attrs: index("...,64"), In: []array{x, zeros()}}},
		{"Mask", golden{Op: "SetAt", Attrs: index("$"), In: []array{x, zeros(), mask(8, 128)}}},
	} {
		b.Run(c.name, func(b *testing.B) { benchmarkCase(b, c.g) })
	}
}

func benchmarkCase(b *testing.B, g golden) {
	engine, err := ort.Backend()
	require.NoError(b, err)
	in := ranks.types(g)
	in[0] = sizes.of(g.In[0])
	in[0].Shape[0], in[0].Shape[1] = "batch", "seq"
	op, ok := ops.Lookup(g.Op)
	require.True(b, ok)
	build := ops.NewBuilder(17, "")
	graph := &onnx.Graph{Name: "bench"}
	feed := map[string]backend.Value{}
	var operands []ops.Operand
	for i, a := range g.In {
		name := string(rune('a' + i))
		operands = append(operands, ops.Operand{Name: name, Type: in[i]})
		graph.Inputs = append(graph.Inputs, value(name, a.DType, a.Shape, ranks))
		feed[name], err = engine.NewValue(a.DType, a.Shape, a.Data)
		require.NoError(b, err)
		defer feed[name].Release()
	}
	out, err := op.Lower(build, operands, g.Attrs)
	require.NoError(b, err)
	graph.Outputs = append(graph.Outputs, value(out[0], g.In[0].DType, g.In[0].Shape, ranks))
	graph.Nodes, graph.Initializers = build.Added, build.Initializers
	data, err := onnx.Marshal(&onnx.Model{IR: 8, Graph: graph, Opsets: []onnx.Opset{{Version: 17}}})
	require.NoError(b, err)
	s, err := engine.NewSession(context.Background(), &backend.Graph{Model: data}, backend.SessionOptions{Threads: 1})
	require.NoError(b, err)
	defer s.Close()
	for b.Loop() {
		v, err := s.Run(context.Background(), feed, out, backend.RunOptions{})
		require.NoError(b, err)
		v[0].Release()
	}
}
