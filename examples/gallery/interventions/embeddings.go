package interventions

import (
	"github.com/nngen-go/nngen/examples/demo/opticks"
	"github.com/nngen-go/nngen/examples/gallery/models/bert"
	"github.com/nngen-go/nngen/examples/gallery/models/llama"
	nn "github.com/nngen-go/nngen/runtime"
)

// SoftPrompt puts learned vectors [4, 96] in the place of the first four tokens' embeddings.
//
//nngen:trace nohooks
//nngen:param prompt float32 [4, 96]
func SoftPrompt(m *opticks.Model, prompt nn.Tensor) (logits nn.Tensor) {
	wte := m.Transformer.WTE
	wte.SetOutput(wte.Output().SetAt(prompt, nn.All, nn.RangeTo(4)))
	return next(m)
}

// Interpolate walks from one prompt to another in embedding space: row i of b's
// copies stands at share[i] of the way from a, [rows].
//
//nngen:trace nohooks
//nngen:param share float32 [rows]
func Interpolate(t *llama.Trace, a, b llama.Inputs, share nn.Tensor) (logits nn.Tensor) {
	var from nn.Tensor
	t.Invoke(a, func(m *llama.Model) { from = m.Model.EmbedTokens.Output() })
	t.Invoke(b, func(m *llama.Model) {
		embed := m.Model.EmbedTokens
		to := embed.Output()
		embed.SetOutput(from.Add(to.Sub(from).Mul(share.Unsqueeze(-1).Unsqueeze(-1))))
		logits = m.LMHead.Output().At(nn.All, -1)
	})
	t.Run()
	return logits
}

// NoisyEmbeddings adds noise of a given strength to the embeddings (NEFTune's scale,
// strength/√(seq·width)); noise [rows, seq, 96] is uniform in [-1, 1].
//
//nngen:trace nohooks
//nngen:param noise float32 [batch, seq, 96]
func NoisyEmbeddings(m *opticks.Model, noise nn.Tensor, strength float32) (logits nn.Tensor) {
	wte := m.Transformer.WTE
	size := noise.Size(1).Float().Scale(Width).Sqrt()
	wte.SetOutput(wte.Output().Add(noise.Scale(strength).Div(size)))
	return next(m)
}

// CausalTrace is ROME's: noise on the subject's embeddings breaks the answer, and each
// row restores the clean state of one block at one token, where its cell is set.
// noise [seq, 96] is zero outside of the subject.
//
//nngen:trace nohooks
//nngen:param noise float32 [seq, 96]
//nngen:param cells bool [6, rows, seq, 1]
func CausalTrace(t *opticks.Trace, clean, copies opticks.Inputs, noise, cells nn.Tensor, token int) (chance nn.Tensor) {
	var source [Layers]nn.Tensor
	t.Invoke(clean, func(m *opticks.Model) {
		for i, block := range m.Transformer.H {
			source[i] = block.Output()
		}
	})
	t.Invoke(copies, func(m *opticks.Model) {
		wte := m.Transformer.WTE
		wte.SetOutput(wte.Output().Add(noise))
		for i, block := range m.Transformer.H {
			own := block.Output()
			block.SetOutput(nn.Where(cells.At(i), source[i], own))
		}
		chance = next(m).Softmax(-1).At(nn.All, token)
	})
	t.Run()
	return chance
}

// BertTokenSwap gives one token the embedding of another word, position and segment as they
// were, and reads the masked token's words off the tied embeddings: [rows, 96].
//
//nngen:trace nohooks
func BertTokenSwap(m *bert.Model, pos, word, masked int) (words nn.Tensor) {
	embed := m.Embeddings.WordEmbeddings
	table := embed.Weight("weight")
	embed.SetOutput(embed.Output().SetAt(table.At(word), nn.All, pos))
	return m.Encoder.Output().At(nn.All, masked).MatMul(table.T())
}

// BertSegmentSwap exchanges the two segments' embeddings and gives the pooled vector, [rows, 48].
//
//nngen:trace nohooks
func BertSegmentSwap(m *bert.Model) (pooled nn.Tensor) {
	segment := m.Embeddings.TokenTypeEmbeddings
	table := segment.Weight("weight")
	segment.SetOutput(table.At(0).Add(table.At(1)).Sub(segment.Output()))
	return m.Pooler.Output()
}
