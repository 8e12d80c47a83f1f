// Package probes holds the golden cases of the timemajor fixture, whose rows stand
// on the second axis: each does what its case in testdata/goldens/cases.md says.
package probes

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/timemajor"
	nn "github.com/nngen-go/nngen/runtime"
)

// Raw is the model as it is.
//
//nngen:trace
func Raw(m *timemajor.Model) (out nn.Tensor) {
	return m.Output()
}

// ThreeInvokes reads in two invokes and doubles between them.
//
//nngen:trace
func ThreeInvokes(t *timemajor.Trace, a, b, c timemajor.Inputs) (h0, out0, out1, h2, out2 nn.Tensor) {
	t.Invoke(a, func(m *timemajor.Model) {
		h0 = m.Block.Output()
		out0 = m.Output()
	})
	t.Invoke(b, func(m *timemajor.Model) {
		m.Block.SetOutput(m.Block.Output().Scale(2))
		out1 = m.Output()
	})
	t.Invoke(c, func(m *timemajor.Model) {
		h2 = m.Block.Output()
		out2 = m.Output()
	})
	t.Run()
	return h0, out0, out1, h2, out2
}

// Patch writes the last step of one invoke into all rows of another.
//
//nngen:trace
func Patch(t *timemajor.Trace, a, b timemajor.Inputs) (out0, out1 nn.Tensor) {
	var last nn.Tensor
	t.Invoke(a, func(m *timemajor.Model) {
		last = m.Block.Output().At(-1)
		out0 = m.Output()
	})
	t.Invoke(b, func(m *timemajor.Model) {
		m.Block.SetOutput(m.Block.Output().SetAt(last, -1))
		out1 = m.Output()
	})
	t.Run()
	return out0, out1
}
