package hooks

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

// Sure gives the logits of the first layer that is sure.
//
//nngen:trace
func Sure(m *gpt2.Model, sure float32) (logits nn.Tensor, layer int) {
	for i, b := range m.Transformer.H {
		logits = m.LMHead.Call(m.Transformer.LnF.Call(b.Output().At(nn.All, nn.RangeFrom(-1))))
		if logits.Softmax(-1).Max().Item() > sure {
			return logits, i
		}
	}
	return logits, -1
}
