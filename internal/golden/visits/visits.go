// Package visits holds the golden cases of loops over decoding steps as trace
// functions: each does what its case in testdata/goldens/cases.md says.
package visits

import (
	"github.com/nngen-go/nngen/internal/golden/optimum/llama"
	nn "github.com/nngen-go/nngen/runtime"
)

// IterRange adds v at steps 1 and 2.
//
//nngen:trace nohooks
func IterRange(m *llama.Model, v nn.Tensor) (h1 []nn.Tensor) {
	for range m.Iter(nn.Range(1, 3)) {
		h1 = append(h1, steer(m, v))
	}
	return h1
}

// IterList adds v at steps 0 and 3.
//
//nngen:trace nohooks
func IterList(m *llama.Model, v nn.Tensor) (h1 []nn.Tensor) {
	for range m.Iter(0, 3) {
		h1 = append(h1, steer(m, v))
	}
	return h1
}

// IterOne adds v at step 2.
//
//nngen:trace nohooks
func IterOne(m *llama.Model, v nn.Tensor) (h1 []nn.Tensor) {
	for range m.Iter(2) {
		h1 = append(h1, steer(m, v))
	}
	return h1
}

// IterFrom adds v from step 2 on.
//
//nngen:trace nohooks
func IterFrom(m *llama.Model, v nn.Tensor) (h1 []nn.Tensor) {
	for range m.Iter(nn.RangeFrom(2)) {
		h1 = append(h1, steer(m, v))
	}
	return h1
}

// IterAll adds v at every step.
//
//nngen:trace nohooks
func IterAll(m *llama.Model, v nn.Tensor) (h1 []nn.Tensor) {
	for range m.All() {
		h1 = append(h1, steer(m, v))
	}
	return h1
}

// steer adds v to the first layer's output and reads the second's.
func steer(m *llama.Model, v nn.Tensor) nn.Tensor {
	b := m.Model.Layers[0]
	b.SetOutput(b.Output().Add(v))
	return m.Model.Layers[1].Output()
}

// NoIter adds v at step 0 alone: what stands outside of a loop.
//
//nngen:trace nohooks
func NoIter(m *llama.Model, v nn.Tensor) (h1 nn.Tensor) {
	h1 = steer(m, v)
	m.Next()
	return h1
}

// IterTwice has two loops after each other, with an edit at step 3 alone.
//
//nngen:trace nohooks
func IterTwice(m *llama.Model, v nn.Tensor) (logits []nn.Tensor) {
	for range m.Iter(nn.RangeTo(2)) {
		logits = append(logits, m.LMHead.Output().At(nn.All, -1))
	}
	for step := range m.Iter(nn.Range(2, 4)) {
		if step == 3 {
			b := m.Model.Layers[0]
			b.SetOutput(b.Output().Add(v))
		}
		logits = append(logits, m.LMHead.Output().At(nn.All, -1))
	}
	return logits
}

// Nested is IterTwice by loops in a loop.
//
//nngen:trace nohooks
func Nested(m *llama.Model, v nn.Tensor) (logits []nn.Tensor) {
	for step := range m.Iter(0, 2) {
		logits = append(logits, m.LMHead.Output().At(nn.All, -1))
		for inner := range m.Iter(step + 1) {
			if inner == 3 {
				b := m.Model.Layers[0]
				b.SetOutput(b.Output().Add(v))
			}
			logits = append(logits, m.LMHead.Output().At(nn.All, -1))
		}
	}
	return logits
}

// OneByOne is IterTwice by Next.
//
//nngen:trace nohooks
func OneByOne(m *llama.Model, v nn.Tensor) (logits [4]nn.Tensor) {
	logits[0] = m.LMHead.Output().At(nn.All, -1)
	m.Next()
	logits[1] = m.LMHead.Output().At(nn.All, -1)
	logits[2] = m.Next().LMHead.Output().At(nn.All, -1)
	m.Next(1)
	b := m.Model.Layers[0]
	b.SetOutput(b.Output().Add(v))
	logits[3] = m.LMHead.Output().At(nn.All, -1)
	return logits
}

// Left is IterTwice by a loop that is left, and steps that are passed over.
//
//nngen:trace nohooks
func Left(m *llama.Model, v nn.Tensor) (logits []nn.Tensor) {
	for step := range m.All() {
		if step == 4 {
			break
		}
		if step < 3 {
			logits = append(logits, m.LMHead.Output().At(nn.All, -1))
			continue
		}
		b := m.Model.Layers[0]
		b.SetOutput(b.Output().Add(v))
		logits = append(logits, m.LMHead.Output().At(nn.All, -1))
	}
	return logits
}

