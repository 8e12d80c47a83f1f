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

// BarrierBoth has two invokes that give one another values, forth and back at each
// step, and a third that they do not wait for; what Go finds of them crosses too.
//
//nngen:trace
func BarrierBoth(t *llama.Trace, one, two llama.Inputs, by float32) (norms []float32, back []nn.Tensor) {
	there, home := t.Barrier(2), t.Barrier(2)
	var h, g nn.Tensor
	var scale float32
	t.Invoke(one, func(m *llama.Model) {
		for range m.All() {
			h = m.Model.EmbedTokens.Output()
			scale = by / h.Norm().Item()
			there.Wait()
			home.Wait()
			b := m.Model.Layers[1]
			b.SetOutput(b.Output().Add(g.Scale(0.5)))
			norms = append(norms, b.Output().Norm().Item())
		}
	})
	t.Invoke(two, func(m *llama.Model) {
		for range m.All() {
			there.Wait()
			b := m.Model.Layers[0]
			b.SetOutput(b.Output().Add(h.Scale(scale)))
			g = b.Output()
			home.Wait()
		}
	})
	t.Invoke(llama.Inputs{}, func(m *llama.Model) {
		for range m.Iter(nn.Range(0, 2)) {
			back = append(back, m.LMHead.Output())
		}
	})
	t.Run()
	return norms, back
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

// Shared has two invokes that add to one list at each step, in the order in which
// they come to their points, with variables that live between these.
//
//nngen:trace
func Shared(t *llama.Trace, one, two llama.Inputs, limit float32) (all []float32) {
	n := 0
	t.Invoke(one, func(m *llama.Model) {
		for step := range m.Iter(nn.RangeFrom(1)) {
			x := m.Model.Layers[0].Output().Norm().Item()
			all = append(all, x)
			y := m.Model.Layers[1].Output().Norm().Item()
			if x > limit {
				n++
				continue
			}
			z := m.LMHead.Output().Norm().Item()
			all = append(all, x+y*float32(n)+z*float32(step))
			n += 2
		}
	})
	t.Invoke(two, func(m *llama.Model) {
		for range m.All() {
			x := m.Model.Layers[0].Output().Norm().Item()
			all = append(all, -x)
			k := n
			b := m.Model.Layers[1]
			b.SetOutput(b.Output().Scale(1 + float32(len(all))/8))
			all = append(all, m.LMHead.Output().Norm().Item()+float32(k))
		}
	})
	t.Run()
	return all
}
