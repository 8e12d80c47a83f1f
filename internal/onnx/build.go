package onnx

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/nngen-go/nngen/internal/tensor"
)

// NewNode makes a node of the default operator domain.
func NewNode(op, name string, inputs, outputs []string, attrs ...*Attribute) *Node {
	return &Node{Op: op, Name: name, Inputs: inputs, Outputs: outputs, Attrs: attrs}
}

// IntAttr makes an integer attribute.
func IntAttr(name string, v int64) *Attribute {
	return &Attribute{Name: name, Type: AttrInt, I: v}
}

// IntsAttr makes an attribute that is a list of integers.
func IntsAttr(name string, v ...int64) *Attribute {
	return &Attribute{Name: name, Type: AttrInts, Ints: v}
}

// FloatAttr makes a float attribute.
func FloatAttr(name string, v float32) *Attribute {
	return &Attribute{Name: name, Type: AttrFloat, F: v}
}

// FloatsAttr makes an attribute that is a list of floats.
func FloatsAttr(name string, v ...float32) *Attribute {
	return &Attribute{Name: name, Type: AttrFloats, Floats: v}
}

// StringAttr makes a string attribute.
func StringAttr(name, v string) *Attribute {
	return &Attribute{Name: name, Type: AttrString, S: []byte(v)}
}

// TensorAttr makes a tensor attribute.
func TensorAttr(name string, t *Tensor) *Attribute {
	return &Attribute{Name: name, Type: AttrTensor, T: t}
}

// GraphAttr makes an attribute that holds a body.
func GraphAttr(name string, g *Graph) *Attribute {
	return &Attribute{Name: name, Type: AttrGraph, G: g}
}

// NewValue makes the name and type of a tensor value.
func NewValue(name string, dtype tensor.DType, shape ...Dim) *ValueInfo {
	if shape == nil {
		shape = []Dim{}
	}
	return &ValueInfo{Name: name, DType: int32(dtype), Shape: shape, HasShape: true}
}

// NewTensor makes a constant. Data is a slice of Go numbers or bools that is
// converted to dtype, or the little-endian bytes themselves.
func NewTensor(name string, dtype tensor.DType, dims []int64, data any) (*Tensor, error) {
	t := newTensor()
	t.Name, t.DType, t.Dims = name, int32(dtype), dims
	var err error
	switch v := data.(type) {
	case []byte:
		t.Data = v
	case []float32:
		t.Data, err = encode(dtype, v)
	case []float64:
		t.Data, err = encode(dtype, v)
	case []int64:
		t.Data, err = encode(dtype, v)
	case []int32:
		t.Data, err = encode(dtype, v)
	case []int:
		t.Data, err = encode(dtype, v)
	case []bool:
		ints := make([]int32, len(v))
		for i, b := range v {
			if b {
				ints[i] = 1
			}
		}
		t.Data, err = encode(dtype, ints)
	default:
		err = fmt.Errorf("data of type %T cannot go into a tensor", data)
	}
	if err == nil {
		err = t.checkSize()
	}
	if err != nil {
		return nil, fmt.Errorf("tensor %q: %w", name, err)
	}
	return t, nil
}

type number interface {
	float32 | float64 | int64 | int32 | int
}

// encode gives the little-endian bytes of v as elements of dtype.
func encode[T number](dtype tensor.DType, v []T) ([]byte, error) {
	out := make([]byte, 0, len(v)*dtype.Size())
	le := binary.LittleEndian
	for _, x := range v {
		switch dtype {
		case tensor.Float32:
			out = le.AppendUint32(out, math.Float32bits(float32(x)))
		case tensor.Float64:
			out = le.AppendUint64(out, math.Float64bits(float64(x)))
		case tensor.Float16:
			out = le.AppendUint16(out, toHalf(float32(x)))
		case tensor.BFloat16:
			out = le.AppendUint16(out, toBrain(float32(x)))
		case tensor.Bool:
			b := byte(0)
			if x != 0 {
				b = 1
			}
			out = append(out, b)
		case tensor.Int64, tensor.Uint64:
			out = le.AppendUint64(out, uint64(int64(x)))
		case tensor.Int32, tensor.Uint32:
			out = le.AppendUint32(out, uint32(int64(x)))
		case tensor.Int16, tensor.Uint16:
			out = le.AppendUint16(out, uint16(int64(x)))
		case tensor.Int8, tensor.Uint8:
			out = append(out, byte(int64(x)))
		default:
			return nil, fmt.Errorf("elements of %s cannot be made from numbers", dtype)
		}
	}
	return out, nil
}
