// Package probes holds the demo's interventions: plain Go functions over the
// model's accessors, which nngen compiles.
package probes

import (
	"github.com/nngen-go/nngen/examples/demo/opticks"
	nn "github.com/nngen-go/nngen/runtime"
)

//go:generate go run github.com/nngen-go/nngen/cmd/nngen generate ../...

// Layers is how many blocks the model has.
const Layers = 6

// SteerAt is the block after which the steering vector is read and added.
const SteerAt = 3

// Lens reads the model's guess for the next character off the residual stream
// after each block, as if that block were the last (the logit lens):
// probabilities, [batch, 1, 96] a layer.
//
//nngen:trace nohooks
func Lens(m *opticks.Model) (next [Layers]nn.Tensor) {
	for layer, block := range m.Transformer.H {
		last := block.Output().At(nn.All, nn.RangeFrom(-1))
		next[layer] = m.LMHead.Call(m.Transformer.LnF.Call(last)).Softmax(-1)
	}
	return next
}

// Topic is the mean residual stream of a text after block SteerAt, [batch, 96].
// What comes after that block is not run.
//
//nngen:trace nohooks
func Topic(m *opticks.Model) (mean nn.Tensor) {
	return m.Transformer.H[SteerAt].Output().Mean(1)
}

// Steer adds alpha·v to the residual stream after block SteerAt, at every position.
//
//nngen:trace nohooks
func Steer(m *opticks.Model, v nn.Tensor, alpha float32) (logits nn.Tensor) {
	block := m.Transformer.H[SteerAt]
	block.SetOutput(block.Output().Add(v.Scale(alpha)))
	return m.LMHead.Output()
}

// Patch runs a clean prompt and many copies of a corrupt one in one batch. Where
// a copy's mask is set, the clean residual stream replaces its own: one run
// fills a whole layer-by-position table. It gives the copies' probabilities of
// the next character, [copies, 1, 96].
//
//nngen:trace nohooks
//nngen:param where bool [6, copies, seq, 1]
func Patch(t *opticks.Trace, clean, corrupt opticks.Inputs, where nn.Tensor) (next nn.Tensor) {
	var source [Layers]nn.Tensor
	t.Invoke(clean, func(m *opticks.Model) {
		for layer, block := range m.Transformer.H {
			source[layer] = block.Output()
		}
	})
	t.Invoke(corrupt, func(m *opticks.Model) {
		for layer, block := range m.Transformer.H {
			own := block.Output() // served after the clean invoke's read of this point
			block.SetOutput(nn.Where(where.At(layer), source[layer], own))
		}
		next = m.LMHead.Output().At(nn.All, nn.RangeFrom(-1)).Softmax(-1)
	})
	t.Run()
	return next
}
