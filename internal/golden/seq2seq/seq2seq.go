// Package seq2seq holds golden cases of a model in several files: a T5 as
// optimum exports it, an encoder, a decoder of the first tokens and a decoder of
// those that follow.
package seq2seq

import (
	"github.com/nngen-go/nngen/internal/golden/optimum/t5decoder"
	"github.com/nngen-go/nngen/internal/golden/optimum/t5encoder"
	"github.com/nngen-go/nngen/internal/golden/torchscript/t5"
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

// Keys weakens what the decoder's first block keeps of the states: a point that
// later steps have not, because they find it in the cache.
//
//nngen:trace
func Keys(m *t5decoder.Model) (logits nn.Tensor) {
	k := m.Decoder.Block.M0.Layer.M1.EncDecAttention.K
	k.SetOutput(k.Output().Scale(0.5))
	return m.LMHead.Output()
}

// Mixed calls modules, uses weights and edits an input under a condition.
//
//nngen:trace
//nngen:param v float32 [24]
func Mixed(m *t5decoder.Model, strong bool, v nn.Tensor) (logits nn.Tensor) {
	early := m.LMHead.Call(m.Decoder.FinalLayerNorm.Call(m.Decoder.Block.M0.Output()))
	ff := m.Decoder.Block.M1.Layer.M2
	if strong {
		ff.SetInput(ff.Input().Add(v.Scale(4)))
	}
	bias := v.MatMul(m.LMHead.Weight("weight"))
	logits = m.LMHead.Output().Add(early.Scale(0.5)).Add(bias)
	m.LMHead.SetOutput(logits)
	return logits
}

// Whole is encoder and decoder in one file, as they are.
//
//nngen:trace
func Whole(m *t5.Model) (logits nn.Tensor) {
	return m.Output()
}

// Both quietens the encoder and steers the decoder, in one trace.
//
//nngen:trace
func Both(m *t5.Model, v nn.Tensor) (logits nn.Tensor) {
	said := m.Encoder.Block.M0
	said.SetOutput(said.Output().Scale(0.25))
	saying := m.Decoder.Block.M0
	saying.SetOutput(saying.Output().Add(v))
	return m.LMHead.Output()
}

// SteerWhole is Steer in one file.
//
//nngen:trace
func SteerWhole(m *t5.Model, v nn.Tensor) (logits nn.Tensor) {
	block := m.Decoder.Block.M0
	block.SetOutput(block.Output().Add(v))
	return m.LMHead.Output()
}

// Shift is Steer as an edit that stays.
//
//nngen:edit
//nngen:param v float32 [24]
func Shift(m *t5decoder.Model, v nn.Tensor) {
	block := m.Decoder.Block.M0
	block.SetOutput(block.Output().Add(v))
}

// Sometimes steers two steps of a generation.
//
//nngen:trace
func Sometimes(m *t5decoder.Model, v nn.Tensor) {
	for range m.Iter(1, 3) {
		block := m.Decoder.Block.M0
		block.SetOutput(block.Output().Add(v))
	}
}
