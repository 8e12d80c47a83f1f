// Package probes holds the golden cases of the folded fixture, whose rows share
// axes with other things: each does what its case in testdata/goldens/cases.md says.
package probes

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/folded"
	nn "github.com/nngen-go/nngen/runtime"
)

// Raw is the model as it is.
//
//nngen:trace
func Raw(m *folded.Model) (out, flat nn.Tensor) {
	return m.Output(), m.Outputs()[1]
}

// Tokens reads and scales [batch*seq, 6], where a row's entries lie together.
//
//nngen:trace
func Tokens(t *folded.Trace, a, b, c folded.Inputs) (h0, out0, out1, flat1, h2, out2 nn.Tensor) {
	t.Invoke(a, func(m *folded.Model) {
		h0 = m.Tokens.Output()
		out0 = m.Output()
	})
	t.Invoke(b, func(m *folded.Model) {
		m.Tokens.SetOutput(m.Tokens.Output().Scale(3))
		all := m.Outputs()
		out1, flat1 = all[0], all[1]
	})
	t.Invoke(c, func(m *folded.Model) {
		h2 = m.Tokens.Output()
		out2 = m.Output()
	})
	t.Run()
	return h0, out0, out1, flat1, h2, out2
}

// Steps reads and scales [seq*batch, 6], where rows vary fastest.
//
//nngen:trace
func Steps(t *folded.Trace, a, b, c folded.Inputs) (h0, out0, out1, flat1, h2, out2 nn.Tensor) {
	t.Invoke(a, func(m *folded.Model) {
		h0 = m.Steps.Output()
		out0 = m.Output()
	})
	t.Invoke(b, func(m *folded.Model) {
		m.Steps.SetOutput(m.Steps.Output().Scale(3))
		all := m.Outputs()
		out1, flat1 = all[0], all[1]
	})
	t.Invoke(c, func(m *folded.Model) {
		h2 = m.Steps.Output()
		out2 = m.Output()
	})
	t.Run()
	return h0, out0, out1, flat1, h2, out2
}

// Guide reads and scales [2*batch, 6]: all rows, then all of them again.
//
//nngen:trace
func Guide(t *folded.Trace, a, b, c folded.Inputs) (h0, out0, out1, flat1, h2, out2 nn.Tensor) {
	t.Invoke(a, func(m *folded.Model) {
		h0 = m.Guide.Output()
		out0 = m.Output()
	})
	t.Invoke(b, func(m *folded.Model) {
		m.Guide.SetOutput(m.Guide.Output().Scale(3))
		all := m.Outputs()
		out1, flat1 = all[0], all[1]
	})
	t.Invoke(c, func(m *folded.Model) {
		h2 = m.Guide.Output()
		out2 = m.Output()
	})
	t.Run()
	return h0, out0, out1, flat1, h2, out2
}

// Twice reads and scales [2*batch, 6]: each row beside its copy.
//
//nngen:trace
func Twice(t *folded.Trace, a, b, c folded.Inputs) (h0, out0, out1, flat1, h2, out2 nn.Tensor) {
	t.Invoke(a, func(m *folded.Model) {
		h0 = m.Twice.Output()
		out0 = m.Output()
	})
	t.Invoke(b, func(m *folded.Model) {
		m.Twice.SetOutput(m.Twice.Output().Scale(3))
		all := m.Outputs()
		out1, flat1 = all[0], all[1]
	})
	t.Invoke(c, func(m *folded.Model) {
		h2 = m.Twice.Output()
		out2 = m.Output()
	})
	t.Run()
	return h0, out0, out1, flat1, h2, out2
}

// PatchTokens carries a value from one invoke to another.
//
//nngen:trace
func PatchTokens(t *folded.Trace, a, b folded.Inputs) (out0, out1, flat1 nn.Tensor) {
	ready := t.Barrier(2)
	var h nn.Tensor
	t.Invoke(a, func(m *folded.Model) {
		h = m.Tokens.Output()
		ready.Wait()
		out0 = m.Output()
	})
	t.Invoke(b, func(m *folded.Model) {
		ready.Wait()
		m.Tokens.SetOutput(h)
		all := m.Outputs()
		out1, flat1 = all[0], all[1]
	})
	t.Run()
	return out0, out1, flat1
}

// PatchSteps carries a value from one invoke to another.
//
//nngen:trace
func PatchSteps(t *folded.Trace, a, b folded.Inputs) (out0, out1, flat1 nn.Tensor) {
	ready := t.Barrier(2)
	var h nn.Tensor
	t.Invoke(a, func(m *folded.Model) {
		h = m.Steps.Output()
		ready.Wait()
		out0 = m.Output()
	})
	t.Invoke(b, func(m *folded.Model) {
		ready.Wait()
		m.Steps.SetOutput(h)
		all := m.Outputs()
		out1, flat1 = all[0], all[1]
	})
	t.Run()
	return out0, out1, flat1
}

