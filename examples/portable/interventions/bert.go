package interventions

import (
	"github.com/nngen-go/nngen/examples/portable/bert"
	nn "github.com/nngen-go/nngen/runtime"
)

// SteerBERT is steer of the first layer of BERT.
//
//nngen:trace
func SteerBERT(m *bert.Model, v nn.Tensor, alpha float32) (last nn.Tensor) {
	steer(m.Layers[:], 0, v, alpha)
	return m.Layers[1].Output()
}

// AblateBERT is ablate of the attention in the first layer of BERT.
//
//nngen:trace
func AblateBERT(m *bert.Model) (last nn.Tensor) {
	ablate(m.Layers[0].SelfAttn)
	return m.Layers[1].Output()
}

// KeepBERT caches what the layers of BERT give, by their standard name.
//
//nngen:trace
func KeepBERT(m *bert.Model) (c *bert.Cache) {
	return m.Cache(nn.Modules("layers.0", "layers.1", "layers.0.self_attn"))
}
