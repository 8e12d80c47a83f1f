// Package probes holds interventions on SmolLM2-135M: plain Go functions over
// the model's accessors, which nngen compiles.
package probes

import (
	"github.com/nngen-go/nngen/examples/realmodels/models/smollm2"
	nn "github.com/nngen-go/nngen/runtime"
)

//go:generate go run github.com/nngen-go/nngen/cmd/nngen generate ../...

// Layers is how many layers the model has.
const Layers = 30

// SteerAt is the layer after which the steering vector is read and added.
const SteerAt = 12

// Plain is the model as it is: what it would say next, [batch, seq, vocabulary].
//
//nngen:trace nohooks
func Plain(m *smollm2.Model) (logits nn.Tensor) {
	return m.LMHead.Output()
}

// Lens reads the model's guess for the next token off the residual stream after
// each layer, as if that layer were the last (the logit lens). It gives the best
// token of each layer and its probability, [batch, 30], and the probabilities of
// some tokens of the caller's, [batch, 30, n]. The last token's 30 residuals go
// through the head as one sequence, so its weights are read once.
//
//nngen:trace nohooks
//nngen:param tokens int64 [n]
func Lens(m *smollm2.Model, tokens nn.Tensor) (best, chance, chances nn.Tensor) {
	var last [Layers]nn.Tensor
	for i, layer := range m.Model.Layers {
		last[i] = layer.Output().At(nn.All, nn.RangeFrom(-1))
	}
	p := m.LMHead.Call(m.Model.Norm.Call(nn.Concat(1, last[:]...))).Softmax(-1)
	return p.ArgMax(-1), p.Max(-1), p.At(nn.All, nn.All, tokens)
}

// Tap reads the last position's residual stream after each layer, [batch, 30, 576], beside the logits.
//
//nngen:trace nohooks
func Tap(m *smollm2.Model) (residuals, logits nn.Tensor) {
	var last [Layers]nn.Tensor
	for i, layer := range m.Model.Layers {
		last[i] = layer.Output().At(nn.All, -1)
	}
	return nn.Stack(1, last[:]...), m.LMHead.Output()
}

// Residual is the mean residual stream of a text after layer SteerAt, [batch, 576].
// What comes after that layer is not run.
//
//nngen:trace nohooks
func Residual(m *smollm2.Model) (mean nn.Tensor) {
	return m.Model.Layers[SteerAt].Output().Mean(1)
}

// Steer adds alpha·v to the residual stream after layer SteerAt, at every position.
//
//nngen:trace nohooks
//nngen:param v float32 [576]
func Steer(m *smollm2.Model, v nn.Tensor, alpha float32) (logits nn.Tensor) {
	layer := m.Model.Layers[SteerAt]
	layer.SetOutput(layer.Output().Add(v.Scale(alpha)))
	return m.LMHead.Output()
}

// SteerSteps adds v to the residual stream after layer SteerAt at every third
// step of a generation, more or less of it by the step's number.
//
//nngen:trace nohooks
//nngen:param v float32 [576]
func SteerSteps(m *smollm2.Model, v nn.Tensor) {
	layer := m.Model.Layers[SteerAt]
	for step := range m.All() {
		if step%3 == 1 {
			layer.SetOutput(layer.Output().Add(v.Scale(float32(step%4 + 1))))
		}
	}
}

// Patch runs a clean prompt and many copies of a corrupt one in one batch. Where
// a copy's mask is set, the clean residual stream replaces its own, so that each
// copy is one cell of a layer-by-position table. It gives the logits of some
// tokens at the last position: of the clean prompt, [1, n], and of the copies, [cells, n].
//
//nngen:trace nohooks
//nngen:param where bool [30, cells, seq, 1]
//nngen:param tokens int64 [n]
func Patch(t *smollm2.Trace, clean, corrupt smollm2.Inputs, where, tokens nn.Tensor) (before, after nn.Tensor) {
	var source [Layers]nn.Tensor
	t.Invoke(clean, func(m *smollm2.Model) {
		for i, layer := range m.Model.Layers {
			source[i] = layer.Output()
		}
		before = lastLogits(m, tokens)
	})
	t.Invoke(corrupt, func(m *smollm2.Model) {
		for i, layer := range m.Model.Layers {
			own := layer.Output() // served after the clean invoke's read of this point
			layer.SetOutput(nn.Where(where.At(i), source[i], own))
		}
		after = lastLogits(m, tokens)
	})
	t.Run()
	return before, after
}

// lastLogits are the logits of some tokens at the last position. The head is
// called on that position alone: the model's own, over all of them, is pruned.
func lastLogits(m *smollm2.Model, tokens nn.Tensor) nn.Tensor {
	return m.LMHead.Call(m.Model.Norm.Output().At(nn.All, nn.RangeFrom(-1))).At(nn.All, 0, tokens)
}
