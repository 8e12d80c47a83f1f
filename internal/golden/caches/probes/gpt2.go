package probes

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

// Everything caches the outputs of all modules.
//
//nngen:trace
func Everything(m *gpt2.Model) (c *gpt2.Cache) { return m.Cache() }

// Steer caches every module while a block is steered, and gives the logits too.
//
//nngen:trace
func Steer(m *gpt2.Model, v nn.Tensor, alpha float32) (logits nn.Tensor, c *gpt2.Cache) {
	c = m.Cache(nn.WithInputs(), nn.KeepOnDevice())
	b := m.Transformer.H[0]
	b.SetOutput(b.Output().Add(v.Scale(alpha)))
	return m.LMHead.Output(), c
}

// Skipped caches what is inside of a block that is skipped, and what is left of it.
//
//nngen:trace
func Skipped(m *gpt2.Model) (c *gpt2.Cache) {
	c = m.Cache(nn.WithInputs())
	m.Transformer.H[1].Skip(m.Transformer.H[1].Input().Scale(2))
	return c
}

// Stopped ends the run after the first block.
//
//nngen:trace
func Stopped(m *gpt2.Model) (c *gpt2.Cache) {
	c = m.Cache()
	b := m.Transformer.H[0]
	b.SetOutput(b.Output().Neg())
	m.Stop()
	return c
}

// Quiet is an edit: it halves what the first block gives.
//
//nngen:edit
func Quiet(m *gpt2.Model) {
	b := m.Transformer.H[0]
	b.SetOutput(b.Output().Scale(0.5))
}
