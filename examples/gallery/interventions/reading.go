package interventions

import (
	"github.com/nngen-go/nngen/examples/demo/opticks"
	"github.com/nngen-go/nngen/examples/gallery/models/llama"
	nn "github.com/nngen-go/nngen/runtime"
)

// ResidualNorms is the length of the residual stream after each block at each token, [rows, 6, seq].
//
//nngen:trace nohooks
func ResidualNorms(m *opticks.Model) (norms nn.Tensor) {
	var out [Layers]nn.Tensor
	for i, block := range m.Transformer.H {
		out[i] = block.Output().Norm(-1)
	}
	return nn.Stack(1, out[:]...)
}

// LayerCosine is how little each layer turns the residual stream: the cosine
// between its input and its output, mean over tokens, [rows, 2] (ShortGPT's
// block influence is one minus it).
//
//nngen:trace nohooks
func LayerCosine(m *llama.Model) (cosine nn.Tensor) {
	var out [2]nn.Tensor
	for i, layer := range m.Model.Layers {
		out[i] = layer.Input().CosineSimilarity(layer.Output(), -1).Mean(1)
	}
	return nn.Stack(1, out[:]...)
}

// PromptDifference is how far two prompts of equal length are apart after each
// block at each token, relative to the first one's length: [rows, 6, seq].
//
//nngen:trace nohooks
func PromptDifference(t *opticks.Trace, a, b opticks.Inputs) (apart nn.Tensor) {
	var first, second [Layers]nn.Tensor
	t.Invoke(a, func(m *opticks.Model) {
		for i, block := range m.Transformer.H {
			first[i] = block.Output()
		}
	})
	t.Invoke(b, func(m *opticks.Model) {
		for i, block := range m.Transformer.H {
			second[i] = block.Output()
		}
	})
	t.Run()
	for i := range first {
		first[i] = second[i].Sub(first[i]).Norm(-1).Div(first[i].Norm(-1))
	}
	return nn.Stack(1, first[:]...)
}

// NeuronStatistics sums up the neurons of block 2's MLP over all tokens of all
// rows: mean and largest activation and the share of tokens that they fire on (above 0.05), [384] each.
//
//nngen:trace nohooks
func NeuronStatistics(m *opticks.Model) (mean, largest, fires nn.Tensor) {
	act := m.Transformer.H[2].MLP.Act.Output()
	return act.Mean(0, 1), act.Max(0, 1), act.Gt(nn.Scalar[float32](0.05)).Float().Mean(0, 1)
}

// Whiten gives the last token's residual stream after block 3 in whitened
// coordinates, (h - mean)·w: mean [96], w [96, 96], both of a reference text.
//
//nngen:trace nohooks
//nngen:param mean float32 [96]
//nngen:param w float32 [96, 96]
func Whiten(m *opticks.Model, mean, w nn.Tensor) (white, cosine nn.Tensor) {
	white = m.Transformer.H[3].Output().At(nn.All, -1).Sub(mean).MatMul(w)
	unit := white.Div(white.NormKeep(-1))
	return white, unit.MatMul(unit.T())
}
