package visits

import (
	"github.com/nngen-go/nngen/internal/golden/optimum/llama"
	nn "github.com/nngen-go/nngen/runtime"
)

// IDs reads the run's result in both invokes behind loops of their own.
//
//nngen:trace nohooks
func IDs(t *llama.Trace, one, two llama.Inputs, v nn.Tensor) (ids0, ids1 nn.Tensor) {
	t.Invoke(one, func(m *llama.Model) {
		for range m.Iter(nn.Range(0, 2)) {
			b := m.Model.Layers[0]
			b.SetOutput(b.Output().Add(v))
		}
		ids0 = m.Result()
	})
	t.Invoke(two, func(m *llama.Model) {
		for range m.Iter(nn.Range(2, 4)) {
			b := m.Model.Layers[1]
			b.SetOutput(b.Output().Sub(v))
		}
		ids1 = m.Result()
	})
	t.Run()
	return ids0, ids1
}

// StopAt ends the generation at a step that the function names.
//
//nngen:trace nohooks
func StopAt(m *llama.Model, v nn.Tensor) (h1 []nn.Tensor) {
	for step := range m.All() {
		h1 = append(h1, steer(m, v))
		if step == 2 {
			m.Stop()
		}
	}
	return h1
}

// StopWhen ends the generation at a step that a parameter names: what comes
// later in the loop belongs to steps that go on.
//
//nngen:trace nohooks
func StopWhen(m *llama.Model, v nn.Tensor, last int) (h1, logits []nn.Tensor) {
	for step := range m.All() {
		h1 = append(h1, steer(m, v))
		if step == last {
			m.Stop()
			break
		}
		logits = append(logits, m.LMHead.Output())
	}
	return h1, logits
}

// StopAbove ends the generation when Go finds a norm above a limit.
//
//nngen:trace
func StopAbove(m *llama.Model, v nn.Tensor, limit float32) (h1 []nn.Tensor, norms []float32, steps int) {
	for step := range m.All() {
		h := steer(m, v)
		h1 = append(h1, h)
		n := h.Norm().Item()
		norms = append(norms, n)
		if step > 0 && n > limit {
			m.Stop()
		}
	}
	steps = len(norms)
	return h1, norms, steps
}

// StopResult asks for the result of a run that may be stopped.
//
//nngen:trace nohooks
func StopResult(m *llama.Model, last int) (logits []nn.Tensor, ids nn.Tensor) {
	for step := range m.All() {
		logits = append(logits, m.LMHead.Output())
		if step == last {
			m.Stop()
		}
	}
	return logits, m.Result()
}

// Kept caches two modules over all steps, of which two are edited.
//
//nngen:trace nohooks
func Kept(m *llama.Model, v nn.Tensor) (c *llama.Cache, ids nn.Tensor) {
	c = m.Cache(nn.Modules(m.Model.Layers[0], m.LMHead), nn.WithInputs())
	for range m.Iter(nn.Range(1, 3)) {
		b := m.Model.Layers[0]
		b.SetOutput(b.Output().Add(v))
	}
	ids = m.Result()
	return c, ids
}

// KeptByInvokes has a cache of the whole batch and one of the second invoke's rows.
//
//nngen:trace nohooks
func KeptByInvokes(t *llama.Trace, one, two llama.Inputs, v nn.Tensor) (all, own *llama.Cache) {
	all = t.Cache(nn.Modules("lm_head"))
	t.Invoke(one, func(m *llama.Model) {
		for range m.Iter(nn.Range(0, 2)) {
			b := m.Model.Layers[0]
			b.SetOutput(b.Output().Add(v))
		}
	})
	t.Invoke(two, func(m *llama.Model) {
		own = m.Cache(nn.Modules("lm_head"), nn.CacheDType(nn.Float64))
		for range m.Iter(nn.Range(2, 4)) {
			b := m.Model.Layers[1]
			b.SetOutput(b.Output().Sub(v))
		}
	})
	t.Run()
	return all, own
}

// Asked steers where parameters ask for it, over other steps on each side.
//
//nngen:trace nohooks
func Asked(m *llama.Model, v nn.Tensor, late bool, sign float32) (h1 []nn.Tensor, n int) {
	for step := range m.Iter(0) {
		n += step + 10
	}
	if late {
		for range m.Iter(nn.RangeFrom(2)) {
			h1 = append(h1, steer(m, v))
		}
		n += 2
	} else if sign > 0 {
		first := m.Model.Layers[0].Output().At(nn.All, nn.RangeFrom(-1))
		for step := range m.Iter(nn.Range(1, 3)) {
			b := m.Model.Layers[0]
			b.SetOutput(b.Output().Add(first))
			n += step
			if step == 2 {
				break
			}
		}
	} else {
		h1 = append(h1, m.Model.Layers[1].Output())
	}
	n += len(h1)
	return h1, n
}
