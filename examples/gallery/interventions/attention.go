package interventions

import (
	"math"

	"github.com/nngen-go/nngen/examples/demo/opticks"
	"github.com/nngen-go/nngen/examples/gallery/models/llama"
	nn "github.com/nngen-go/nngen/runtime"
)

// AttentionPattern reads who looks at whom in block 1: [rows, 4, seq, seq].
//
//nngen:trace nohooks
func AttentionPattern(m *opticks.Model) (pattern nn.Tensor) {
	return m.Transformer.H[1].Attn.Source().Softmax.Output()
}

// AttentionEntropy is how widely each head looks, in bits, mean over tokens: [rows, 6, 4].
//
//nngen:trace nohooks
func AttentionEntropy(m *opticks.Model) (bits nn.Tensor) {
	var out [Layers]nn.Tensor
	for i, block := range m.Transformer.H {
		p := block.Attn.Source().Softmax.Output()
		out[i] = p.Mul(p.AddScalar(1e-9).Log()).Sum(-1).Mean(-1).Scale(-1 / math.Ln2)
	}
	return nn.Stack(1, out[:]...)
}

// diagonal is the mean of a pattern along one diagonal, over rows: [heads].
func diagonal(pattern nn.Tensor, k int) nn.Tensor {
	on := pattern.OnesLike().Triu(k).Tril(k)
	return pattern.Mul(on).Sum(0, -2, -1).Div(on.Sum(0, -2, -1))
}

// PreviousToken scores each head by how much it looks one token back, [6, 4].
//
//nngen:trace nohooks
func PreviousToken(m *opticks.Model) (heads nn.Tensor) {
	var out [Layers]nn.Tensor
	for i, block := range m.Transformer.H {
		out[i] = diagonal(block.Attn.Source().Softmax.Output(), -1)
	}
	return nn.Stack(0, out[:]...)
}

// Period is the length of what is repeated once in the prompts of Induction.
const Period = 16

// Induction scores each head by how much it looks at what followed the last
// time: rows are random tokens, repeated after Period, and the score is the mean
// attention Period-1 back. [6, 4].
//
//nngen:trace nohooks
func Induction(m *opticks.Model) (heads nn.Tensor) {
	var out [Layers]nn.Tensor
	for i, block := range m.Transformer.H {
		out[i] = diagonal(block.Attn.Source().Softmax.Output(), 1-Period)
	}
	return nn.Stack(0, out[:]...)
}

// AttentionKnockout cuts edges of the attention of blocks 1 to 3: where cut
// [seq, seq] is set the row's token may not look at the column's.
//
//nngen:trace nohooks
//nngen:param cut bool [seq, seq]
func AttentionKnockout(m *opticks.Model, cut nn.Tensor) (logits nn.Tensor) {
	for _, block := range m.Transformer.H[1:4] {
		softmax := block.Attn.Source().Softmax
		softmax.SetInput(softmax.Input().MaskedFill(cut, -1e9))
	}
	return next(m)
}

// AttentionTemperature makes attention sharper (below 1) or flatter (above), in every block.
//
//nngen:trace nohooks
func AttentionTemperature(m *opticks.Model, temperature float32) (logits nn.Tensor) {
	for _, block := range m.Transformer.H {
		softmax := block.Attn.Source().Softmax
		softmax.SetInput(softmax.Input().Scale(1 / temperature))
	}
	return next(m)
}

// PatchPattern lets one head of block 3 look where it looks in the clean prompt; what it
// finds there stays the corrupt prompt's.
//
//nngen:trace nohooks
func PatchPattern(t *opticks.Trace, clean, corrupt opticks.Inputs, head int) (logits nn.Tensor) {
	var source nn.Tensor
	t.Invoke(clean, func(m *opticks.Model) {
		source = m.Transformer.H[3].Attn.Source().Softmax.Output().At(nn.All, head)
	})
	t.Invoke(corrupt, func(m *opticks.Model) {
		softmax := m.Transformer.H[3].Attn.Source().Softmax
		softmax.SetOutput(softmax.Output().SetAt(source, nn.All, head))
		logits = next(m)
	})
	t.Run()
	return logits
}

// LlamaHeadAblation switches a head of a model with grouped keys and values off, after its
// values were summed and before they are projected.
//
//nngen:trace nohooks
func LlamaHeadAblation(m *llama.Model, head int) (logits nn.Tensor) {
	const heads = 4
	proj := m.Model.Layers[0].SelfAttn.OProj
	proj.SetInput(proj.Input().Heads(heads).SetAt(nn.Scalar[float32](0), nn.All, head).MergeHeads())
	return m.LMHead.Output().At(nn.All, -1)
}

// ValueKnockout empties one token's values in every block: it is still looked
// at, and says nothing.
//
//nngen:trace nohooks
func ValueKnockout(m *opticks.Model, pos int) (logits nn.Tensor) {
	for _, block := range m.Transformer.H {
		c := block.Attn.CAttn
		c.SetOutput(c.Output().SetAt(nn.Scalar[float32](0), nn.All, pos, nn.RangeFrom(2*Width)))
	}
	return next(m)
}

// KeyValuePatch swaps the keys and values of one token for those of another
// prompt's, in every layer, and leaves its queries and residual stream alone.
//
//nngen:trace nohooks
func KeyValuePatch(t *llama.Trace, source, prompt llama.Inputs, pos int) (logits nn.Tensor) {
	var keys, values [2]nn.Tensor
	t.Invoke(source, func(m *llama.Model) {
		for i, layer := range m.Model.Layers {
			keys[i] = layer.SelfAttn.KProj.Output().At(nn.All, pos)
			values[i] = layer.SelfAttn.VProj.Output().At(nn.All, pos)
		}
	})
	t.Invoke(prompt, func(m *llama.Model) {
		for i, layer := range m.Model.Layers {
			k, v := layer.SelfAttn.KProj, layer.SelfAttn.VProj
			own := k.Output()
			k.SetOutput(own.SetAt(keys[i], nn.All, pos))
			own = v.Output()
			v.SetOutput(own.SetAt(values[i], nn.All, pos))
		}
		logits = m.LMHead.Output().At(nn.All, -1)
	})
	t.Run()
	return logits
}
