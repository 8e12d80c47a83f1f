// Package session holds several traces over one session of a model, and what
// nnsight's session() gives for them: values pass from trace to trace as they are.
package session

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

// Last reads what block 0 says at the last token, and how loudly.
//
//nngen:trace
func Last(m *gpt2.Model) (h, scale nn.Tensor) {
	h = m.Transformer.H[0].Output().At(nn.All, -1)
	return h, h.Norm()
}

// Put says h, ten loud, in the place of block 1.
//
//nngen:trace
//nngen:param h float32 [1, 48]
//nngen:param scale float32 []
func Put(m *gpt2.Model, h, scale nn.Tensor) (logits nn.Tensor) {
	b := m.Transformer.H[1]
	ten := nn.Scalar[float32](10)
	b.SetOutput(b.Output().SetAt(h.Mul(ten.Div(scale)), nn.All, -1))
	return m.LMHead.Output()
}

// Halved gives the last token's logits with half of one block.
//
//nngen:trace
func Halved(m *gpt2.Model, layer int) (last nn.Tensor) {
	b := m.Transformer.H[layer]
	b.SetOutput(b.Output().Scale(0.5))
	return m.LMHead.Output().At(0, -1)
}

// Empty has an invoke without rows of its own between two that have some: it sees
// and edits those of all. Two invokes are registered by a helper.
//
//nngen:trace
func Empty(t *gpt2.Trace, a, b gpt2.Inputs) (mine, theirs, everyone, logits nn.Tensor) {
	look(t, a, &mine, 3)
	t.Invoke(gpt2.Inputs{}, func(m *gpt2.Model) {
		first := m.Transformer.H[0]
		first.SetOutput(first.Output().Scale(0.5))
		everyone = m.Transformer.H[1].Output()
		logits = m.LMHead.Output()
	})
	look(t, b, &theirs, 1)
	t.Run()
	return mine, theirs, everyone, logits
}

// look registers an invoke that reads one block and makes the next one louder.
func look(t *gpt2.Trace, in gpt2.Inputs, h *nn.Tensor, by float32) {
	t.Invoke(in, func(m *gpt2.Model) {
		*h = m.Transformer.H[0].Output()
		if by != 1 {
			b := m.Transformer.H[1]
			b.SetOutput(b.Output().Scale(by))
		}
	})
}
