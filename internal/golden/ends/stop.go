package ends

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama"
	nn "github.com/nngen-go/nngen/runtime"
)

// Stop takes the first layer's output and ends the run.
//
//nngen:trace
func Stop(m *llama.Model) (h0 nn.Tensor) {
	h0 = m.Model.Layers[0].Output()
	m.Stop()
	return h0
}

// StopInvokes ends the run for both invokes.
//
//nngen:trace
func StopInvokes(t *llama.Trace, x, y llama.Inputs) (a, b nn.Tensor) {
	t.Invoke(x, func(m *llama.Model) { a = m.Model.Layers[0].Output() })
	t.Invoke(y, func(m *llama.Model) {
		l := m.Model.Layers[0]
		l.SetOutput(l.Output().Scale(3))
		b = l.Output()
		t.Stop()
	})
	t.Run()
	return a, b
}

// StopFirst ends the run in an invoke that is served before another one.
//
//nngen:trace
func StopFirst(t *llama.Trace, x, y llama.Inputs) (a, b nn.Tensor) {
	t.Invoke(x, func(m *llama.Model) {
		a = m.Model.Layers[0].Output()
		m.Stop()
	})
	t.Invoke(y, func(m *llama.Model) { b = m.Model.Layers[0].Output() })
	t.Run()
	return a, b
}

// StopWrite stops behind a write.
//
//nngen:trace
func StopWrite(m *llama.Model) (h0 nn.Tensor) {
	l := m.Model.Layers[0]
	l.SetOutput(l.Output().Scale(2))
	h0 = l.Output()
	m.Stop()
	return h0
}

// StopNorm stops where a value of the run says so.
//
//nngen:trace
func StopNorm(m *llama.Model, limit float32) (h0, logits nn.Tensor) {
	h0 = m.Model.Layers[0].Output()
	if h0.Norm().Item() > limit {
		m.Stop()
		return h0, nn.Tensor{}
	}
	return h0, m.LMHead.Output()
}

// StopWhen stops where a parameter says so.
//
//nngen:trace
func StopWhen(m *llama.Model, flag bool) (h0, logits nn.Tensor) {
	h0 = m.Model.Layers[0].Output()
	if flag {
		m.Stop()
		return h0, nn.Tensor{}
	}
	return h0, m.LMHead.Output()
}

// Results are those of each invoke.
//
//nngen:trace
func Results(t *llama.Trace, x, y llama.Inputs) (result0, result1 nn.Tensor) {
	t.Invoke(x, func(m *llama.Model) {
		l := m.Model.Layers[0]
		l.SetOutput(l.Output().Scale(1.5))
		result0 = m.Result()
	})
	t.Invoke(y, func(m *llama.Model) { result1 = m.Result() })
	t.Run()
	return result0, result1
}

// Until ends a generation where a parameter says so.
//
//nngen:trace
func Until(m *llama.Model, flag bool) {
	if flag {
		m.Stop()
	}
}

// UntilNorm ends a generation where a value of the run says so.
//
//nngen:trace
func UntilNorm(m *llama.Model, limit float32) {
	if m.Model.Layers[0].Output().Norm().Item() > limit {
		m.Stop()
	}
}

// StopLoop leaves at the first layer whose output is long.
//
//nngen:trace
func StopLoop(m *llama.Model, limit float32) (embed, h nn.Tensor, layer int) {
	embed = m.Model.EmbedTokens.Output()
	for i, l := range m.Model.Layers {
		h = l.Output()
		if h.Norm().Item() > limit {
			m.Stop()
			return embed.Scale(2), h, i
		}
	}
	return embed, m.LMHead.Output(), -1
}

// StopLater stops where a write before it depends on the same step.
//
//nngen:trace
func StopLater(m *llama.Model, limit float32) (a, b nn.Tensor) {
	l := m.Model.Layers[0]
	h := l.Output()
	n := h.Norm().Item()
	l.SetOutput(h.Scale(limit / n))
	out := l.Output()
	a = m.Model.Layers[1].SelfAttn.Output()
	if n > limit {
		m.Stop()
		return a, out
	}
	m.Model.Layers[1].SetOutput(m.Model.Layers[1].Output().Scale(2))
	return a, m.LMHead.Output()
}

// StopBehind stops behind a write that the same step decides about.
//
//nngen:trace
func StopBehind(m *llama.Model, limit float32) (a, b nn.Tensor) {
	l := m.Model.Layers[0]
	n := l.Output().Norm().Item()
	l.SetOutput(l.Output().Scale(limit / n))
	a = m.Model.Layers[1].SelfAttn.Output()
	if n > limit {
		m.Stop()
		return a, nn.Tensor{}
	}
	return a, m.LMHead.Output()
}

// StopEarly stops behind the layer that a parameter names, where another says so.
//
//nngen:trace
func StopEarly(m *llama.Model, layer, early int) (h, logits nn.Tensor) {
	h = m.Model.Layers[layer].Output()
	if early > 0 {
		m.Stop()
		return h.Scale(2), nn.Tensor{}
	}
	return h, m.LMHead.Output().Scale(2)
}

// StopAll stops where a parameter says so, when the other invoke has what it reads.
//
//nngen:trace
func StopAll(t *llama.Trace, x, y llama.Inputs, flag bool) (a, b, logits nn.Tensor) {
	t.Invoke(x, func(m *llama.Model) {
		a = m.Model.Layers[0].Output()
		if flag {
			t.Stop()
			return
		}
		logits = m.LMHead.Output()
	})
	t.Invoke(y, func(m *llama.Model) {
		l := m.Model.Layers[0]
		l.SetOutput(l.Output().Scale(3))
		b = l.Output()
	})
	t.Run()
	return a, b, logits
}
