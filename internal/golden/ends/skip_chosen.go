package ends

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama"
	nn "github.com/nngen-go/nngen/runtime"
)

// SkipChosen leaves out the layer that a parameter names.
//
//nngen:trace
func SkipChosen(m *llama.Model, layer int) (h, logits nn.Tensor) {
	l := m.Model.Layers[layer]
	l.Skip(l.Input().Scale(0.5))
	return l.Output(), m.LMHead.Output()
}

// SkipChosenMLP leaves out the MLP of a layer, and writes to its output then.
//
//nngen:trace
func SkipChosenMLP(m *llama.Model, layer int, v nn.Tensor) (logits nn.Tensor) {
	mlp := m.Model.Layers[layer].MLP
	mlp.Skip(m.Model.EmbedTokens.Output().Add(v))
	mlp.SetOutput(mlp.Output().Scale(2))
	return m.LMHead.Output()
}

// SkipChosenInvokes leaves a layer out, each invoke in its own way.
//
//nngen:trace
func SkipChosenInvokes(t *llama.Trace, x, y llama.Inputs, layer int) (logits0, logits1 nn.Tensor) {
	t.Invoke(x, func(m *llama.Model) {
		bypass(m.Model.Layers[layer])
		logits0 = m.LMHead.Output()
	})
	t.Invoke(y, func(m *llama.Model) {
		l := m.Model.Layers[layer]
		l.Skip(l.Input().Scale(2))
		logits1 = m.LMHead.Output()
	})
	t.Run()
	return logits0, logits1
}

// SkipBoth leaves a layer out where a parameter says so, in both invokes.
//
//nngen:trace
func SkipBoth(t *llama.Trace, x, y llama.Inputs, flag bool, v nn.Tensor) (logits0, logits1 nn.Tensor) {
	t.Invoke(x, func(m *llama.Model) {
		l := m.Model.Layers[1]
		if flag {
			l.Skip(l.Input().Scale(0.5))
		}
		logits0 = m.LMHead.Output()
	})
	t.Invoke(y, func(m *llama.Model) {
		l := m.Model.Layers[1]
		if flag {
			l.Skip(l.Input().Add(v))
		}
		logits1 = m.LMHead.Output()
	})
	t.Run()
	return logits0, logits1
}

// SkipChosenWhen leaves the layer that a parameter names out where another says
// so, and gives what the cache would have got of it.
//
//nngen:trace
func SkipChosenWhen(m *llama.Model, layer int, flag bool, k, v nn.Tensor) (key, logits nn.Tensor) {
	l := m.Model.Layers[layer]
	if flag {
		l.Skip(l.Input().Scale(0.5), k, v)
	}
	return m.Model.Layers[1].Outputs()[0], m.LMHead.Output()
}

// SkipWhenAll gives all that a layer makes, where a parameter says so.
//
//nngen:trace
func SkipWhenAll(m *llama.Model, flag bool, k, v nn.Tensor) (key, value, logits nn.Tensor) {
	l := m.Model.Layers[1]
	if flag {
		l.Skip(l.Input().Scale(0.5), k, v)
	}
	all := l.Outputs()
	return all[0], all[1], m.LMHead.Output()
}

// SkipEmpty leaves a layer out for the rows of both invokes, where a parameter
// says so, from an invoke that has them all.
//
//nngen:trace
func SkipEmpty(t *llama.Trace, x, y llama.Inputs, flag bool) (logits0, logits1 nn.Tensor) {
	t.Invoke(x, func(m *llama.Model) { logits0 = m.LMHead.Output() })
	t.Invoke(y, func(m *llama.Model) { logits1 = m.LMHead.Output() })
	t.Invoke(llama.Inputs{}, func(m *llama.Model) {
		if flag {
			bypass(m.Model.Layers[1])
		}
	})
	t.Run()
	return logits0, logits1
}

// SkipFirst leaves the first layer out.
//
//nngen:trace
func SkipFirst(m *llama.Model) (logits nn.Tensor) {
	bypass(m.Model.Layers[0])
	return m.LMHead.Output()
}
