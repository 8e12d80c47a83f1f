package bench

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

// The sizes of the large model: GPT-2 small with a vocabulary that makes it 400 MB,
// its output layer tied to the embeddings.
const (
	layers, width, heads, vocab, context = 12, 768, 12, 18432, 1024
)

// large gives the large model's file, made when first asked for.
func large(b *testing.B) string {
	b.Helper()
	path := filepath.Join(scratch, "gpt.onnx")
	if _, err := os.Stat(path); err == nil {
		return path
	}
	data, err := onnx.Marshal(gpt())
	require.NoError(b, err)
	require.NoError(b, os.WriteFile(path, data, 0o600))
	b.Logf("%s: %d MB", path, len(data)>>20)
	return path
}

// graph is a model being written as the TorchScript exporter writes it.
type graph struct {
	m    *onnx.Model
	seed uint64
}

func gpt() *onnx.Model {
	dims := []onnx.Dim{{Size: -1, Param: "batch"}, {Size: -1, Param: "seq"}}
	g := &graph{seed: 1, m: &onnx.Model{
		IR: 8, Producer: "pytorch", ProducerVersion: "2.9.1", Opsets: []onnx.Opset{{Version: 17}}, Graph: &onnx.Graph{
			Name:    "main_graph",
			Inputs:  []*onnx.ValueInfo{onnx.NewValue("input_ids", tensor.Int64, dims...)},
			Outputs: []*onnx.ValueInfo{onnx.NewValue("logits", tensor.Float32, append(dims, onnx.Dim{Size: vocab})...)},
		},
	}}
	g.weight("transformer.wte.weight", vocab, width)
	g.weight("transformer.wpe.weight", context, width)
	g.ints("zero", 0)
	g.ints("one", 1)
	g.ints("axis1", 1)
	x := g.op("/transformer/wte", "Gather", "transformer.wte.weight", "input_ids")
	shape := g.op("/transformer", "Shape", "input_ids")
	seq := g.op("/transformer", "Gather", shape, "one")
	positions := g.op("/transformer", "Range", "zero", seq, "one")
	pos := g.op("/transformer/wpe", "Gather", "transformer.wpe.weight", positions)
	mask := g.mask(positions)
	x = g.op("/transformer", "Add", x, pos)
	for i := range layers {
		x = g.block(fmt.Sprintf("/transformer/h.%d", i), fmt.Sprintf("transformer.h.%d", i), x, mask)
	}
	x = g.norm("/transformer/ln_f", "transformer.ln_f", x)
	head := g.op("/lm_head", "Transpose", "transformer.wte.weight")
	g.m.Graph.Nodes[len(g.m.Graph.Nodes)-1].Attrs = []*onnx.Attribute{onnx.IntsAttr("perm", 1, 0)}
	g.m.Graph.Nodes = append(g.m.Graph.Nodes, onnx.NewNode("MatMul", "/lm_head/MatMul", []string{x, head}, []string{"logits"}))
	return g.m
}

// op adds a node named after its scope and gives its output.
func (g *graph) op(scope, op string, in ...string) string {
	name := fmt.Sprintf("%s/%s", scope, op)
	for i, n := 0, name; ; i++ {
		if i > 0 {
			n = fmt.Sprintf("%s_%d", name, i)
		}
		if !g.has(n) {
			name = n
			break
		}
	}
	g.m.Graph.Nodes = append(g.m.Graph.Nodes, onnx.NewNode(op, name, in, []string{name + "_output_0"}))
	return name + "_output_0"
}

func (g *graph) has(name string) bool {
	for _, n := range g.m.Graph.Nodes {
		if n.Name == name {
			return true
		}
	}
	return false
}

func (g *graph) attrs(a ...*onnx.Attribute) {
	n := g.m.Graph.Nodes[len(g.m.Graph.Nodes)-1]
	n.Attrs = append(n.Attrs, a...)
}

// block is a pre-norm transformer block.
func (g *graph) block(scope, path, x, mask string) string {
	h := g.norm(scope+"/ln_1", path+".ln_1", x)
	x = g.op(scope, "Add", g.attention(scope+"/attn", path+".attn", h, mask), x)
	h = g.norm(scope+"/ln_2", path+".ln_2", x)
	h = g.linear(scope+"/mlp/c_fc", path+".mlp.c_fc", h, width, 4*width)
	h = g.gelu(scope+"/mlp/act", h)
	h = g.linear(scope+"/mlp/c_proj", path+".mlp.c_proj", h, 4*width, width)
	return g.op(scope, "Add", x, h)
}

