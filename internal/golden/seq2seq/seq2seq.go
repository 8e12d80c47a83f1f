// Package seq2seq holds golden cases of a model in several files: a T5 as
// optimum exports it, an encoder, a decoder of the first tokens and a decoder of
// those that follow.
package seq2seq

import (
	"github.com/nngen-go/nngen/internal/golden/optimum/t5decoder"
	"github.com/nngen-go/nngen/internal/golden/optimum/t5encoder"
	nn "github.com/nngen-go/nngen/runtime"
)

// HalfAttention weakens the first attention of the encoder.
//
//nngen:trace
func HalfAttention(m *t5encoder.Model) (h0, states nn.Tensor) {
	block := m.Block.M0
	attn := block.Layer.M0.SelfAttention
	attn.SetOutput(attn.Output().Scale(0.5))
	return block.Output(), m.FinalLayerNorm.Output()
}

// Encode gives the states that the decoder looks at.
//
//nngen:trace
func Encode(m *t5encoder.Model) (states nn.Tensor) {
	return m.Output()
}

// EncodeQuietly gives them with a first block that says less.
//
//nngen:trace
func EncodeQuietly(m *t5encoder.Model) (states nn.Tensor) {
	m.Block.M0.SetOutput(m.Block.M0.Output().Scale(0.25))
	return m.Output()
}

// Raw is the decoder as it is.
//
//nngen:trace
func Raw(m *t5decoder.Model) (logits nn.Tensor) {
	return m.LMHead.Output()
}

// Steer adds a direction to the residual stream after the decoder's first block.
//
//nngen:trace
func Steer(m *t5decoder.Model, v nn.Tensor) (logits nn.Tensor) {
	block := m.Decoder.Block.M0
	block.SetOutput(block.Output().Add(v))
	return m.LMHead.Output()
}
