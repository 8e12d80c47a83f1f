package probes

import (
	"github.com/nngen-go/nngen/examples/demo/opticks"
	nn "github.com/nngen-go/nngen/runtime"
)

// LeaveBoth stops looking at what is hot, in both invokes, each in its way: one
// returns, the other leaves its loop, and both write down how far they came.
//
//nngen:trace
func LeaveBoth(t *opticks.Trace, a, b opticks.Inputs, limit float32) (seen []int, x, y nn.Tensor) {
	t.Invoke(a, func(m *opticks.Model) {
		for i, blk := range m.Transformer.H {
			h := blk.Output()
			x = h
			if h.Norm().Item() > limit {
				seen = append(seen, -1)
				return
			}
			seen = append(seen, i)
			blk.SetOutput(h.Scale(1.5))
		}
		x = m.LMHead.Output()
	})
	t.Invoke(b, func(m *opticks.Model) {
		for i, blk := range m.Transformer.H {
			h := blk.Output()
			n := h.Norm().Item()
			if n > 2*limit {
				seen = append(seen, -2)
				break
			}
			if i == 1 && n > limit {
				continue
			}
			seen = append(seen, 100+i)
			blk.SetOutput(h.Scale(0.75))
		}
		y = m.LMHead.Output()
	})
	t.Run()
	return seen, x, y
}

// clamped returns early.
func clamped(x, most float32) float32 {
	if x > most {
		return most
	}
	return x
}

// ClampBoth calls a helper that returns early, between points, and lets one
// invoke return by what a parameter says.
//
//nngen:trace
func ClampBoth(t *opticks.Trace, a, b opticks.Inputs, most float32, short bool) (ks []float32, h, logits nn.Tensor) {
	ready := t.Barrier(2)
	t.Invoke(a, func(m *opticks.Model) {
		out := m.Transformer.H[0].Output()
		k := clamped(out.Norm().Item(), most)
		ks = append(ks, k)
		h = out
		ready.Wait()
		if short {
			ks = append(ks, -1)
			return
		}
		m.Transformer.H[2].SetOutput(m.Transformer.H[2].Output().Scale(k / 64))
		h = m.Transformer.H[3].Output()
	})
	t.Invoke(b, func(m *opticks.Model) {
		ready.Wait()
		k := clamped(m.Transformer.H[1].Output().Norm().Item(), most)
		m.Transformer.H[1].SetOutput(m.Transformer.H[1].Output().Scale(k / 128))
		logits = m.LMHead.Output()
	})
	t.Run()
	return ks, h, logits
}
