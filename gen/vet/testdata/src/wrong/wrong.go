package wrong

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

//nngen:trace
func Late(m *gpt2.Model) nn.Tensor {
	h := m.Transformer.H[1].Output()
	m.Transformer.H[0].SetOutput(h) // want "transformer.h.0.output cannot be written any more.*NN3102"
	return m.LMHead.Output()
}

//nngen:trace
func Shape(m *gpt2.Model) nn.Tensor {
	b := m.Transformer.H[1]
	b.SetOutput(b.Output().At(nn.All, -1)) // want "is float32 .*batch, seq, 48.*NN1408"
	return m.LMHead.Output()
}

//nngen:trace
func Subset(m *gpt2.Model) nn.Tensor {
	go func() {}() // want "go is not in the subset.*NN1202"
	return m.LMHead.Output()
}

//nngen:trace
func Reach(m *gpt2.Model) nn.Tensor {
	b, err := m.Get("transformer.h.7") // want "has no module .*NN1308"
	if err != nil {
		return nn.Tensor{}
	}
	return b.Output()
}
