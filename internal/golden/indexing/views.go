package indexing

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

// Fused reads the parts of the fused projection, which the spec names.
//
//nngen:trace
func Fused(m *gpt2.Model) (q, k, v, all nn.Tensor) {
	c := m.Transformer.H[0].Attn.CAttn
	return c.Q(), c.K(), c.View("v"), c.Output()
}

// NoQueries sets the queries of some heads to zero and scales the values.
//
//nngen:trace
func NoQueries(m *gpt2.Model, heads []int, by float32) (logits nn.Tensor) {
	c := m.Transformer.H[1].Attn.CAttn
	c.SetQ(c.Q().SetAt(nn.Scalar[float32](0), nn.All, heads))
	c.SetView("v", c.V().Scale(by))
	c.SetK(c.K().At(nn.All, 0, nn.NewAxis)) // of head 0 for all
	return m.LMHead.Output()
}

// ByHand is NoQueries without views.
//
//nngen:trace
func ByHand(m *gpt2.Model, heads []int, by float32) (logits nn.Tensor) {
	c := m.Transformer.H[1].Attn.CAttn
	parts := c.Output().Chunk(3, -1)
	q := parts[0].Heads(4).SetAt(nn.Scalar[float32](0), nn.All, heads).MergeHeads()
	k := parts[1].Heads(4).At(nn.All, 0, nn.NewAxis).Expand(-1, 4, -1, -1).MergeHeads()
	c.SetOutput(nn.Concat(-1, q, k, parts[2].Scale(by)))
	return m.LMHead.Output()
}
