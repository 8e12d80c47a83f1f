package interventions

import (
	"github.com/nngen-go/nngen/examples/demo/opticks"
	"github.com/nngen-go/nngen/examples/gallery/models/llama"
	nn "github.com/nngen-go/nngen/runtime"
)

// scores are an attention's logits, 0 where a token would look ahead, [rows, 4, seq, seq], and its
// values, [rows, 4, seq, 24], from the projection that makes queries, keys and values at once.
func scores(attn *opticks.Attn) (scores, values nn.Tensor) {
	qkv := attn.CAttn.Output().Chunk(3, -1)
	q, k := qkv[0].Heads(HeadCount), qkv[1].Heads(HeadCount)
	return q.MatMul(k.T()).Scale(0.20412415), qkv[2].Heads(HeadCount) // 1/√24
}

// causal is the softmax of scores over what is not ahead.
func causal(scores nn.Tensor) nn.Tensor {
	seen := scores.OnesLike().Tril(0).Gt(nn.Scalar[float32](0))
	return nn.Where(seen, scores, scores.FullLike(-1e9)).Softmax(-1)
}

// AttentionPattern reads who looks at whom in block 1: [rows, 4, seq, seq].
//
//nngen:trace nohooks
func AttentionPattern(m *opticks.Model) (pattern nn.Tensor) {
	s, _ := scores(m.Transformer.H[1].Attn)
	return causal(s)
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
		s, _ := scores(block.Attn)
		out[i] = diagonal(causal(s), -1)
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
		s, _ := scores(block.Attn)
		out[i] = diagonal(causal(s), 1-Period)
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
		s, v := scores(block.Attn)
		pattern := causal(nn.Where(cut, s.FullLike(-1e9), s))
		block.Attn.CProj.SetInput(pattern.MatMul(v).MergeHeads())
	}
	return next(m)
}

// AttentionTemperature makes attention sharper (below 1) or flatter (above), in every block.
//
//nngen:trace nohooks
func AttentionTemperature(m *opticks.Model, temperature float32) (logits nn.Tensor) {
	for _, block := range m.Transformer.H {
		s, v := scores(block.Attn)
		pattern := causal(s.Scale(1 / temperature))
		block.Attn.CProj.SetInput(pattern.MatMul(v).MergeHeads())
	}
	return next(m)
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
