package hooks

import (
	"iter"

	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

// Ranked keeps what it sees in types of its own, which live across its steps.
//
//nngen:trace
func Ranked(m *gpt2.Model, log *Log, limit float32) (logits nn.Tensor, hot int) {
	type norm float32
	type seen struct {
		layer int
		norm  norm
		next  *seen
	}
	var last *seen
	all := map[int]seen{}
	for i, b := range m.Transformer.H {
		h := b.Output()
		s := seen{layer: i, norm: norm(h.Norm().Item()), next: last}
		all[i] = s
		last = &s
		if s.norm > norm(limit) {
			hot++
			b.SetOutput(h.Scale(limit / float32(s.norm)))
		}
	}
	for s := last; s != nil; s = s.next {
		log.Add("%d: %.3f", s.layer, all[s.layer].norm)
	}
	return m.LMHead.Output(), hot
}

// Elements takes the elements of tensors of several types, in mid-run and after.
//
//nngen:trace
func Elements(m *gpt2.Model, log *Log) (logits nn.Tensor, ids []int) {
	b := m.Transformer.H[0]
	h := b.Output()
	mean := nn.Data[float32](h.Mean(0, 1))
	high := nn.Data[bool](h.Mean(0, 1).Gt(nn.Scalar(float32(0))))
	for i := range mean {
		if high[i] {
			mean[i] = 0
		}
	}
	b.SetOutput(h.Sub(nn.From(mean)))
	out := m.LMHead.Output()
	ids = nn.Data[int](out.ArgMax(-1))
	log.Add("%v %v", nn.Data[int64](out.ArgMax(-1)), len(nn.Data[float32](out)))
	return out, ids
}

// large gives the values above a limit.
func large(values []float32, limit float32) iter.Seq2[int, float32] {
	return func(yield func(int, float32) bool) {
		for i, v := range values {
			if v > limit && !yield(i, v) {
				return
			}
		}
	}
}

// Iterated ranges over functions in mid-run, and leaves such a loop.
//
//nngen:trace
func Iterated(m *gpt2.Model, log *Log, limit float32) (logits nn.Tensor) {
	b := m.Transformer.H[0]
	h := b.Output()
	values := h.Mean(0, 1).Float32s()
	sum := float32(0)
	for i, v := range large(values, limit) {
		if i > 30 {
			break
		}
		if i%2 == 0 {
			continue
		}
		log.Add("%d: %.4f", i, v)
		sum += v
	}
	for i := range func(yield func(int) bool) { _ = yield(1) && yield(2) } {
		sum += float32(i)
	}
	b.SetOutput(h.AddScalar(sum))
	return m.LMHead.Output()
}
