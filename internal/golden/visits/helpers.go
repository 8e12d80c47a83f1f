package visits

import (
	"github.com/nngen-go/nngen/internal/golden/optimum/llama"
	nn "github.com/nngen-go/nngen/runtime"
)

// InHelpers is IterRange by helpers that have the loops: one steers, the other
// takes what it finds, by Go, and a third calls one of them.
//
//nngen:trace
func InHelpers(m *llama.Model, v nn.Tensor, by float32, late bool) (h1 []nn.Tensor, norms []float32, last float32, n int) {
	h1 = steered(m, m.Model.Layers[0], v)
	if late {
		more, k := found(m, by, 3)
		norms = append(norms, more...)
		n += k
	}
	last = through(m, by*2)
	return h1, norms, last, n + len(norms)
}

// steered adds v to a block's output at two steps and reads the second layer's.
func steered(m *llama.Model, b *llama.Block, v nn.Tensor) (h1 []nn.Tensor) {
	for range m.Iter(nn.Range(1, 3)) {
		b.SetOutput(b.Output().Add(v))
		h1 = append(h1, m.Model.Layers[1].Output())
	}
	return h1
}

// found scales the first layer at a step and says what became of the logits, the
// last of which holds the next step back.
func found(m *llama.Model, by float32, at int) ([]float32, int) {
	var norms []float32
	var before nn.Tensor
	for range m.Iter(3) {
		b := m.Model.Layers[0]
		b.SetOutput(b.Output().Scale(by))
		before = b.Output()
		norms = append(norms, m.LMHead.Output().Norm().Item())
	}
	scale := 1 / (1 + norms[0])
	for range m.Iter(4) {
		b := m.Model.Layers[1]
		b.SetOutput(b.Output().Add(before.Scale(scale)))
		norms = append(norms, m.LMHead.Output().Norm().Item())
	}
	return norms, at
}

// through calls a helper of its own.
func through(m *llama.Model, by float32) float32 {
	return only(m, by)
}

func only(m *llama.Model, by float32) (norm float32) {
	for range m.Iter(5) {
		b := m.Model.Layers[0]
		b.SetOutput(b.Output().Scale(by))
		norm = m.LMHead.Output().Norm().Item()
	}
	return
}

// OnlyInHelpers names visits in a helper alone, of both of its invokes.
//
//nngen:trace
func OnlyInHelpers(t *llama.Trace, one, two llama.Inputs, v nn.Tensor) (a, b []nn.Tensor) {
	t.Invoke(one, func(m *llama.Model) { a = steered(m, m.Model.Layers[0], v) })
	t.Invoke(two, func(m *llama.Model) {
		b = steered(m, m.Model.Layers[1], v)
	})
	t.Run()
	return a, b
}
