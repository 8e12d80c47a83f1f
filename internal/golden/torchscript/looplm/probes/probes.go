// Package probes holds the golden cases of the looplm fixture as trace functions:
// each does what its case in testdata/goldens/cases.md says.
package probes

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/looplm"
	nn "github.com/nngen-go/nngen/runtime"
)

// Raw is the model as it is.
//
//nngen:trace
func Raw(m *looplm.Model) (logits nn.Tensor) { return m.Output() }

// Visits reads the block at each of the three visits.
//
//nngen:trace
func Visits(m *looplm.Model) (h0, h1, h2 nn.Tensor) {
	var seen []nn.Tensor
	for range m.All() {
		seen = append(seen, m.Block.Output())
	}
	return seen[0], seen[1], seen[2]
}

// SetSecond trebles the block's output at its second visit alone.
//
//nngen:trace
func SetSecond(m *looplm.Model) (logits nn.Tensor) {
	for range m.Iter(1) {
		m.Block.SetOutput(m.Block.Output().Scale(3))
	}
	return m.Output()
}
