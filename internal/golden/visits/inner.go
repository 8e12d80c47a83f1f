package visits

import "github.com/nngen-go/nngen/internal/golden/optimum/llama"

// CountsUnder has Go behind a loop that parameters ask for, which a later loop uses.
//
//nngen:trace
func CountsUnder(m *llama.Model, on bool) (norms []float32) {
	total := float32(1)
	for range m.Iter(0) {
		norms = append(norms, m.LMHead.Output().Norm().Item())
	}
	if on {
		for range m.Iter(1, 2) {
			norms = append(norms, m.LMHead.Output().Norm().Item())
		}
		total = float32(len(norms))
	}
	for range m.Iter(3) {
		b := m.Model.Layers[0]
		b.SetOutput(b.Output().Scale(total))
		norms = append(norms, m.LMHead.Output().Norm().Item())
	}
	return norms
}

// CountsNested has Go behind a loop in another, which its next visit uses.
//
//nngen:trace
func CountsNested(m *llama.Model) (norms []float32) {
	total := float32(1)
	for step := range m.Iter(0, 2) {
		b := m.Model.Layers[0]
		b.SetOutput(b.Output().Scale(total))
		for range m.Iter(step + 1) {
			norms = append(norms, m.LMHead.Output().Norm().Item())
		}
		total += float32(len(norms))
	}
	return norms
}

// Sides has Go in mid-run at the same steps on both sides of a condition, of which
// no run has both.
//
//nngen:trace
func Sides(m *llama.Model, on bool) (k float32) {
	for range m.Iter(0) {
		k = m.LMHead.Output().Norm().Item() / 100
	}
	if on {
		for range m.Iter(1, 2) {
			k += m.Model.Layers[1].Output().Norm().Item() / 100
			m.LMHead.SetOutput(m.LMHead.Output().Scale(k))
		}
	} else {
		for range m.Iter(1, 2) {
			b := m.Model.Layers[0]
			b.SetOutput(b.Output().AddScalar(k))
			k += m.LMHead.Output().Norm().Item() / 100
		}
	}
	return k
}
