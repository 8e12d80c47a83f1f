// Package probes holds traces whose writes depend on conditions and on choices
// that parameters make. Each runs compiled and interpreted.
package probes

import (
	"github.com/nngen-go/nngen/examples/demo/opticks"
	nn "github.com/nngen-go/nngen/runtime"
)

// Flag scales a block's output if it is told to.
//
//nngen:trace
func Flag(m *opticks.Model, flag bool, k float32) (logits nn.Tensor) {
	b := m.Transformer.H[2]
	if flag {
		b.SetOutput(b.Output().Scale(k))
	}
	return m.LMHead.Output()
}

// Either writes at different blocks, the later one first in the text.
//
//nngen:trace
func Either(m *opticks.Model, late bool, k float32) (logits nn.Tensor) {
	if late {
		b := m.Transformer.H[4]
		b.SetOutput(b.Output().Scale(k))
	} else {
		b := m.Transformer.H[1]
		b.SetOutput(b.Output().AddScalar(k))
	}
	return m.LMHead.Output()
}

// Nested has conditions inside conditions and computed ones.
//
//nngen:trace
func Nested(m *opticks.Model, a, b bool, n int) (logits nn.Tensor) {
	limit := n*2 - 3
	x := m.Transformer.H[0].Output()
	if a && n > 1 {
		x = x.Scale(2)
		m.Transformer.H[0].SetOutput(x)
		if b || limit > 5 {
			m.Transformer.H[1].SetOutput(m.Transformer.H[1].Output().Add(x))
		} else if limit < 0 {
			m.Transformer.H[3].SetInput(m.Transformer.H[3].Input().Scale(0.5))
		}
	}
	return m.LMHead.Output()
}

// Position edits one position, which the untaken side need not have.
//
//nngen:trace
func Position(m *opticks.Model, edit bool, pos int, k float32) (logits nn.Tensor) {
	b := m.Transformer.H[1]
	if edit {
		h := b.Output()
		b.SetOutput(h.SetAt(h.At(nn.All, pos).Scale(k), nn.All, pos))
	}
	return m.LMHead.Output()
}

// Mode switches over what to do.
//
//nngen:trace
func Mode(m *opticks.Model, mode string, k float32) (logits nn.Tensor) {
	b := m.Transformer.H[3]
	switch mode {
	case "scale", "grow":
		b.SetOutput(b.Output().Scale(k))
	case "zero":
		b.SetOutput(b.Output().Scale(0))
	case "":
	default:
		b.MLP.SetOutput(b.MLP.Output().AddScalar(k))
	}
	return m.LMHead.Output()
}

// Early returns before the second edit if it is told to.
//
//nngen:trace
func Early(m *opticks.Model, stop bool, n int, k float32) (logits nn.Tensor, done int) {
	m.Transformer.H[0].SetOutput(m.Transformer.H[0].Output().Scale(k))
	if stop {
		return m.LMHead.Output(), 1
	}
	m.Transformer.H[2].SetOutput(m.Transformer.H[2].Output().Scale(k))
	if n > 3 {
		return m.LMHead.Output(), 2
	}
	m.Transformer.H[4].SetOutput(m.Transformer.H[4].Output().Scale(k))
	return m.LMHead.Output(), 3
}

// Peek reads a position only if it is told to.
//
//nngen:trace
func Peek(m *opticks.Model, look bool, pos int) (row nn.Tensor, logits nn.Tensor) {
	if look {
		row = m.Transformer.H[2].Output().At(nn.All, pos)
	} else {
		row = m.Transformer.H[1].Output()
	}
	return row, m.LMHead.Output()
}

// Limit brings down the blocks whose norm is too large, and counts them.
//
//nngen:trace
func Limit(m *opticks.Model, limit float32) (logits nn.Tensor, hot int) {
	for _, b := range m.Transformer.H {
		h := b.Output()
		if n := h.Norm().Item(); n > limit {
			hot++
			b.SetOutput(h.Scale(limit / n))
		}
	}
	return m.LMHead.Output(), hot
}

// Until returns early on what a value of the run says, with edits on both ways.
//
//nngen:trace
func Until(m *opticks.Model, limit float32, on bool) (logits nn.Tensor, at int) {
	for i, b := range m.Transformer.H {
		h := b.Output()
		if h.Norm().Item() > limit {
			b.SetOutput(h.Scale(0.5))
			return m.LMHead.Output(), i
		}
		if on {
			h = h.Scale(1.25)
		}
		b.SetOutput(h.AddScalar(0.5))
	}
	return m.LMHead.Output(), -1
}