// PatchGuide carries a value from one invoke to another.
//
//nngen:trace
func PatchGuide(t *folded.Trace, a, b folded.Inputs) (out0, out1, flat1 nn.Tensor) {
	ready := t.Barrier(2)
	var h nn.Tensor
	t.Invoke(a, func(m *folded.Model) {
		h = m.Guide.Output()
		ready.Wait()
		out0 = m.Output()
	})
	t.Invoke(b, func(m *folded.Model) {
		ready.Wait()
		m.Guide.SetOutput(h)
		all := m.Outputs()
		out1, flat1 = all[0], all[1]
	})
	t.Run()
	return out0, out1, flat1
}

// PatchTwice carries a value from one invoke to another.
//
//nngen:trace
func PatchTwice(t *folded.Trace, a, b folded.Inputs) (out0, out1, flat1 nn.Tensor) {
	ready := t.Barrier(2)
	var h nn.Tensor
	t.Invoke(a, func(m *folded.Model) {
		h = m.Twice.Output()
		ready.Wait()
		out0 = m.Output()
	})
	t.Invoke(b, func(m *folded.Model) {
		ready.Wait()
		m.Twice.SetOutput(h)
		all := m.Outputs()
		out1, flat1 = all[0], all[1]
	})
	t.Run()
	return out0, out1, flat1
}

// Nest reads every leaf of a tree of outputs, each with the invoke's own rows, and
// writes one for those of another.
//
//nngen:trace
func Nest(t *folded.Trace, a, b, c folded.Inputs) (mean0, steps0, half0, tokens0, both0, out0, mean1, steps1, half1, tokens1, both1, out1, out2 nn.Tensor) {
	t.Invoke(a, func(m *folded.Model) {
		all := m.Nest.Outputs()
		mean0, steps0, half0, tokens0, both0 = all[0], all[1], all[2], all[3], all[4]
		out0 = m.Output()
	})
	t.Invoke(b, func(m *folded.Model) {
		all := m.Nest.Outputs()
		mean1, steps1, half1, tokens1, both1 = all[0], all[1], all[2], all[3], all[4]
		out1 = m.Output()
	})
	t.Invoke(c, func(m *folded.Model) {
		m.Nest.SetOutput(m.Nest.Output().Scale(3))
		out2 = m.Output()
	})
	t.Run()
	return mean0, steps0, half0, tokens0, both0, out0, mean1, steps1, half1, tokens1, both1, out1, out2
}

// Leaves writes two leaves of a tree of outputs, for the rows of one invoke.
//
//nngen:trace
func Leaves(t *folded.Trace, a, b, c folded.Inputs) (out0, flat0, out1, flat1, out2, flat2 nn.Tensor) {
	t.Invoke(a, func(m *folded.Model) {
		all := m.Outputs()
		out0, flat0 = all[0], all[1]
	})
	t.Invoke(b, func(m *folded.Model) {
		leaf := m.Nest.Source()
		leaf.Reshape0.SetOutput(leaf.Reshape0.Output().Neg())
		leaf.Concat.SetOutput(leaf.Concat.Output().Scale(3))
		all := m.Outputs()
		out1, flat1 = all[0], all[1]
	})
	t.Invoke(c, func(m *folded.Model) {
		all := m.Outputs()
		out2, flat2 = all[0], all[1]
	})
	t.Run()
	return out0, flat0, out1, flat1, out2, flat2
}

// Mixed gives what Steps gives in other ways: an edit under a condition, and a
// module that is called on a value of its own rows.
//
//nngen:trace
func Mixed(t *folded.Trace, a, b, c folded.Inputs, by float32) (h0, out0, out1, flat1, h2, out2 nn.Tensor) {
	t.Invoke(a, func(m *folded.Model) {
		h0 = m.Steps.Call(m.Steps.Input())
		out0 = m.Output()
	})
	t.Invoke(b, func(m *folded.Model) {
		if by > 1 {
			m.Steps.SetOutput(m.Steps.Output().Scale(by))
		}
		all := m.Outputs()
		out1, flat1 = all[0], all[1]
	})
	t.Invoke(c, func(m *folded.Model) {
		h2 = m.Steps.Call(m.Steps.Input())
		out2 = m.Output()
	})
	t.Run()
	return h0, out0, out1, flat1, h2, out2
}

// Cached caches the rows of the second invoke.
//
//nngen:trace
func Cached(t *folded.Trace, a, b folded.Inputs) (seen *folded.Cache) {
	t.Invoke(a, func(m *folded.Model) { m.Steps.SetOutput(m.Steps.Output().Scale(2)) })
	t.Invoke(b, func(m *folded.Model) { seen = m.Cache(nn.Modules(m.Tokens, m.Steps, m.Guide, m.Twice)) })
	t.Run()
	return seen
}
