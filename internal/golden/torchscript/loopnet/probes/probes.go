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

// Visits reads the linear layer and the block at each of the five visits.
//
//nngen:trace
func Visits(m *loopnet.Model) (fc, block nn.Tensor) {
	var inner, outer []nn.Tensor
	for range m.All() {
		inner = append(inner, m.Block.Fc.Output())
		outer = append(outer, m.Block.Output())
	}
	return nn.Stack(0, inner...), nn.Stack(0, outer...)
}

// SetFourth doubles the block's output at its fourth visit alone.
//
//nngen:trace
func SetFourth(m *loopnet.Model) (out nn.Tensor) {
	for range m.Iter(3) {
		m.Block.SetOutput(m.Block.Output().Scale(2))
	}
	return m.Output()
}

// SetAll halves the block's output at each of the five visits, in three ways to
// name them.
//
//nngen:trace
func SetAll(m *loopnet.Model) (out nn.Tensor) {
	halve := func() { m.Block.SetOutput(m.Block.Output().Scale(0.5)) }
	halve()
	for visit := range m.Iter(nn.RangeStep(1, 3, 2)) {
		halve()
		for range m.Iter(visit + 1) {
			halve()
		}
	}
	for range m.Iter(3) {
		halve()
		m.Next()
		halve()
	}
	return m.Output()
}
