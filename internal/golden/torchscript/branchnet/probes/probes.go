// Package probes holds the golden cases of the branchnet fixture as trace functions:
// each does what its case in testdata/goldens/cases.md says.
package probes

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/branchnet"
	nn "github.com/nngen-go/nngen/runtime"
)

// Raw is the model as it is.
//
//nngen:trace
func Raw(m *branchnet.Model) (out nn.Tensor) {
	return m.Output()
}

// Get reads what stands outside the branches.
//
//nngen:trace
func Get(m *branchnet.Model) (stem, fork, out nn.Tensor) {
	stem = m.Stem.Output()
	fork = m.Fork.Output()
	return stem, fork, m.Output()
}

// SetFork doubles what comes out of whichever branch was taken.
//
//nngen:trace
func SetFork(m *branchnet.Model) (out nn.Tensor) {
	m.Fork.SetOutput(m.Fork.Output().Scale(2))
	return m.Output()
}
