// Package gpt2sweep holds one trace over the gpt2 fixture that serves a whole
// sweep over layers and positions.
package gpt2sweep

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

// Patch puts the clean run's residual stream at a layer and a position into the
// corrupted one's.
//
//nngen:trace
func Patch(t *gpt2.Trace, clean, corrupt gpt2.Inputs, layer, pos int) (logits nn.Tensor) {
	ready := t.Barrier(2)
	var h nn.Tensor
	t.Invoke(clean, func(m *gpt2.Model) {
		h = m.Transformer.H[layer].Output().At(nn.All, pos)
		ready.Wait()
	})
	t.Invoke(corrupt, func(m *gpt2.Model) {
		ready.Wait()
		b := m.Transformer.H[layer]
		b.SetOutput(b.Output().SetAt(h, nn.All, pos))
		logits = m.LMHead.Output()
	})
	t.Run()
	return logits
}

// Steer adds a vector of its own, as strongly as it says, to the chosen layer and
// position of each row.
//
//nngen:trace
//nngen:param v float32 [batch, 48]
//nngen:param strength float32 [batch, 1]
//nngen:param rows int64 [batch]
//nngen:param pos int64 [batch]
func Steer(m *gpt2.Model, layer int, v, strength, rows, pos nn.Tensor) (logits nn.Tensor) {
	b := m.Transformer.H[layer]
	h := b.Output()
	b.SetOutput(h.SetAt(h.At(rows, pos).Add(v.Mul(strength)), rows, pos))
	return m.LMHead.Output()
}
