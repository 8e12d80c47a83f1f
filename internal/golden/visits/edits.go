package visits

import (
	"github.com/nngen-go/nngen/internal/golden/optimum/llama"
	nn "github.com/nngen-go/nngen/runtime"
)

// Between adds a vector at two of the decoding steps.
//
//nngen:edit
func Between(m *llama.Model, v nn.Tensor) {
	for range m.Iter(nn.Range(1, 3)) {
		b := m.Model.Layers[0]
		b.SetOutput(b.Output().Add(v))
	}
}

// Turns does something else at each step: outside of loops it means step 0.
//
//nngen:edit
func Turns(m *llama.Model, v nn.Tensor, by float32, late bool) {
	b := m.Model.Layers[0]
	b.SetOutput(b.Output().Scale(by))
	for range m.Iter(1, nn.RangeStep(2, 6, 2)) {
		b.SetOutput(b.Output().Sub(v.Scale(by / 2)))
		if late && by > 1 {
			mlp := m.Model.Layers[1].MLP
			mlp.SetOutput(mlp.Output().Scale(by))
		}
	}
}

// SkipsLater leaves the first MLP out from step 2 on, where it is told to.
//
//nngen:edit
func SkipsLater(m *llama.Model, on bool) {
	if on {
		for range m.Iter(nn.RangeFrom(2)) {
			mlp := m.Model.Layers[0].MLP
			mlp.Skip(mlp.Input().Scale(0.5))
		}
	}
}

// Inside scales the attention pattern of a layer that the caller chooses, from step 1 on.
//
//nngen:edit
func Inside(m *llama.Model, layer int, k float32) {
	softmax := m.Model.Layers[layer].SelfAttn.Source().Softmax
	for range m.Iter(nn.RangeFrom(1)) {
		softmax.SetOutput(softmax.Output().Scale(k))
	}
}

// Each reads the second layer at every step, and the ids.
//
//nngen:trace nohooks
func Each(m *llama.Model) (h1 []nn.Tensor, ids nn.Tensor) {
	for range m.All() {
		h1 = append(h1, m.Model.Layers[1].Output())
	}
	return h1, m.Result()
}

// Plain is carried out at every step and reads nothing that matters.
//
//nngen:trace nohooks
func Plain(m *llama.Model) (h1, logits nn.Tensor) {
	return m.Model.Layers[1].Output(), m.LMHead.Output()
}
