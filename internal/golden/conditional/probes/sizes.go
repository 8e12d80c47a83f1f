package probes

import (
	"github.com/nngen-go/nngen/examples/demo/opticks"
	nn "github.com/nngen-go/nngen/runtime"
)

// KeepMean puts the mean over the rows in the place of a block's output where
// that is hot: it fits where there is one row.
//
//nngen:trace
func KeepMean(m *opticks.Model, limit float32) (h, logits nn.Tensor) {
	h = m.Transformer.H[1].Output()
	if h.Norm().Item() > limit {
		m.Transformer.H[1].SetOutput(h.MeanKeep(0))
	}
	last := m.LMHead.Output()
	if last.Norm().Item() > limit {
		last = last.MeanKeep(0)
	}
	return h, last.Scale(2)
}
