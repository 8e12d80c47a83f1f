// Package hooks holds traces with Go in mid-run: compiled and interpreted must
// give the same values, the same effects in the same order and the same errors.
package hooks

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

// Normed divides each block's output by its norm, which Go computes with.
//
//nngen:trace
func Normed(m *gpt2.Model, scale float32) (logits nn.Tensor, sum float32) {
	for _, b := range m.Transformer.H {
		h := b.Output()
		n := h.Norm().Item()
		sum += n
		b.SetOutput(h.Scale(scale / n))
	}
	return m.LMHead.Output(), sum
}

// Log is where traces write what they see.
type Log struct {
	Lines []string
	Fails string // the place that panics
}

// Pass writes down that a place was passed, which may be the one that panics.
func (l *Log) Pass(place string) {
	l.Lines = append(l.Lines, place)
	if place == l.Fails {
		panic(place)
	}
}

// Add writes a line.
func (l *Log) Add(format string, args ...any) {
	l.Lines = append(l.Lines, fmt.Sprintf(format, args...))
}

// Logged tells what it sees in mid-run, and after.
//
//nngen:trace
func Logged(m *gpt2.Model, log *Log) (logits nn.Tensor) {
	log.Add("start")
	first, second := m.Transformer.H[0], m.Transformer.H[1]
	a := first.Output().Norm().Item()
	log.Add("first %.4f", a)
	mlp := second.MLP.Output()
	b := mlp.Norm().Item()
	log.Add("second %.4f", b)
	second.MLP.SetOutput(mlp.Scale(a / b))
	log.Add("written")
	out := m.LMHead.Output()
	log.Add("logits %.4f", out.Norm().Item())
	return out
}

// Made gives the model a tensor that Go makes of the run's own values.
//
//nngen:trace
func Made(m *gpt2.Model) (logits nn.Tensor) {
	b := m.Transformer.H[0]
	h := b.Output()
	mean := h.Mean(0, 1).Float32s()
	for i := range mean {
		if i%2 == 0 {
			mean[i] = 0
		}
	}
	b.SetOutput(h.Sub(nn.From(mean)))
	return m.LMHead.Output()
}

// Sized gives the model a tensor of a size that Go decides in mid-run.
//
//nngen:trace
func Sized(m *gpt2.Model, size int) (logits nn.Tensor) {
	b := m.Transformer.H[0]
	h := b.Output()
	k := h.Norm().Item()
	values := make([]float32, size)
	for i := range values {
		values[i] = k / float32(i+1)
	}
	b.SetOutput(h.Add(nn.From(values)))
	return m.LMHead.Output()
}
