package visits

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/looplm"
	nn "github.com/nngen-go/nngen/runtime"
)

// CallsRange changes and reads five visits of a block that each step calls three
// times: the last of step 0, those of step 1 and the first of step 2.
//
//nngen:trace nohooks
func CallsRange(m *looplm.Model, v nn.Tensor) (h []nn.Tensor) {
	for range m.Iter(nn.Range(2, 7)) {
		m.Block.SetOutput(m.Block.Output().Add(v))
		h = append(h, m.Block.Output())
	}
	return h
}

// CallsList does it at three visits.
//
//nngen:trace nohooks
func CallsList(m *looplm.Model, v nn.Tensor) (h []nn.Tensor) {
	for range m.Iter(1, nn.RangeStep(5, 10, 4)) {
		m.Block.SetOutput(m.Block.Output().Add(v))
		h = append(h, m.Block.Output())
	}
	return h
}

// CallsAll reads every visit and changes two.
//
//nngen:trace nohooks
func CallsAll(m *looplm.Model, v nn.Tensor) (h []nn.Tensor) {
	for n := range m.All() {
		if n == 4 || n == 8 {
			m.Block.SetOutput(m.Block.Output().Add(v))
		}
		h = append(h, m.Block.Output())
	}
	return h
}

// CallsAndSteps names visits of modules that a step calls once and three times,
// one after the other, with Go over both.
//
//nngen:trace
func CallsAndSteps(m *looplm.Model, by float32) (norms []float32, sum int, last nn.Tensor) {
	first := m.Block.Output()
	for n := range m.Iter(nn.Range(4, 8)) {
		if n == 5 {
			continue
		}
		x := m.Block.Fc.Output().Norm().Item()
		m.Block.SetOutput(m.Block.Output().Scale(by / x))
		norms = append(norms, x)
		sum += n
	}
	for step := range m.Iter(nn.RangeFrom(2)) {
		last = m.Head.Output()
		norms = append(norms, last.Norm().Item())
		sum += step
	}
	norms = append(norms, first.Norm().Item())
	return norms, sum, last
}