// IterBounds adds v at the steps that parameters say.
//
//nngen:trace nohooks
func IterBounds(m *llama.Model, v nn.Tensor, from, to int) (h1 []nn.Tensor) {
	for range m.Iter(nn.Range(from, to)) {
		h1 = append(h1, steer(m, v))
	}
	return h1
}

// IterInvokes adds v to one invoke's rows at steps 0 and 1, and takes it from
// those of the other at steps 2 and 3.
//
//nngen:trace nohooks
func IterInvokes(t *llama.Trace, one, two llama.Inputs, v nn.Tensor) {
	t.Invoke(one, func(m *llama.Model) {
		for range m.Iter(nn.Range(0, 2)) {
			b := m.Model.Layers[0]
			b.SetOutput(b.Output().Add(v))
		}
	})
	t.Invoke(two, func(m *llama.Model) {
		for range m.Iter(nn.Range(2, 4)) {
			b := m.Model.Layers[1]
			b.SetOutput(b.Output().Sub(v))
		}
	})
	t.Run()
}

// Carried takes things from step to step: a tensor of the first step and one of
// the step before, a count that follows from what was seen, and a mean that is
// made between two loops; it ends with Go over all of it.
//
//nngen:trace
func Carried(m *llama.Model, v nn.Tensor, limit float32) (norms []float32, seen int, total float32, h nn.Tensor) {
	first := m.Model.Layers[0].Output().At(nn.All, nn.RangeFrom(-1))
	var before nn.Tensor
	for step := range m.Iter(nn.Range(1, 3)) {
		b := m.Model.Layers[0]
		b.SetOutput(b.Output().Add(first.Scale(0.5)))
		n := m.Model.Layers[1].Output().Norm().Item()
		if n > limit {
			seen += step
		}
		norms = append(norms, n)
		before = m.Model.Layers[1].Output()
	}
	var mean float32
	for _, n := range norms {
		mean += n / float32(len(norms))
	}
	for range m.Iter(nn.RangeFrom(3)) {
		b := m.Model.Layers[1]
		b.SetOutput(b.Output().Add(before.Scale(0.25)).AddScalar(mean * 0.01))
		before = b.Output()
		norms = append(norms, before.Norm().Item())
	}
	for _, n := range norms {
		total += n
	}
	return norms, seen, total, before.Mean(-1)
}

// Layers reads another layer at each step, and scales the one that a parameter
// chooses.
//
//nngen:trace nohooks
func Layers(m *llama.Model, layer int) (out []nn.Tensor) {
	for step := range m.Iter(nn.RangeTo(2)) {
		b := m.Model.Layers[layer]
		b.MLP.SetOutput(b.MLP.Output().Scale(1.5))
		out = append(out, m.Model.Layers[step].Output())
	}
	return out
}

// BarrierGenerate is the example of the reference's barrier: the first invoke
// takes its embedding, and the second sets its own to that. It names no visits,
// so that it is carried out at every step.
//
//nngen:trace nohooks
func BarrierGenerate(t *llama.Trace, one, two llama.Inputs) {
	ready := t.Barrier(2)
	var embedded nn.Tensor
	t.Invoke(one, func(m *llama.Model) {
		embedded = m.Model.EmbedTokens.Output()
		ready.Wait()
	})
	t.Invoke(two, func(m *llama.Model) {
		ready.Wait()
		m.Model.EmbedTokens.SetOutput(embedded)
	})
	t.Run()
}

// Limited keeps the norm of the first layer's output at a limit, at every step,
// by Go in mid-run, and counts how often; from step 2 on it gives way a little.
//
//nngen:trace
func Limited(m *llama.Model, limit float32) (count int, norms []float32) {
	for step := range m.All() {
		b := m.Model.Layers[0]
		h := b.Output()
		n := h.Norm().Item()
		if step >= 2 {
			limit := limit + float32(count)
			if n > limit {
				b.SetOutput(h.Scale(limit / n))
				count++
			}
		} else if n > limit {
			b.SetOutput(h.Scale(limit / n))
			count++
		}
		norms = append(norms, n)
	}
	return count, norms
}