func (g *graph) attention(scope, path, x, mask string) string {
	qkv := g.linear(scope+"/c_attn", path+".c_attn", x, width, 3*width)
	g.m.Graph.Nodes = append(g.m.Graph.Nodes, onnx.NewNode("Split", scope+"/Split", []string{qkv, g.ints("three", width, width, width)},
		[]string{scope + "/Split_output_0", scope + "/Split_output_1", scope + "/Split_output_2"}, onnx.IntAttr("axis", 2)))
	part := func(i int, perm ...int64) string {
		v := g.op(scope, "Reshape", fmt.Sprintf("%s/Split_output_%d", scope, i), g.ints("split_heads", 0, 0, heads, width/heads))
		v = g.op(scope, "Transpose", v)
		g.attrs(onnx.IntsAttr("perm", perm...))
		return v
	}
	scores := g.op(scope, "MatMul", part(0, 0, 2, 1, 3), part(1, 0, 2, 3, 1))
	scores = g.op(scope, "Div", scores, g.floats("root", float32(math.Sqrt(width/heads))))
	p := g.op(scope, "Softmax", g.op(scope, "Add", scores, mask))
	g.attrs(onnx.IntAttr("axis", -1))
	v := g.op(scope, "Transpose", g.op(scope, "MatMul", p, part(2, 0, 2, 1, 3)))
	g.attrs(onnx.IntsAttr("perm", 0, 2, 1, 3))
	return g.linear(scope+"/c_proj", path+".c_proj", g.op(scope, "Reshape", v, g.ints("join_heads", 0, 0, width)), width, width)
}

// mask closes what lies ahead: [seq, seq].
func (g *graph) mask(positions string) string {
	rows := g.op("/transformer", "Unsqueeze", positions, g.ints("column", 1))
	ahead := g.op("/transformer", "Less", rows, positions)
	return g.op("/transformer", "Where", ahead, g.floats("closed", -math.MaxFloat32), g.floats("open", 0))
}

func (g *graph) norm(scope, path, x string) string {
	g.fill(path+".weight", 1, width)
	g.fill(path+".bias", 0, width)
	out := g.op(scope, "LayerNormalization", x, path+".weight", path+".bias")
	g.attrs(onnx.IntAttr("axis", -1), onnx.FloatAttr("epsilon", 1e-5))
	return out
}

func (g *graph) linear(scope, path, x string, from, to int64) string {
	g.weight(path+".weight", from, to)
	g.fill(path+".bias", 0, to)
	return g.op(scope, "Add", g.op(scope, "MatMul", x, path+".weight"), path+".bias")
}

// gelu is the tanh form, in the eight nodes of the exporter.
func (g *graph) gelu(scope, x string) string {
	cube := g.op(scope, "Pow", x, g.floats("cube", 3))
	inner := g.op(scope, "Add", x, g.op(scope, "Mul", cube, g.floats("gelu_a", 0.044715)))
	t := g.op(scope, "Tanh", g.op(scope, "Mul", inner, g.floats("gelu_b", 0.7978846)))
	half := g.op(scope, "Mul", x, g.floats("half", 0.5))
	return g.op(scope, "Mul", half, g.op(scope, "Add", t, g.floats("gelu_c", 1)))
}

func (g *graph) add(name string, dtype tensor.DType, dims []int64, data []byte) {
	t, err := onnx.NewTensor(name, dtype, dims, data)
	if err != nil {
		panic(err) // sizes are ours
	}
	g.m.Graph.Initializers = append(g.m.Graph.Initializers, t)
}

// weight adds small pseudo-random numbers.
func (g *graph) weight(name string, dims ...int64) {
	n := int64(1)
	for _, d := range dims {
		n *= d
	}
	data := make([]byte, 4*n)
	for i := range n {
		g.seed ^= g.seed << 13
		g.seed ^= g.seed >> 7
		g.seed ^= g.seed << 17
		binary.LittleEndian.PutUint32(data[4*i:], math.Float32bits(float32(int32(g.seed))*(0.035/math.MaxInt32)))
	}
	g.add(name, tensor.Float32, dims, data)
}

func (g *graph) fill(name string, v float32, n int64) {
	data := make([]byte, 0, 4*n)
	for range n {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	g.add(name, tensor.Float32, []int64{n}, data)
}

// floats adds a scalar constant once.
func (g *graph) floats(name string, v float32) string {
	if !g.initializer(name) {
		g.add(name, tensor.Float32, []int64{}, binary.LittleEndian.AppendUint32(nil, math.Float32bits(v)))
	}
	return name
}

// ints adds an integer constant once: a scalar if it is one of zero and one.
func (g *graph) ints(name string, v ...int64) string {
	if g.initializer(name) {
		return name
	}
	dims := []int64{int64(len(v))}
	if name == "zero" || name == "one" {
		dims = []int64{}
	}
	var data []byte
	for _, x := range v {
		data = binary.LittleEndian.AppendUint64(data, uint64(x))
	}
	g.add(name, tensor.Int64, dims, data)
	return name
}

func (g *graph) initializer(name string) bool {
	for _, t := range g.m.Graph.Initializers {
		if t.Name == name {
			return true
		}
	}
	return false
}
