package interventions

import (
	"github.com/nngen-go/nngen/examples/portable/neox"
	nn "github.com/nngen-go/nngen/runtime"
)

// SteerNeoX is steer of the first layer of NeoX.
//
//nngen:trace
func SteerNeoX(m *neox.Model, v nn.Tensor, alpha float32) (last nn.Tensor) {
	steer(m.Layers[:], 0, v, alpha)
	return m.Layers[1].Output()
}

// AblateNeoX is ablate of the attention in the first layer of NeoX.
//
//nngen:trace
func AblateNeoX(m *neox.Model) (last nn.Tensor) {
	ablate(m.Layers[0].SelfAttn)
	return m.Layers[1].Output()
}

// KeepNeoX caches what the layers of NeoX give, by their standard name.
//
//nngen:trace
func KeepNeoX(m *neox.Model) (c *neox.Cache) {
	return m.Cache(nn.Modules("layers.0", "layers.1", "layers.0.self_attn"))
}

// LensNeoX is lens of the first layer of NeoX.
//
//nngen:trace
func LensNeoX(m *neox.Model) (logits nn.Tensor) {
	return lens(m.Layers[0], m.LnFinal, m.LMHead)
}

// AttendNeoX reads an attention that is looked up by its standard name.
//
//nngen:trace
func AttendNeoX(m *neox.Model) (out nn.Tensor, err error) {
	attn, err := m.Get("layers.0.self_attn")
	if err != nil {
		return out, err
	}
	return attn.Output(), nil
}
