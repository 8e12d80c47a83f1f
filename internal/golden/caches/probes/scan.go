package probes

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama"
	nn "github.com/nngen-go/nngen/runtime"
)

// Measured has tensors of many shapes, and an edit.
//
//nngen:trace
func Measured(m *llama.Model, v nn.Tensor, alpha float32) (mean, logits nn.Tensor) {
	first := m.Model.Layers[0]
	first.SetOutput(first.Output().Add(v.Scale(alpha)))
	mean = m.Model.Layers[1].Output().Mean(1)
	return mean, m.LMHead.Output()
}
