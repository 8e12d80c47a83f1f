package probes

import (
	"github.com/nngen-go/nngen/examples/demo/opticks"
	nn "github.com/nngen-go/nngen/runtime"
)

// Unset writes a variable that no branch may have set.
//
//nngen:trace
func Unset(m *opticks.Model, on bool) (logits nn.Tensor) {
	var h nn.Tensor
	if on {
		h = m.Transformer.H[0].Output()
	}
	m.Transformer.H[1].SetOutput(h)
	return m.LMHead.Output()
}

// pick chooses by returning early.
func pick(a, b nn.Tensor, n int) nn.Tensor {
	if n == 0 {
		return a
	}
	if n > 4 {
		return a.Add(b)
	}
	return b
}

// Picked uses what a helper with several returns gives.
//
//nngen:trace
func Picked(m *opticks.Model, n int, k float32) (logits nn.Tensor) {
	a, b := m.Transformer.H[0].Output(), m.Transformer.H[1].Output()
	h := pick(a, b, n)
	for i, block := range m.Transformer.H[2:] {
		if n <= i {
			break
		}
		h = h.Scale(k)
		if n-1 == i {
			block.SetOutput(block.Output().Add(h))
		}
	}
	return m.LMHead.Output()
}

// TwoChoices has two choices, several reads of each, and a write at a fixed block
// between.
//
//nngen:trace
func TwoChoices(m *opticks.Model, a, b int, on bool) (x, y, logits nn.Tensor, n float32) {
	first, second := m.Transformer.H[a], m.Transformer.H[b]
	x = first.Attn.Output()
	y = second.MLP.Output()
	if on {
		y = first.MLP.Output()
		second.SetOutput(second.Output().Add(x).Sub(y))
	}
	m.Transformer.H[5].SetOutput(m.Transformer.H[5].Output().Add(x))
	return x, y, m.LMHead.Output(), x.Norm().Item()
}

// SameAgain writes a chosen block twice and reads it after.
//
//nngen:trace
func SameAgain(m *opticks.Model, layer int, k float32) (h, logits nn.Tensor) {
	b := m.Transformer.H[layer]
	b.SetInput(b.Input().Scale(k))
	b.SetOutput(b.Output().Scale(k))
	b.SetOutput(b.Output().AddScalar(k))
	h = b.Output()
	m.Transformer.H[3].SetOutput(m.Transformer.H[3].Output().Scale(0.5))
	return h, m.LMHead.Output()
}

// Held keeps choices in a struct, a slice and a closure.
//
//nngen:trace
func Held(m *opticks.Model, layer int, on bool) (logits nn.Tensor) {
	type site struct {
		b *opticks.Block
		k float32
	}
	sites := []site{{m.Transformer.H[layer], 2}, {m.Transformer.H[5], 3}}
	scale := func(s site) {
		if !on {
			return
		}
		s.b.MLP.SetOutput(s.b.MLP.Output().Scale(s.k))
	}
	for _, s := range sites {
		scale(s)
	}
	return m.LMHead.Output()
}

// Shapes returns either of two shapes.
//
//nngen:trace
func Shapes(m *opticks.Model, mode int) (h nn.Tensor) {
	switch {
	case mode == 0:
		h = m.Transformer.H[0].Output().At(nn.All, 0)
	case mode == 1:
		h = m.Transformer.H[1].Output()
	default:
		h = m.LMHead.Output().ArgMax(-1)
	}
	return h
}

// Counts mixes conditions over parameters and over values of the run.
//
//nngen:trace
func Counts(m *opticks.Model, limit float32, on bool) (logits nn.Tensor, n int) {
	scale := float32(1)
	for i, b := range m.Transformer.H {
		h := b.Output()
		if on && i%2 == 0 {
			h = h.Scale(1.5)
			scale += 0.25
		}
		if h.Norm().Item() > limit {
			n++
			if on {
				b.SetOutput(h.Scale(1 / scale))
				continue
			}
			b.SetOutput(h)
		}
	}
	return m.LMHead.Output(), n
}
