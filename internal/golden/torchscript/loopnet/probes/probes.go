// Package probes holds the golden cases of the loopnet fixture as trace functions:
// each does what its case in testdata/goldens/cases.md says.
package probes

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/loopnet"
	nn "github.com/nngen-go/nngen/runtime"
)

// Raw is the model as it is.
//
//nngen:trace
func Raw(m *loopnet.Model) (out nn.Tensor) {
	return m.Output()
}

// GetFirst reads the block's first visit.
//
//nngen:trace
func GetFirst(m *loopnet.Model) (block nn.Tensor) {
	return m.Block.Output()
}

// SetFirst doubles the block's output at its first visit.
//
//nngen:trace
func SetFirst(m *loopnet.Model) (out nn.Tensor) {
	m.Block.SetOutput(m.Block.Output().Scale(2))
	return m.Output()
}
