package onnx

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/nngen-go/nngen/internal/tensor"
)

// Int64s gives the elements of an integer or bool constant, widened. It is for
// small constants: the elements are copied.
func (t *Tensor) Int64s() ([]int64, error) {
	n, err := t.held()
	if err != nil {
		return nil, err
	}
	le := binary.LittleEndian
	out := make([]int64, n)
	for i := range out {
		switch tensor.DType(t.DType) {
		case tensor.Int64, tensor.Uint64:
			out[i] = int64(le.Uint64(t.Data[8*i:]))
		case tensor.Int32:
			out[i] = int64(int32(le.Uint32(t.Data[4*i:])))
		case tensor.Uint32:
			out[i] = int64(le.Uint32(t.Data[4*i:]))
		case tensor.Int16:
			out[i] = int64(int16(le.Uint16(t.Data[2*i:])))
		case tensor.Uint16:
			out[i] = int64(le.Uint16(t.Data[2*i:]))
		case tensor.Int8:
			out[i] = int64(int8(t.Data[i]))
		case tensor.Uint8, tensor.Bool:
			out[i] = int64(t.Data[i])
		default:
			return nil, fmt.Errorf("tensor %q: %s is no integer type", t.Name, tensor.DType(t.DType))
		}
	}
	return out, nil
}

// Float32s gives the elements of a floating-point constant as float32, copied.
func (t *Tensor) Float32s() ([]float32, error) {
	n, err := t.held()
	if err != nil {
		return nil, err
	}
	le := binary.LittleEndian
	out := make([]float32, n)
	for i := range out {
		switch tensor.DType(t.DType) {
		case tensor.Float32:
			out[i] = math.Float32frombits(le.Uint32(t.Data[4*i:]))
		case tensor.Float64:
			out[i] = float32(math.Float64frombits(le.Uint64(t.Data[8*i:])))
		case tensor.Float16:
			out[i] = fromHalf(le.Uint16(t.Data[2*i:]))
		case tensor.BFloat16:
			out[i] = math.Float32frombits(uint32(le.Uint16(t.Data[2*i:])) << 16)
		default:
			return nil, fmt.Errorf("tensor %q: %s is no floating-point type", t.Name, tensor.DType(t.DType))
		}
	}
	return out, nil
}

// held gives the number of elements of a tensor whose data is at hand.
func (t *Tensor) held() (int64, error) {
	if t.External != nil {
		return 0, fmt.Errorf("tensor %q: its data is in the file %q: read it with File.TensorBytes", t.Name, t.External.Location)
	}
	if _, known, _ := t.size(); !known {
		return 0, fmt.Errorf("tensor %q: elements of %s cannot be read", t.Name, tensor.DType(t.DType))
	}
	if err := t.checkSize(); err != nil {
		return 0, fmt.Errorf("tensor %q: %w", t.Name, err)
	}
	return t.Elements()
}

// ByteSize is the size of the tensor's data, wherever it lies; 0 for strings
// and for element types of unknown width.
func (t *Tensor) ByteSize() int64 {
	if tensor.DType(t.DType) == tensor.String {
		return 0
	}
	n, known, err := t.size()
	if err != nil || !known {
		return int64(len(t.Data))
	}
	return n
}

// Constant gives the value of a Constant node, made into a tensor where the node
// holds it as a plain number or list.
func (n *Node) Constant() (*Tensor, bool) {
	if n.Op != "Constant" || (n.Domain != "" && n.Domain != "ai.onnx") || len(n.Attrs) != 1 {
		return nil, false
	}
	a := n.Attrs[0]
	var t *Tensor
	var err error
	switch a.Name {
	case "value":
		t = a.T
	case "value_int":
		t, err = NewTensor("", tensor.Int64, nil, []int64{a.I})
	case "value_ints":
		t, err = NewTensor("", tensor.Int64, []int64{int64(len(a.Ints))}, a.Ints)
	case "value_float":
		t, err = NewTensor("", tensor.Float32, nil, []float32{a.F})
	case "value_floats":
		t, err = NewTensor("", tensor.Float32, []int64{int64(len(a.Floats))}, a.Floats)
	}
	return t, t != nil && err == nil
}

// Attr gives a node's attribute by name, nil if it has none.
func (n *Node) Attr(name string) *Attribute {
	for _, a := range n.Attrs {
		if a.Name == name {
			return a
		}
	}
	return nil
}

// eachTensor visits the weights and tensor attributes of a graph and its bodies.
func (g *Graph) eachTensor(visit func(t *Tensor)) {
	for _, t := range g.Initializers {
		visit(t)
	}
	for _, n := range g.Nodes {
		for _, a := range n.Attrs {
			if a.T != nil {
				visit(a.T)
			}
			for _, t := range a.Tensors {
				visit(t)
			}
		}
		n.bodies(func(b *Graph) { b.eachTensor(visit) })
	}
}
