package hooks

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

// Several takes elements of a list in many places: where it is too short, the
// error names the place and the invoke.
//
//nngen:trace
func Several(t *gpt2.Trace, in1, in2 gpt2.Inputs, at []int, k int) (text string, x nn.Tensor) {
	_ = at[k]
	t.Invoke(in1, func(m *gpt2.Model) {
		_ = at[k+1]
		h := m.Transformer.H[0].Output()
		n := h.Norm().Item()
		_ = at[k+2]
		m.Transformer.H[0].SetOutput(h.Scale(1 / n))
		text += fmt.Sprint(at[k+3])
	})
	t.Invoke(in2, func(m *gpt2.Model) {
		text += fmt.Sprint(at[k+4])
		h := m.Transformer.H[1].Output()
		n := h.Norm().Item()
		text += fmt.Sprint(at[k+5])
		m.Transformer.H[1].SetOutput(h.Scale(1 / n))
		x = m.LMHead.Output()
		text += fmt.Sprint(at[k+6])
	})
	t.Run()
	if k == 0 {
		text += "none"

		text += element(at, 7)
	}
	text += fmt.Sprint(at[k+7])
	return text + fmt.Sprint(at[k+8]), x
}

func element(list []int, i int) string {
	return fmt.Sprint(list[i])
}
