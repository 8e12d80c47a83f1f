package probes

import (
	"github.com/nngen-go/nngen/examples/demo/opticks"
	nn "github.com/nngen-go/nngen/runtime"
)

// Sometimes writes under a condition in one of two invokes.
//
//nngen:trace
func Sometimes(t *opticks.Trace, a, b opticks.Inputs, on bool) (h, logits nn.Tensor) {
	t.Invoke(a, func(m *opticks.Model) { h = m.Transformer.H[1].Output() })
	t.Invoke(b, func(m *opticks.Model) {
		x := m.Transformer.H[0].Output()
		if on {
			m.Transformer.H[0].SetOutput(x.Scale(2))
		}
		logits = m.LMHead.Output()
	})
	t.Run()
	return h, logits
}

// ReadAhead reads under a condition, ahead of a barrier, what the other invoke
// writes at the same point behind it.
//
//nngen:trace
func ReadAhead(t *opticks.Trace, in opticks.Inputs, limit float32, factor float32) (norms []float32, logits nn.Tensor) {
	ready := t.Barrier(2)
	t.Invoke(in, func(m *opticks.Model) {
		ready.Wait()
		m.Transformer.H[2].SetOutput(m.Transformer.H[2].Output().Scale(factor))
		logits = m.LMHead.Output()
	})
	t.Invoke(opticks.Inputs{}, func(m *opticks.Model) {
		if m.Transformer.WTE.Output().Norm().Item() > limit {
			norms = append(norms, m.Transformer.H[2].Output().Norm().Item())
		}
		ready.Wait()
	})
	t.Run()
	return norms, logits
}

// LimitBoth halves what is hot, in both invokes, which count together.
//
//nngen:trace
func LimitBoth(t *opticks.Trace, a, b opticks.Inputs, limit float32) (order []int, x, y nn.Tensor) {
	t.Invoke(a, func(m *opticks.Model) {
		for i, blk := range m.Transformer.H {
			h := blk.Output()
			if h.Norm().Item() > limit {
				order = append(order, i)
				blk.SetOutput(h.Scale(0.5))
			}
		}
		x = m.LMHead.Output()
	})
	t.Invoke(b, func(m *opticks.Model) {
		for i, blk := range m.Transformer.H {
			h := blk.Output()
			if h.Norm().Item() > limit {
				order = append(order, 100+i)
				blk.SetOutput(h.Scale(0.25))
			}
		}
		y = m.LMHead.Output()
	})
	t.Run()
	return order, x, y
}

// EitherWay uses a later point on one side of a condition and an earlier one on
// the other, and sees what the first invoke leaves at both.
//
//nngen:trace
func EitherWay(t *opticks.Trace, in opticks.Inputs, late bool, factor float32) (x, logits nn.Tensor) {
	t.Invoke(in, func(m *opticks.Model) {
		m.Transformer.H[1].SetOutput(m.Transformer.H[1].Output().Scale(factor))
		logits = m.LMHead.Output()
	})
	t.Invoke(opticks.Inputs{}, func(m *opticks.Model) {
		if late {
			x = m.Transformer.H[4].Output()
			m.Transformer.H[4].SetOutput(x.Scale(factor))
		} else {
			x = m.Transformer.H[1].Output()
			m.Transformer.H[1].SetOutput(x.Neg())
		}
	})
	t.Run()
	return x, logits
}

// InTurn appends to one list behind a point under a condition and behind a later
// one of the other invoke: the order is the same in every run.
//
//nngen:trace
func InTurn(t *opticks.Trace, a, b opticks.Inputs, on bool, layer int) (list []nn.Tensor, names []string) {
	t.Invoke(a, func(m *opticks.Model) {
		if on {
			m.Transformer.H[0].SetOutput(m.Transformer.H[0].Output().Neg())
		}
		names = append(names, "first")
		list = append(list, m.Transformer.H[1].Output())
		if layer > 2 {
			list = append(list, m.Transformer.H[2].Output())
			names = append(names, "second")
		}
	})
	t.Invoke(b, func(m *opticks.Model) {
		x := m.Transformer.H[3].Output()
		names = append(names, "third")
		list = append(list, x, m.LMHead.Output())
	})
	t.Run()
	return list, names
}
