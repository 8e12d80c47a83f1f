package interventions

import (
	"github.com/nngen-go/nngen/examples/portable/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

// SteerGPT2 is steer of the first layer of GPT2.
//
//nngen:trace
func SteerGPT2(m *gpt2.Model, v nn.Tensor, alpha float32) (last nn.Tensor) {
	steer(m.Layers[:], 0, v, alpha)
	return m.Layers[1].Output()
}

// AblateGPT2 is ablate of the attention in the first layer of GPT2.
//
//nngen:trace
func AblateGPT2(m *gpt2.Model) (last nn.Tensor) {
	ablate(m.Layers[0].SelfAttn)
	return m.Layers[1].Output()
}

// KeepGPT2 caches what the layers of GPT2 give, by their standard name.
//
//nngen:trace
func KeepGPT2(m *gpt2.Model) (c *gpt2.Cache) {
	return m.Cache(nn.Modules("layers.0", "layers.1", "layers.0.self_attn"))
}

// LensGPT2 is lens of the first layer of GPT2.
//
//nngen:trace
func LensGPT2(m *gpt2.Model) (logits nn.Tensor) {
	return lens(m.Layers[0], m.LnFinal, m.LMHead)
}
