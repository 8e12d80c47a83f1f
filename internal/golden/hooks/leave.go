package hooks

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

// Left calls, in mid-run, what may end its goroutine.
//
//nngen:trace
func Left(m *gpt2.Model, log *Log, leave func(norm float32)) (logits nn.Tensor) {
	defer log.Add("deferred")
	first := m.Transformer.H[0]
	a := first.Output().Norm().Item()
	first.SetOutput(first.Output().Scale(1 / a))
	second := m.Transformer.H[1]
	h := second.Output()
	n := h.Norm().Item()
	leave(n)
	log.Add("stayed")
	second.SetOutput(h.Scale(1 / n))
	return m.LMHead.Output()
}
