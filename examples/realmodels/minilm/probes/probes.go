// Package probes holds interventions on all-MiniLM-L6-v2, a sentence encoder.
package probes

import (
	"github.com/nngen-go/nngen/examples/realmodels/models/minilm"
	nn "github.com/nngen-go/nngen/runtime"
)

//go:generate go run github.com/nngen-go/nngen/cmd/nngen generate ../...

// Layers is how many layers the model has; Width the size of its residual stream.
const (
	Layers = 6
	Width  = 384
)

// Embed is the sentence embedding that the model was trained for: the mean of
// the last layer over a sentence's tokens, of length 1, [batch, 384].
//
//nngen:trace nohooks
//nngen:param mask float32 [batch, seq]
func Embed(m *minilm.Model, mask nn.Tensor) (embedding nn.Tensor) {
	mean := meanToken(m.Encoder.Layer[Layers-1].Output(), mask)
	return mean.Div(mean.NormKeep(-1))
}

// Features is what a probe learns from: the mean residual of each sentence
// after each layer, [6, batch, 384].
//
//nngen:trace nohooks
//nngen:param mask float32 [batch, seq]
func Features(m *minilm.Model, mask nn.Tensor) (features nn.Tensor) {
	var means [Layers]nn.Tensor
	for i, layer := range m.Encoder.Layer {
		means[i] = meanToken(layer.Output(), mask)
	}
	return nn.Stack(0, means[:]...)
}

// Score is what a trained probe says of each sentence: the probability of its
// class after each layer, [6, batch]. Only these numbers leave the run.
//
//nngen:trace nohooks
//nngen:param mask float32 [batch, seq]
//nngen:param weights float32 [6, 384]
//nngen:param bias float32 [6]
func Score(m *minilm.Model, mask, weights, bias nn.Tensor) (scores nn.Tensor) {
	var all [Layers]nn.Tensor
	for i, layer := range m.Encoder.Layer {
		all[i] = meanToken(layer.Output(), mask).MatMul(weights.At(i)).Add(bias.At(i)).Sigmoid()
	}
	return nn.Stack(0, all[:]...)
}

// meanToken is the mean over a sentence's tokens, padding left out.
func meanToken(h, mask nn.Tensor) nn.Tensor {
	return h.Mul(mask.Unsqueeze(-1)).Sum(1).Div(mask.SumKeep(1))
}
