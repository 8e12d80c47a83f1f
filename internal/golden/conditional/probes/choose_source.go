package probes

import (
	"github.com/nngen-go/nngen/examples/demo/opticks"
	nn "github.com/nngen-go/nngen/runtime"
)

// ReadInside reads tensors of every kind inside a layer that the caller chooses.
//
//nngen:trace
func ReadInside(m *opticks.Model, layer int) (value, pattern, left, folded nn.Tensor) {
	b := m.Transformer.H[layer]
	ops := b.Attn.Source()
	return ops.Split.OutputAt(2), ops.Softmax.Output(), ops.MatMul1.Inputs()[0], b.MLP.CFc.Source().Gemm.Output()
}

// Heads multiplies the pattern of each head of the chosen layer, twice, and reads what
// the rest of the layer makes of it.
//
//nngen:trace
//nngen:param k float32 [1, 4, 1, 1]
func Heads(m *opticks.Model, layer int, k nn.Tensor, on bool) (pattern, out, logits nn.Tensor) {
	b := m.Transformer.H[layer]
	softmax, err := b.Attn.Operation("Softmax")
	if err != nil {
		panic(err)
	}
	if on {
		softmax.SetOutput(softmax.Output().Mul(k))
	}
	halve(softmax)
	return softmax.Output(), b.Output(), m.LMHead.Output()
}

// halve takes an operation of any module, chosen or not.
func halve(op nn.Operation) {
	if op.Name() == "Softmax" {
		op.SetOutput(op.Output().Scale(0.5))
	}
}

// PatternFrom computes with the pattern of one layer in mid-run, and puts it in the
// place of another's input of the values.
//
//nngen:trace
func PatternFrom(m *opticks.Model, src, dst int) (sharp float32, logits nn.Tensor) {
	pattern := m.Transformer.H[src].Attn.Source().Softmax.Output()
	m.Transformer.H[dst].Attn.Source().MatMul1.SetInputAt(0, pattern.Neg())
	return pattern.Max().Item(), m.LMHead.Output()
}

// BandInside scales an operation inside the layers from lo up to hi.
//
//nngen:trace
func BandInside(m *opticks.Model, lo, hi int, k float32) (logits nn.Tensor) {
	for i := lo; i < hi; i++ {
		add := m.Transformer.H[i].Source().Add0
		add.SetInput(add.Input().Scale(k))
	}
	return m.LMHead.Output()
}

// NamedInside chooses the module by branches, then an operation inside it.
//
//nngen:trace
func NamedInside(m *opticks.Model, late bool, k float32) (tanh, logits nn.Tensor) {
	b := m.Transformer.H[1]
	if late {
		b = m.Transformer.H[4]
	}
	op := b.MLP.Act.Source().Tanh
	op.SetOutput(op.Output().Scale(k))
	return op.Output(), m.LMHead.Output()
}

// PatternAcross takes the pattern of a chosen layer from one invoke to another.
//
//nngen:trace
func PatternAcross(t *opticks.Trace, clean, corrupt opticks.Inputs, layer int) (logits nn.Tensor) {
	ready := t.Barrier(2)
	var p nn.Tensor
	t.Invoke(clean, func(m *opticks.Model) {
		p = m.Transformer.H[layer].Attn.Source().Softmax.Output()
		ready.Wait()
	})
	t.Invoke(corrupt, func(m *opticks.Model) {
		ready.Wait()
		m.Transformer.H[layer].Attn.Source().Softmax.SetOutput(p)
		logits = m.LMHead.Output()
	})
	t.Run()
	return logits
}
