package ends

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama"
	nn "github.com/nngen-go/nngen/runtime"
)

// Louder scales the first layer's output.
//
//nngen:edit
func Louder(m *llama.Model, by float32) {
	l := m.Model.Layers[0]
	l.SetOutput(l.Output().Scale(by))
}

// Shift adds a number to the first layer's output.
//
//nngen:edit
func Shift(m *llama.Model, by float32) {
	l := m.Model.Layers[0]
	l.SetOutput(l.Output().AddScalar(by))
}

// Halve is a trace on top of edits.
//
//nngen:trace
func Halve(m *llama.Model) (h0, logits nn.Tensor) {
	h0 = m.Model.Layers[0].Output()
	mlp := m.Model.Layers[1].MLP
	mlp.SetOutput(mlp.Output().Scale(0.5))
	return h0, m.LMHead.Output()
}

// Bypass leaves the second layer out of every run.
//
//nngen:edit
func Bypass(m *llama.Model, by float32) {
	l := m.Model.Layers[1]
	l.Skip(l.Input().Scale(by))
}

// Sometimes scales an MLP where its value says so.
//
//nngen:edit
func Sometimes(m *llama.Model, v nn.Tensor, on bool) {
	mlp := m.Model.Layers[0].MLP
	mlp.SetInput(mlp.Input().Scale(0.5))
	if on {
		mlp.SetOutput(mlp.Output().Add(v))
	}
}

// Inner writes the projection whose output is the MLP's too.
//
//nngen:trace
func Inner(m *llama.Model) (logits nn.Tensor) {
	p := m.Model.Layers[0].MLP.DownProj
	p.SetOutput(p.Output().Scale(3))
	return m.LMHead.Output()
}

// Both reads the two of them.
//
//nngen:trace
func Both(m *llama.Model) (a, b nn.Tensor) {
	return m.Model.Layers[0].MLP.DownProj.Output(), m.Model.Layers[0].MLP.Output()
}

// Rows edits one invoke's rows on top of edits.
//
//nngen:trace
func Rows(t *llama.Trace, x, y llama.Inputs) (a, b nn.Tensor) {
	t.Invoke(x, func(m *llama.Model) { a = m.LMHead.Output() })
	t.Invoke(y, func(m *llama.Model) {
		l := m.Model.Layers[0]
		l.SetOutput(l.Output().Scale(2))
		b = m.LMHead.Output()
	})
	t.Run()
	return a, b
}
