// Package probes holds the golden cases of the bert fixture as trace functions:
// each does what its case in testdata/goldens/cases.md says.
package probes

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/bert"
	nn "github.com/nngen-go/nngen/runtime"
)

// Raw is the model as it is.
//
//nngen:trace
func Raw(m *bert.Model) (lastHiddenState, poolerOutput nn.Tensor) {
	return m.Encoder.Layer[1].Output(), m.Pooler.Output()
}

// Get reads points all along the model.
//
//nngen:trace
func Get(m *bert.Model) (embeddings, self0, attn0, mid0, layer0, layer1, pooler nn.Tensor) {
	first := m.Encoder.Layer[0]
	embeddings = m.Embeddings.Output()
	self0, attn0 = first.Attention.Self.Output(), first.Attention.Output()
	mid0, layer0 = first.Intermediate.Output(), first.Output()
	return embeddings, self0, attn0, mid0, layer0, m.Encoder.Layer[1].Output(), m.Pooler.Output()
}

// SetAttention halves an attention's output.
//
//nngen:trace
func SetAttention(m *bert.Model) (lastHiddenState, poolerOutput nn.Tensor) {
	a := m.Encoder.Layer[0].Attention
	a.SetOutput(a.Output().Scale(0.5))
	return m.Encoder.Layer[1].Output(), m.Pooler.Output()
}

// InputEdit scales and shifts what the second layer sees.
//
//nngen:trace
func InputEdit(m *bert.Model) (lastHiddenState, poolerOutput nn.Tensor) {
	l := m.Encoder.Layer[1]
	l.SetInput(l.Input().Scale(2).AddScalar(-1))
	return l.Output(), m.Pooler.Output()
}

// InplaceFirst sets the first token of the first layer.
//
//nngen:trace
func InplaceFirst(m *bert.Model) (lastHiddenState, poolerOutput nn.Tensor) {
	l := m.Encoder.Layer[0]
	l.SetOutput(l.Output().SetAt(nn.Scalar[float32](1), nn.All, 0))
	return m.Encoder.Layer[1].Output(), m.Pooler.Output()
}

// TwoInvokes turns the first layer round in the second invoke's rows only.
//
//nngen:trace
func TwoInvokes(t *bert.Trace, a, b bert.Inputs) (layer00, pooler0, pooler1 nn.Tensor) {
	t.Invoke(a, func(m *bert.Model) {
		layer00 = m.Encoder.Layer[0].Output()
		pooler0 = m.Pooler.Output()
	})
	t.Invoke(b, func(m *bert.Model) {
		l := m.Encoder.Layer[0]
		l.SetOutput(l.Output().Neg())
		pooler1 = m.Pooler.Output()
	})
	t.Run()
	return layer00, pooler0, pooler1
}

// CallPooler runs the pooler on the first layer's output.
//
//nngen:trace
func CallPooler(m *bert.Model) (early, poolerOutput nn.Tensor) {
	early = m.Pooler.Call(m.Encoder.Layer[0].Output())
	return early, m.Pooler.Output()
}
