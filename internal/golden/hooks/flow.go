package hooks

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

// The programs of this file leave loops and functions in many ways, with steps
// of mid-run on either side.

// Labelled leaves nested loops by their labels.
//
//nngen:trace
func Labelled(m *gpt2.Model, log *Log, low, high float32) (logits nn.Tensor, n int) {
layers:
	for i, b := range m.Transformer.H {
		mlp := b.MLP.Output()
		means := mlp.Abs().Mean(0, 1).Float32s()
		for j := range 4 {
			v := means[j]
			log.Add("%d %d %.4f", i, j, v)
			switch {
			case v < low:
				continue layers
			case v > high:
				break layers
			case j == 2:
				continue
			}
			n++
		}
		b.MLP.SetOutput(mlp.Scale(1 / float32(n)))
		h := b.Output()
		b.SetOutput(h.AddScalar(h.Mean().Item()))
	}
	return m.LMHead.Output(), n
}

// Through falls from one case to the next.
//
//nngen:trace
func Through(m *gpt2.Model, log *Log, unit float32) (logits nn.Tensor) {
	b := m.Transformer.H[0]
	h := b.Output()
	k := float32(1)
	switch n := int(h.Norm().Item() / unit); n {
	case 0:
		log.Add("none")
		fallthrough
	case 1:
		log.Add("one")
		k *= 0.5
		if unit > 100 {
			break
		}
		fallthrough
	case 2, 3:
		log.Add("few")
		k *= 0.5
	default:
		log.Add("many")
		k = 2
	}
	b.SetOutput(h.Scale(k))
	return m.LMHead.Output()
}

// Shadowed has variables of the names of its results, and defers.
//
//nngen:trace
func Shadowed(m *gpt2.Model, log *Log, limit float32) (n int, err error) {
	defer func() {
		log.Add("n is %d, err is %v", n, err)
		n *= 10
	}()
	b := m.Transformer.H[0]
	h := b.Output()
	if v := h.Norm().Item(); v > limit {
		n, err := int(v), fmt.Errorf("%d is too much", int(v))
		log.Add("inside %d, %v", n, err)
		b.SetOutput(h.Scale(0.5))
		n++
		if n > 1000 {
			return n, err
		}
	} else {
		n := 7
		n++
		b.SetOutput(h.Scale(float32(n)))
	}
	n += int(m.LMHead.Output().ArgMax(-1).At(0, -1).Int())
	return n, err
}

// Methods calls methods by values of them.
//
//nngen:trace
func Methods(m *gpt2.Model, log *Log) (logits nn.Tensor) {
	say := log.Add
	read, write := m.Transformer.H[0].Output, m.Transformer.H[0].SetOutput
	h := read()
	norm := h.Norm
	k := norm().Item()
	say("norm %.3f", k)
	write(h.Scale(1 / k))
	last := m.Transformer.H[1].Output()
	say("last %.3f", last.Norm().Item())
	m.Transformer.H[1].SetOutput(last.Sub(h))
	return m.LMHead.Output()
}

// Later calls, after its last step, closures over variables of each iteration.
//
//nngen:trace
func Later(m *gpt2.Model, log *Log) (logits nn.Tensor) {
	var later []func() float32
	for i, b := range m.Transformer.H {
		h := b.Output()
		n := h.Norm().Item()
		count := 0
		later = append(later, func() float32 { count++; return n*float32(i+1) + float32(count) })
		b.SetOutput(h.Scale(1 / n))
		n += 0.5
	}
	last := m.Transformer.LnF
	sum := float32(0)
	for _, f := range later {
		sum += f() + f()
	}
	log.Add("sum %.3f", sum)
	last.SetOutput(last.Output().Scale(sum))
	for i, f := range later {
		log.Add("%d: %.3f", i, f())
	}
	return m.LMHead.Output()
}

type point interface {
	Output() nn.Tensor
	SetOutput(nn.Tensor)
}

// normalised is a generic helper with a step in it.
func normalised[P point](p P, log *Log) float32 {
	h := p.Output()
	n := largest(h.Norm().Item(), 1)
	log.Add("%.3f", n)
	p.SetOutput(h.Scale(1 / n))
	return n
}

func largest[T int | float32](a, b T) T {
	if a > b {
		return a
	}
	return b
}

func kept[T any](list []T, keep func(T) bool) (out []T) {
	for _, v := range list {
		if keep(v) {
			out = append(out, v)
		}
	}
	return out
}

// Generics calls generic functions, with Envoys, tensors and numbers of the run.
//
//nngen:trace
func Generics(m *gpt2.Model, log *Log) (logits nn.Tensor, top int) {
	var norms []float32
	for _, b := range m.Transformer.H {
		norms = append(norms, normalised(b.MLP, log), normalised(b, log))
	}
	big := kept(norms, func(n float32) bool { return n > norms[0] })
	log.Add("%d of %d", len(big), len(norms))
	f := m.Transformer.LnF
	f.SetOutput(f.Output().Scale(largest(norms[0], norms[1])))
	return m.LMHead.Output(), largest(len(big), 2)
}
