package ops

import (
	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

// Op is one operator of the tensor vocabulary. The checker asks it for types,
// the compiler and the interpreter for its ONNX form.
type Op struct {
	Name   string  // of the method of nn.Tensor, or of the function of package nn
	Doc    string  // one line, starts with the name
	Func   bool    // a function of package nn, not a method
	Hidden bool    // the compiler's own (row scopes), no Go name
	Shape  string  // the shape rule as documentation, "[a…] → [a…]"
	Params []Param // after the receiver
	// Results names the results where there is more than one; Slice: they come
	// as one slice whose length the attributes decide.
	Results []string
	Slice   bool
	// Infer gives the types of the results. Operands of scalar parameters come
	// as scalars, in the order of Params, after the receiver.
	Infer func(in []tensor.Type, a Attrs) ([]tensor.Type, error)
	// Lower emits nodes and gives the names of the results.
	Lower func(e Emitter, in []Operand, a Attrs) ([]string, error)
}

// ParamKind says what an argument of an operator's Go form may be.
type ParamKind string

// The kinds of argument.
const (
	TensorParam  ParamKind = "tensor"  // an operand
	TensorsParam ParamKind = "tensors" // variadic or slice of operands, last
	ScalarParam  ParamKind = "scalar"  // a Go float32 or int, becomes a scalar operand (float32 or int64)
	StaticParam  ParamKind = "static"  // known when generating: int, float64, bool, string, dtype; becomes an attribute
	StaticsParam ParamKind = "statics" // variadic ints known when generating
	IndexParam   ParamKind = "index"   // variadic indices: attribute "index", index tensors and int parameters become operands
)

// Param is one argument of an operator's Go form. The attribute of a static
// parameter has the parameter's name; a DType is held as its text.
type Param struct {
	Name string
	Kind ParamKind
	Type string // in Go, as package nn spells it: "Tensor", "...int", "float32", "DType"
}

// Operand is a value in the graph under construction.
type Operand struct {
	Name string
	Type tensor.Type
}

// Emitter receives the ONNX nodes that an operator becomes.
type Emitter interface {
	// Opset is that of the model's default domain: nodes must obey it.
	Opset() int64
	// Node adds a node with one output and gives the output's fresh name.
	Node(op string, in []string, attrs ...*onnx.Attribute) string
	// Nodes adds a node with n outputs.
	Nodes(op string, n int, in []string, attrs ...*onnx.Attribute) []string
	// Const adds a constant: data is a slice of the dtype's Go type, little-endian bytes otherwise.
	Const(t tensor.DType, dims []int64, data any) string
}
