package runs

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

//nngen:trace
func NoRun(t *gpt2.Trace, a gpt2.Inputs) { // want "NoRun never calls Run.*NN1503"
	t.Invoke(a, func(m *gpt2.Model) { m.LMHead.SetOutput(m.LMHead.Output().Scale(2)) })
}

//nngen:trace
func NoRunReturns(t *gpt2.Trace, a gpt2.Inputs) (n int) { // want "NoRunReturns never calls Run.*NN1503"
	t.Invoke(a, func(m *gpt2.Model) { m.LMHead.SetOutput(m.LMHead.Output().Scale(2)) })
	return 3
}

//nngen:trace
func Discarded(m *gpt2.Model) nn.Tensor {
	h := m.Transformer.H[0].Output()
	h.SetAt(h, nn.All) // want "the result of SetAt is not used.*NN1214"

	m.Transformer.H[1].Input().Scale(2) // want "the result of Scale is not used.*NN1214"

	h.Scale(2).Add(h) // want "the result of Add is not used.*NN1214"

	nn.Zeros(nn.Float32, 2) // want "the result of Zeros is not used.*NN1214"

	m.LMHead.Output() // want "the value of Output is not used.*NN1214"
	return m.LMHead.Output()
}
