package visits

import (
	"github.com/nngen-go/nngen/internal/golden/optimum/llama"
	nn "github.com/nngen-go/nngen/runtime"
)

// BarrierSteps is BarrierGenerate by loops: at two of the steps.
//
//nngen:trace
func BarrierSteps(t *llama.Trace, one, two llama.Inputs) (ids0, ids1 nn.Tensor) {
	ready := t.Barrier(2)
	var embedded nn.Tensor
	t.Invoke(one, func(m *llama.Model) {
		for range m.Iter(nn.Range(1, 3)) {
			embedded = m.Model.EmbedTokens.Output()
			ready.Wait()
		}
		ids0 = m.Result()
	})
	t.Invoke(two, func(m *llama.Model) {
		for range m.Iter(nn.Range(1, 3)) {
			ready.Wait()
			m.Model.EmbedTokens.SetOutput(embedded)
		}
		ids1 = m.Result()
	})
	t.Run()
	return ids0, ids1
}

// BarrierAsked waits at the same steps where parameters ask for it, and elsewhere
// else: a barrier serves round after round.
//
//nngen:trace
func BarrierAsked(t *llama.Trace, one, two llama.Inputs, on bool) (sum float32) {
	ready := t.Barrier(2)
	var h nn.Tensor
	t.Invoke(one, func(m *llama.Model) {
		h = m.Model.EmbedTokens.Output()
		ready.Wait()
		if on {
			for range m.Iter(nn.Range(1, 3)) {
				h = m.Model.Layers[0].Output()
				ready.Wait()
			}
		}
	})
	t.Invoke(two, func(m *llama.Model) {
		ready.Wait()
		b := m.Model.Layers[0]
		b.SetOutput(b.Output().Add(h))
		if on {
			for range m.Iter(nn.Range(1, 3)) {
				ready.Wait()
				b := m.Model.Layers[1]
				b.SetOutput(b.Output().Add(h))
			}
		}
		for range m.Iter(3) {
			sum += m.Model.Layers[1].Output().Sum().Item()
		}
	})
	t.Run()
	return sum
}
