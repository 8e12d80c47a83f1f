package wire

import (
	"fmt"
	"io"

	"github.com/nngen-go/nngen/internal/tensor"
	nn "github.com/nngen-go/nngen/runtime"
)

// WriteTensor writes a tensor as a frame.
func WriteTensor(w io.Writer, index int, t nn.Tensor) error {
	h := Head{Kind: Value, Index: index, DType: t.DType().String()}
	for _, d := range t.Shape() {
		h.Shape = append(h.Shape, int64(d))
	}
	return Write(w, h, t.Bytes())
}

// Tensor makes the tensor of a frame that a Reader gave, and so checked.
func Tensor(h Head, data []byte) (nn.Tensor, error) {
	if h.Kind != Value || h.Same {
		return nn.Tensor{}, fmt.Errorf("%q where a tensor was to come", h.Kind)
	}
	d, err := tensor.ParseDType(h.DType)
	if err != nil {
		return nn.Tensor{}, err
	}
	shape := make([]int, len(h.Shape))
	for i, n := range h.Shape {
		shape[i] = int(n)
	}
	return nn.FromBytes(d, data, shape...), nil
}

// Tensor reads a frame that has to be a tensor.
func (r *Reader) Tensor() (nn.Tensor, error) {
	h, data, err := r.Next()
	if err != nil {
		return nn.Tensor{}, err
	}
	return Tensor(h, data)
}
