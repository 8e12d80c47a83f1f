package ops

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

// Builder is an Emitter that collects nodes and constants. Its names begin with
// a prefix, so that they meet no others in a graph that they are put into.
type Builder struct {
	Added        []*onnx.Node
	Initializers []*onnx.Tensor
	Err          error // the first constant that could not be made

	opset  int64
	prefix string
	count  int
}

// NewBuilder begins an empty graph for an opset of the default domain.
func NewBuilder(opset int64, prefix string) *Builder {
	return &Builder{opset: opset, prefix: prefix}
}

// Opset is that of the model's default domain.
func (b *Builder) Opset() int64 { return b.opset }

// Node adds a node with one output.
func (b *Builder) Node(op string, in []string, attrs ...*onnx.Attribute) string {
	return b.Nodes(op, 1, in, attrs...)[0]
}

// Nodes adds a node with n outputs.
func (b *Builder) Nodes(op string, n int, in []string, attrs ...*onnx.Attribute) []string {
	name := b.fresh(op)
	out := make([]string, n)
	for i := range out {
		out[i] = name
		if n > 1 {
			out[i] = fmt.Sprintf("%s_%d", name, i)
		}
	}
	b.Added = append(b.Added, onnx.NewNode(op, name, in, out, attrs...))
	return out
}

// Const adds a constant as an initializer.
func (b *Builder) Const(t tensor.DType, dims []int64, data any) string {
	name := b.fresh("const")
	c, err := onnx.NewTensor(name, t, dims, data)
	if err != nil && b.Err == nil {
		b.Err = err
	}
	b.Initializers = append(b.Initializers, c)
	return name
}

func (b *Builder) fresh(what string) string {
	b.count++
	return fmt.Sprintf("%s%s_%d", b.prefix, what, b.count)
}
