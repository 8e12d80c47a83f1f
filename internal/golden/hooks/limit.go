package hooks

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

// Limit bounds the norm of each block's output, and counts how often it had to.
//
//nngen:trace
func Limit(m *gpt2.Model, max float32) (logits nn.Tensor, hot int) {
	for _, b := range m.Transformer.H {
		h := b.Output()
		if n := h.Norm().Item(); n > max {
			hot++
			b.SetOutput(h.Scale(max / n))
		}
	}
	return m.LMHead.Output(), hot
}

// Until edits blocks until one is hot enough, and returns from there.
//
//nngen:trace
func Until(m *gpt2.Model, limit float32) (logits nn.Tensor, at int) {
	for i, b := range m.Transformer.H {
		h := b.Output()
		if h.Norm().Item() > limit {
			b.SetOutput(h.Scale(0.5))
			return m.LMHead.Output(), i
		}
		b.SetOutput(h.AddScalar(0.5))
	}
	return m.LMHead.Output(), -1
}

// Nested reads under a condition that only mid-run tells what depends on an
// edit under the same condition.
//
//nngen:trace
func Nested(m *gpt2.Model, log *Log, limit float32) (logits nn.Tensor) {
	first, second := m.Transformer.H[0], m.Transformer.H[1]
	h := first.Output()
	if n := h.Norm().Item(); n > limit {
		log.Add("hot %.3f", n)
		first.SetOutput(h.Scale(limit / n))
		k := second.MLP.Output().Norm().Item()
		log.Add("then %.3f", k)
		second.SetOutput(second.Output().Scale(1 / k))
	} else {
		log.Add("cool")
	}
	log.Add("logits %.3f", m.LMHead.Output().Norm().Item())
	return m.LMHead.Output()
}

// Exchange hands a number of one invoke, computed by Go, to another.
//
//nngen:trace
func Exchange(t *gpt2.Trace, log *Log, a, b gpt2.Inputs) (first, second nn.Tensor) {
	ready := t.Barrier(2)
	var k float32
	t.Invoke(a, func(m *gpt2.Model) {
		log.Add("a starts")
		k = m.Transformer.H[0].MLP.Output().Norm().Item()
		log.Add("a has %.3f", k)
		ready.Wait()
		first = m.LMHead.Output()
	})
	t.Invoke(b, func(m *gpt2.Model) {
		log.Add("b starts")
		n := m.Transformer.H[0].Attn.Output().Norm().Item()
		log.Add("b has %.3f", n)
		ready.Wait()
		out := m.Transformer.H[1].Output()
		m.Transformer.H[1].SetOutput(out.Scale(n / k))
		second = m.LMHead.Output()
	})
	t.Run()
	log.Add("over")
	return first, second
}
