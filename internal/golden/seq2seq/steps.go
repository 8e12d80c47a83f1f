package seq2seq

import (
	"github.com/nngen-go/nngen/internal/golden/optimum/t5decoder"
	nn "github.com/nngen-go/nngen/runtime"
)

// SteerSteps is Steer in a loop over the steps, which two files run.
//
//nngen:trace nohooks
func SteerSteps(m *t5decoder.Model, v nn.Tensor) (h []nn.Tensor, ids nn.Tensor) {
	for range m.All() {
		block := m.Decoder.Block.M0
		block.SetOutput(block.Output().Add(v))
		h = append(h, block.Output())
	}
	return h, m.Result()
}

// SomeSteps steers at the steps that two files run and keeps what they make of
// it, and what Go finds of it.
//
//nngen:trace
func SomeSteps(m *t5decoder.Model, v nn.Tensor) (c *t5decoder.Cache, first, last nn.Tensor, norms []float32) {
	c = m.Cache(nn.Modules(m.Decoder.Block.M0, m.LMHead))
	first = m.Decoder.Block.M0.Output()
	for step := range m.Iter(0, 2, nn.RangeFrom(4)) {
		block := m.Decoder.Block.M1
		if step != 2 {
			block.SetOutput(block.Output().Add(v))
		}
		norms = append(norms, block.Output().Norm().Item())
		last = block.Output()
	}
	return c, first, last, norms
}

// KeysSteps reads at every step what later steps have not.
//
//nngen:trace nohooks
func KeysSteps(m *t5decoder.Model) (k []nn.Tensor) {
	for range m.All() {
		k = append(k, m.Decoder.Block.M0.Layer.M1.EncDecAttention.K.Output())
	}
	return k
}

// KeepBlock keeps a block's output at every step of a trace without loops.
//
//nngen:trace nohooks
func KeepBlock(m *t5decoder.Model) (c *t5decoder.Cache) {
	return m.Cache(nn.Modules(m.Decoder.Block.M0, m.LMHead))
}

// ShiftSteps is Shift at some steps.
//
//nngen:edit
func ShiftSteps(m *t5decoder.Model, v nn.Tensor) {
	for range m.Iter(0, 2, nn.RangeFrom(4)) {
		block := m.Decoder.Block.M0
		block.SetOutput(block.Output().Add(v))
	}
}
