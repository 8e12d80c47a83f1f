// Package help is imported by package helped.
package help

import nn "github.com/nngen-go/nngen/runtime"

// Wrong does not fit any hidden state.
func Wrong(h nn.Tensor) nn.Tensor {
	return h.Add(nn.From([]float32{1, 2, 3})) // want "Add: .*NN1401"
}
