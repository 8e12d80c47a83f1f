package interventions

import (
	"github.com/nngen-go/nngen/examples/portable/llama"
	nn "github.com/nngen-go/nngen/runtime"
)

// SteerLlama is steer of the first layer of Llama.
//
//nngen:trace
func SteerLlama(m *llama.Model, v nn.Tensor, alpha float32) (last nn.Tensor) {
	steer(m.Layers[:], 0, v, alpha)
	return m.Layers[1].Output()
}

// AblateLlama is ablate of the attention in the first layer of Llama.
//
//nngen:trace
func AblateLlama(m *llama.Model) (last nn.Tensor) {
	ablate(m.Layers[0].SelfAttn)
	return m.Layers[1].Output()
}

// KeepLlama caches what the layers of Llama give, by their standard name.
//
//nngen:trace
func KeepLlama(m *llama.Model) (c *llama.Cache) {
	return m.Cache(nn.Modules("layers.0", "layers.1", "layers.0.self_attn"))
}

// LensLlama is lens of the first layer of Llama.
//
//nngen:trace
func LensLlama(m *llama.Model) (logits nn.Tensor) {
	return lens(m.Layers[0], m.LnFinal, m.LMHead)
}
