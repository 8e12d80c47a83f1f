package interventions

import (
	"github.com/nngen-go/nngen/examples/demo/opticks"
	"github.com/nngen-go/nngen/examples/gallery/models/bert"
	"github.com/nngen-go/nngen/examples/gallery/models/llama"
	nn "github.com/nngen-go/nngen/runtime"
)

// ZeroAblation takes an MLP's output away.
//
//nngen:trace nohooks
func ZeroAblation(m *llama.Model) (logits nn.Tensor) {
	mlp := m.Model.Layers[1].MLP
	mlp.SetOutput(mlp.Output().ZerosLike())
	return m.LMHead.Output().At(nn.All, -1)
}

// MeanAblation replaces block 2's attention by its mean over the rows and tokens of a data set that runs beside the prompt.
//
//nngen:trace nohooks
func MeanAblation(t *opticks.Trace, data, prompt opticks.Inputs) (logits nn.Tensor) {
	var mean nn.Tensor
	t.Invoke(data, func(m *opticks.Model) { mean = m.Transformer.H[2].Attn.Output().Mean(0, 1) })
	t.Invoke(prompt, func(m *opticks.Model) {
		attn := m.Transformer.H[2].Attn
		own := attn.Output()
		attn.SetOutput(own.ZerosLike().Add(mean))
		logits = next(m)
	})
	t.Run()
	return logits
}

// ResampleAblation gives each row the MLP output of another row of the batch: other [rows].
//
//nngen:trace nohooks
//nngen:param other int64 [batch]
func ResampleAblation(m *opticks.Model, other nn.Tensor) (logits nn.Tensor) {
	mlp := m.Transformer.H[4].MLP
	mlp.SetOutput(mlp.Output().At(other))
	return next(m)
}

// AblateHeads switches heads off, other ones in each row, so that one run is a
// whole sweep: keep [rows, 6, 4] is 1 or 0. It gives the chance of a token, [rows].
//
//nngen:trace nohooks
//nngen:param keep float32 [batch, 6, 4]
func AblateHeads(m *opticks.Model, keep nn.Tensor, token int) (chance nn.Tensor) {
	for i, block := range m.Transformer.H {
		proj := block.Attn.CProj
		on := keep.At(nn.All, i).Unsqueeze(-1).Unsqueeze(-1) // [rows, 4, 1, 1]
		proj.SetInput(proj.Input().Heads(HeadCount).Mul(on).MergeHeads())
	}
	return next(m).Softmax(-1).At(nn.All, token)
}

// AblateParts is attribution by ablation: each row leaves out other attentions
// and MLPs; keep [rows, 6, 2] is 1 or 0, attention before MLP.
//
//nngen:trace nohooks
//nngen:param keep float32 [batch, 6, 2]
func AblateParts(m *opticks.Model, keep nn.Tensor, token int) (chance nn.Tensor) {
	for i, block := range m.Transformer.H {
		on := keep.At(nn.All, i, nn.All).Unsqueeze(1) // [rows, 1, 2]
		block.Attn.SetOutput(block.Attn.Output().Mul(on.At(nn.All, nn.All, nn.Range(0, 1))))
		block.MLP.SetOutput(block.MLP.Output().Mul(on.At(nn.All, nn.All, nn.Range(1, 2))))
	}
	return next(m).Softmax(-1).At(nn.All, token)
}

// IntegratedAblation is attribution without gradients: rows come in groups of
// four, in which strength [rows, seq, 1] scales one token's embedding by 0, 1/4,
// 1/2 and 3/4. It gives the chance of a token averaged over each group, [rows/4].
//
//nngen:trace nohooks
//nngen:param strength float32 [batch, seq, 1]
func IntegratedAblation(m *opticks.Model, strength nn.Tensor, token int) (chance nn.Tensor) {
	wte := m.Transformer.WTE
	wte.SetOutput(wte.Output().Mul(strength))
	return next(m).Softmax(-1).At(nn.All, token).Reshape(-1, 4).Mean(1)
}

// ClampNeuron holds one neuron of block 2's MLP at a value, for every token.
//
//nngen:trace nohooks
func ClampNeuron(m *opticks.Model, neuron int, value float32) (logits nn.Tensor) {
	act := m.Transformer.H[2].MLP.Act
	act.SetOutput(act.Output().SetAt(nn.Scalar(value), nn.All, nn.All, neuron))
	return next(m)
}

// SkipLayer lets a block do nothing: its output is its input. The block's own
// nodes feed nothing then, and are pruned.
//
//nngen:trace nohooks
func SkipLayer(m *opticks.Model) (logits nn.Tensor) {
	block := m.Transformer.H[3]
	block.SetOutput(block.Input())
	return next(m)
}

// BertHeadAblation switches one head of an encoder layer off, and gives the sentence's pooled vector, [rows, 48].
//
//nngen:trace nohooks
func BertHeadAblation(m *bert.Model, head int) (pooled nn.Tensor) {
	const heads = 4
	self := m.Encoder.Layer[1].Attention.Self
	self.SetOutput(self.Output().Heads(heads).SetAt(nn.Scalar[float32](0), nn.All, head).MergeHeads())
	return m.Pooler.Output()
}
