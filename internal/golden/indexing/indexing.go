// Package indexing holds traces that index by lists, index tensors, masks and
// ranges that only a run knows: compiled and interpreted must give the same.
package indexing

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

// SteerEach pushes each row of the batch along its own vector, by its own
// strength, at its own position.
//
//nngen:trace
//nngen:param v float32 [batch, 48]
func SteerEach(m *gpt2.Model, v nn.Tensor, alpha []float32, pos []int) (logits nn.Tensor) {
	block := m.Transformer.H[0]
	h := block.Output()
	rows := h.Positions(0)
	push := v.Mul(nn.From(alpha).Unsqueeze(-1))
	block.SetOutput(h.SetAt(h.At(rows, pos).Add(push), rows, pos))
	return m.LMHead.Output()
}

// Parts reads parts of the residual stream in every way that indices have.
//
//nngen:trace
func Parts(m *gpt2.Model, lo, hi int, list []int, at int) (a, b, c, d, e, f, g nn.Tensor) {
	h := m.Transformer.H[1].Output()
	a = h.At(nn.All, nn.Range(lo, hi))
	b = h.At(nn.All, list, []int{0, -1, 5})
	c = h.At([]int{0, 1}, nn.NewAxis, at)
	d = h.At(h.Norm(-1).Gt(nn.Scalar[float32](2)))
	e = h.At(nn.All, nn.Every(-1), nn.RangeStep(0, 40, 7))
	f = h.At(nn.All, nn.RangeFrom(at), []int{at, 3})
	g = h.At(nn.Ellipsis, h.ArgMax(-1).At(0))
	return a, b, c, d, e, f, g
}

// Writes replaces such parts.
//
//nngen:trace
func Writes(m *gpt2.Model, lo, hi int, list []int) (logits nn.Tensor) {
	b := m.Transformer.H[0]
	h := b.Output()
	h = h.SetAt(h.At(nn.All, nn.Range(lo, hi)).Scale(2), nn.All, nn.Range(lo, hi))
	h = h.SetAt(nn.Scalar[float32](1), nn.All, list, []int{0, 7, -3})
	h = h.SetAt(h.At(nn.All, 0, nn.NewAxis), nn.All, 1, nn.NewAxis)
	big := h.Gt(nn.Scalar[float32](1.5))
	h = h.SetAt(h.At(big).Scale(0.5), big)
	b.SetOutput(h)
	return m.LMHead.Output()
}

// Noisy adds noise to the embeddings of some tokens, as causal tracing does.
//
//nngen:trace
func Noisy(m *gpt2.Model, seed int, sigma float32, tokens []int) (logits, noise nn.Tensor) {
	h := m.Transformer.WTE.Output()
	noise = h.RandnLike(seed).Scale(sigma)
	m.Transformer.WTE.SetOutput(h.SetAt(h.Add(noise).At(nn.All, tokens), nn.All, tokens))
	return m.LMHead.Output(), noise
}

// Vocabulary uses operators whose arguments the compiler passes in several ways.
//
//nngen:trace
func Vocabulary(m *gpt2.Model, step int) (a, b, c, d, e nn.Tensor) {
	q := m.Transformer.H[1].Attn.Output().Heads(4)
	h := m.Transformer.H[1].Output()
	a = nn.Einsum("bhqd,bhkd->bhqk", q, q)
	place := h.Positions(1)
	b = place.FloorDiv(nn.Scalar(step)).Add(place.Mod(nn.Scalar(step)))
	c = nn.Eye(3).Add(nn.Full(nn.Float32, 0.5, 3, 1)).MatMul(nn.Arange(0, 3, 1).Float())
	top, where := h.Norm(-1).Sort(-1, true)
	d = top.Add(where.Float())
	e = h.MaskedFill(h.Lt(nn.Scalar[float32](0)), 0).Roll(1, 1).Median(-1)
	return a, b, c, d, e
}
