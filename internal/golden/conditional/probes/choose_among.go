package probes

import (
	"github.com/nngen-go/nngen/examples/demo/opticks"
	nn "github.com/nngen-go/nngen/runtime"
)

// OneOf scales one of two operations of different modules, by its number.
//
//nngen:trace
func OneOf(m *opticks.Model, i int, k float32) (logits nn.Tensor) {
	ops := []nn.Operation{m.Transformer.H[0].Source().Add0, m.Transformer.H[3].Source().Add1}
	op := ops[i]
	op.SetOutput(op.Output().Scale(k))
	return m.LMHead.Output()
}

// EitherInside scales an operation that branches and an index choose, and one of a
// module that branches choose.
//
//nngen:trace
func EitherInside(m *opticks.Model, early bool, i int, k float32) (logits nn.Tensor) {
	var op nn.Operation
	ops := m.Transformer.H[4].Attn.Source()
	if early {
		op, ops = m.Transformer.H[2].Attn.Source().Softmax, m.Transformer.H[3].Attn.Source()
	} else {
		op = []nn.Operation{m.Transformer.H[0].Attn.Source().Softmax, m.Transformer.H[1].Attn.Source().Softmax}[i]
	}
	op.SetOutput(op.Output().Scale(k))
	ops.MatMul1.SetOutput(ops.MatMul1.Output().Scale(k))
	return m.LMHead.Output()
}

// NamedOf finds operations of a chosen layer by their names in all its operations, and in
// one of several structs.
//
//nngen:trace
func NamedOf(m *opticks.Model, i int, k float32) (logits nn.Tensor) {
	for _, op := range m.Transformer.H[i].Attn.Operations() {
		if op.Name() == "Softmax" {
			op.SetOutput(op.Output().Scale(k))
		}
	}
	sources := [2]*opticks.BlockSource{m.Transformer.H[4].Source(), m.Transformer.H[5].Source()}
	add := sources[i].Add1
	add.SetOutput(add.Output().Neg())
	return m.LMHead.Output()
}

// BlockSteps scales a block that is chosen ahead of the loop over decoding steps.
//
//nngen:trace
func BlockSteps(m *opticks.Model, layer int, k float32) (ids nn.Tensor) {
	b := m.Transformer.H[layer]
	for range m.All() {
		b.SetOutput(b.Output().Scale(k))
	}
	return m.Result()
}

// PatternSteps does so with the pattern, from step 1 on.
//
//nngen:trace
func PatternSteps(m *opticks.Model, layer int, k float32) (ids nn.Tensor) {
	op := m.Transformer.H[layer].Attn.Source().Softmax
	for range m.Iter(nn.RangeFrom(1)) {
		op.SetOutput(op.Output().Scale(k))
	}
	return m.Result()
}

// PromptSteps adds what a layer made of the prompt to a later one at each step.
//
//nngen:trace
func PromptSteps(m *opticks.Model, layer int, k float32) (ids nn.Tensor) {
	h := m.Transformer.H[layer].Source().Add1.Output().MeanKeep(1).Scale(k)
	for range m.Iter(nn.RangeFrom(1)) {
		m.Transformer.H[5].SetOutput(m.Transformer.H[5].Output().Add(h))
	}
	return m.Result()
}
