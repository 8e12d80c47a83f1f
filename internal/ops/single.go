package ops

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

// The version of the file format and the opset that single-operation models have.
const (
	singleIR    = 8
	SingleOpset = 17
)

// Single makes a model of one operation, for the interpreter, and names its
// inputs and outputs. Only the ranks and dtypes of in count: the model takes any
// sizes, so that one session serves them all; sizes that do not fit are found by
// Infer, which the caller asks before each run.
func Single(op string, in []tensor.Type, a Attrs, opset int64) (m *onnx.Model, inputs, outputs []string, err error) {
	o, ok := Lookup(op)
	if !ok {
		return nil, nil, nil, fmt.Errorf("no operator is called %s", op)
	}
	g := &onnx.Graph{Name: op}
	var operands []Operand
	for i, t := range in {
		if t.Shape == nil {
			return nil, nil, nil, fmt.Errorf("%s: operand %d has no rank", op, i)
		}
		name := fmt.Sprintf("in%d", i)
		operands = append(operands, Operand{name, tensor.Type{DType: t.DType, Shape: anySizes(len(t.Shape))}})
		g.Inputs = append(g.Inputs, valueInfo(name, t.DType, len(t.Shape)))
		inputs = append(inputs, name)
	}
	b := NewBuilder(opset, "")
	results, err := o.Infer(typesOf(operands), a)
	if err != nil {
		return nil, nil, nil, err
	}
	names, err := o.Lower(b, operands, a)
	if err == nil {
		err = b.Err
	}
	if err != nil {
		return nil, nil, nil, err
	}
	outputs = b.outputs(names, inputs)
	for i, name := range outputs {
		g.Outputs = append(g.Outputs, valueInfo(name, results[i].DType, len(results[i].Shape)))
	}
	g.Nodes, g.Initializers = b.Added, b.Initializers
	m = &onnx.Model{IR: singleIR, Producer: "nngen", Graph: g, Opsets: []onnx.Opset{{Version: opset}}}
	return m, inputs, outputs, nil
}

// outputs gives results names of their own where an operator had nothing to do
// and passes an input on, or one value twice.
func (b *Builder) outputs(names, inputs []string) []string {
	used := map[string]bool{}
	for _, name := range inputs {
		used[name] = true
	}
	out := make([]string, len(names))
	for i, name := range names {
		if used[name] {
			name = b.Node("Identity", []string{name})
		}
		used[name] = true
		out[i] = name
	}
	return out
}

func anySizes(rank int) tensor.Shape {
	s := make(tensor.Shape, rank)
	for i := range s {
		s[i] = tensor.Unknown
	}
	return s
}

func valueInfo(name string, d tensor.DType, rank int) *onnx.ValueInfo {
	dims := make([]onnx.Dim, rank)
	for i := range dims {
		dims[i] = onnx.Dim{Size: -1}
	}
	return onnx.NewValue(name, d, dims...)
}

// Key names the single-operation model that serves an operation: equal keys,
// equal models.
func Key(op string, in []tensor.Type, a Attrs) string {
	var b strings.Builder
	b.WriteString(op)
	for _, t := range in {
		fmt.Fprintf(&b, " %s/%d", t.DType, len(t.Shape))
	}
	if len(a) > 0 {
		text, err := json.Marshal(map[string]any(a)) // sorts the keys
		if err != nil {                              // NaN and infinities
			text = fmt.Appendf(nil, "%v", a)
		}
		b.WriteByte(' ')
		b.Write(text)
	}
	return b.String()
}
