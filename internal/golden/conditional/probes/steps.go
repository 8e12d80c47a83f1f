package probes

import (
	"github.com/nngen-go/nngen/examples/demo/opticks"
	nn "github.com/nngen-go/nngen/runtime"
)

// EitherSteps goes through the same decoding step in either branch: one measures
// a layer, the other scales what comes ahead of it.
//
//nngen:trace
func EitherSteps(m *opticks.Model, alpha float32) (k float32, ids nn.Tensor) {
	for range m.Iter(0) {
		k += 0.5
	}
	if alpha > 0.5 {
		for range m.Iter(3) {
			k += m.Transformer.H[0].Output().Norm().Item() / 64
		}
	} else {
		for range m.Iter(3) {
			mlp := m.Transformer.H[0].MLP
			mlp.SetOutput(mlp.Output().Scale(k + alpha))
		}
	}
	return k, m.Result()
}
