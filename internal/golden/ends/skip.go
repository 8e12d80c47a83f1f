package ends

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama"
	nn "github.com/nngen-go/nngen/runtime"
)

// Raw is the model as it is.
//
//nngen:trace
func Raw(m *llama.Model) (logits nn.Tensor) { return m.LMHead.Output() }

// SkipLayer leaves the second layer out.
//
//nngen:trace
func SkipLayer(m *llama.Model) (h1, logits nn.Tensor) {
	l := m.Model.Layers[1]
	l.Skip(l.Input())
	return l.Output(), m.LMHead.Output()
}

// SkipMLP puts half of an MLP's input in its place.
//
//nngen:trace
func SkipMLP(m *llama.Model) (logits nn.Tensor) {
	mlp := m.Model.Layers[0].MLP
	mlp.Skip(mlp.Input().Scale(0.5))
	return m.LMHead.Output()
}

// SkipInvokes leaves a layer out, each invoke in its own way.
//
//nngen:trace
func SkipInvokes(t *llama.Trace, a, b llama.Inputs) (logits0, logits1 nn.Tensor) {
	t.Invoke(a, func(m *llama.Model) {
		l := m.Model.Layers[1]
		l.Skip(l.Input())
		logits0 = m.LMHead.Output()
	})
	t.Invoke(b, func(m *llama.Model) {
		l := m.Model.Layers[1]
		l.Skip(l.Input().Scale(2))
		logits1 = m.LMHead.Output()
	})
	t.Run()
	return logits0, logits1
}

// SkipRow leaves both layers out.
//
//nngen:trace
func SkipRow(m *llama.Model, v nn.Tensor) (logits nn.Tensor) {
	first, second := m.Model.Layers[0], m.Model.Layers[1]
	first.Skip(first.Input().Scale(0.5))
	second.Skip(second.Input().Add(v))
	return m.LMHead.Output()
}

// SkipWrite changes the output of a skipped layer, and a later point.
//
//nngen:trace
func SkipWrite(m *llama.Model, v nn.Tensor) (h0, logits nn.Tensor) {
	first := m.Model.Layers[0]
	first.Skip(first.Input().Scale(0.5))
	first.SetOutput(first.Output().Add(v))
	h0 = first.Output()
	mlp := m.Model.Layers[1].MLP
	mlp.SetOutput(mlp.Output().Scale(2))
	return h0, m.LMHead.Output()
}

// SkipAttn leaves an attention out, which takes masks and positions besides.
//
//nngen:trace
func SkipAttn(m *llama.Model) (logits nn.Tensor) {
	a := m.Model.Layers[0].SelfAttn
	a.Skip(a.Input().Scale(0.25))
	return m.LMHead.Output()
}

// SkipRows skips in both invokes; one then writes its rows of the output.
//
//nngen:trace
func SkipRows(t *llama.Trace, a, b llama.Inputs) (logits0, logits1 nn.Tensor) {
	t.Invoke(a, func(m *llama.Model) {
		bypass(m.Model.Layers[1])
		logits0 = m.LMHead.Output()
	})
	t.Invoke(b, func(m *llama.Model) {
		l := m.Model.Layers[1]
		bypass(l)
		l.SetOutput(l.Output().Scale(3))
		logits1 = m.LMHead.Output()
	})
	t.Run()
	return logits0, logits1
}

// bypass leaves a layer out.
func bypass(l *llama.Block) { l.Skip(l.Input()) }

// SkipWhen skips where a parameter says so.
//
//nngen:trace
func SkipWhen(m *llama.Model, flag bool) (h0, logits nn.Tensor) {
	first := m.Model.Layers[0]
	if flag {
		first.MLP.Skip(first.MLP.Input().Scale(0.5))
	}
	return first.Output(), m.LMHead.Output()
}

// SkipNorm skips where a value of the run says so.
//
//nngen:trace
func SkipNorm(m *llama.Model, limit float32) (logits nn.Tensor) {
	first, second := m.Model.Layers[0], m.Model.Layers[1]
	if first.Output().Norm().Item() > limit {
		second.Skip(second.Input().Scale(0.5))
	}
	return m.LMHead.Output()
}

// SkipGPT2 leaves GPT-2's second block out.
//
//nngen:trace
func SkipGPT2(m *gpt2.Model) (logits nn.Tensor) {
	b := m.Transformer.H[1]
	b.Skip(b.Input())
	return m.LMHead.Output()
}
