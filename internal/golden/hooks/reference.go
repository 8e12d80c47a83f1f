package hooks

import (
	"math"
	"slices"

	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

// The functions of this file are those of scripts/export/golden_hooks.py: what
// nnsight gave for them is in testdata/goldens/hooks.npz.

// Branch takes one of two writes by a value of the run.
//
//nngen:trace
func Branch(m *gpt2.Model, limit float32) (logits nn.Tensor, side int) {
	second := m.Transformer.H[1]
	if n := m.Transformer.H[0].MLP.Output().Norm().Item(); n > limit {
		second.MLP.SetOutput(second.MLP.Output().Scale(limit / n))
		side = 1
	} else {
		second.Attn.CProj.SetInput(second.Attn.CProj.Input().Scale(0))
		side = 2
	}
	return m.LMHead.Output(), side
}

// TokensOver scales the tokens whose norm is over a limit, one by one.
//
//nngen:trace
func TokensOver(m *gpt2.Model, limit float32) (logits nn.Tensor, hot []int64) {
	hot = make([]int64, 2)
	for i, b := range m.Transformer.H {
		h := b.Output()
		norms := h.Norm(-1)
		keep := norms.Float32s()
		for k, n := range keep {
			keep[k] = 1
			if n > limit+float32(i) {
				keep[k] = 0.25
				hot[i]++
			}
		}
		b.SetOutput(h.Mul(nn.From(keep, norms.Shape()...).Unsqueeze(-1)))
	}
	return m.LMHead.Output(), hot
}

// Halve halves an output until its norm is small enough.
//
//nngen:trace
func Halve(m *gpt2.Model, limit float32) (logits nn.Tensor, halvings int) {
	mlp := m.Transformer.H[0].MLP
	h := mlp.Output()
	for n := h.Norm().Item(); n > limit; n /= 2 {
		halvings++
	}
	mlp.SetOutput(h.Scale(float32(math.Pow(0.5, float64(halvings)))))
	return m.LMHead.Output(), halvings
}

// LargestOut clears the five largest features of each row's last token, which a
// helper finds.
//
//nngen:trace
func LargestOut(m *gpt2.Model) (logits nn.Tensor) {
	mlp := m.Transformer.H[0].MLP
	h := mlp.Output()
	last := h.At(nn.All, -1)
	xs := last.Float32s()
	for from := 0; from < len(xs); from += 48 {
		row := xs[from : from+48]
		for _, k := range byAmount(row)[:5] {
			row[k] = 0
		}
	}
	mlp.SetOutput(h.SetAt(nn.From(xs, last.Shape()...), nn.All, -1))
	return m.LMHead.Output()
}

// byAmount gives the places of a row, those of the largest amounts first.
func byAmount(row []float32) []int {
	amount := func(x float32) float64 { return math.Abs(float64(x)) }
	return ranked(row, func(a, b float32) bool { return amount(a) > amount(b) })
}

func ranked(row []float32, before func(a, b float32) bool) []int {
	out := make([]int, len(row))
	for i := range out {
		out[i] = i
	}
	slices.SortStableFunc(out, func(i, j int) int {
		switch {
		case before(row[i], row[j]):
			return -1
		case before(row[j], row[i]):
			return 1
		}
		return 0
	})
	return out
}

// Reordered puts the tokens in the order of the first row's norms.
//
//nngen:trace
func Reordered(m *gpt2.Model) (logits nn.Tensor, order []int64) {
	b := m.Transformer.H[0]
	h := b.Output()
	norms := h.At(0).Norm(-1).Float32s()
	for _, p := range ranked(norms, func(a, b float32) bool { return a < b }) {
		order = append(order, int64(p))
	}
	b.SetOutput(h.At(nn.All, nn.From(order)))
	return m.LMHead.Output(), order
}

// Nucleus keeps the features that make up a part of a softmax, row by row.
//
//nngen:trace
func Nucleus(m *gpt2.Model, part float32) (logits nn.Tensor, kept []int64) {
	p := m.Transformer.H[0].Attn.Output().At(nn.All, -1).Softmax(-1)
	chances := p.Float32s()
	mask := make([]float32, len(chances))
	for from := 0; from < len(chances); from += 48 {
		row := chances[from : from+48]
		total, n := float32(0), int64(0)
		for _, k := range ranked(row, func(a, b float32) bool { return a > b }) {
			total += row[k]
			mask[from+k] = 1
			if n++; total > part {
				break
			}
		}
		kept = append(kept, n)
	}
	mlp := m.Transformer.H[1].MLP
	mlp.SetOutput(mlp.Output().Mul(nn.From(mask, p.Shape()...).Unsqueeze(1)))
	return m.LMHead.Output(), kept
}

// Running scales each part of each block by a mean that runs over them.
//
//nngen:trace
func Running(m *gpt2.Model) (logits nn.Tensor, trail []float32) {
	running := float32(0)
	scale := func(x nn.Tensor) nn.Tensor {
		running = 0.9*running + 0.1*x.Norm().Item()
		trail = append(trail, running)
		return x.Scale(1 / (1 + running))
	}
	for _, b := range m.Transformer.H {
		b.Attn.CProj.SetOutput(scale(b.Attn.CProj.Output()))
		b.MLP.SetOutput(scale(b.MLP.Output()))
	}
	return m.LMHead.Output(), trail
}

// Worst finds the largest amount in any MLP's output and scales the end by it.
//
//nngen:trace
func Worst(m *gpt2.Model) (logits nn.Tensor, worst float32, at int) {
	worst = -1
	for i, b := range m.Transformer.H {
		if n := b.MLP.Output().Abs().Max().Item(); n > worst {
			worst, at = n, i
		}
	}
	end := m.Transformer.LnF
	end.SetOutput(end.Output().Scale(worst))
	return m.LMHead.Output(), worst, at
}

// UnitFromAnother takes a direction of one prompt, made in Go, out of another.
//
//nngen:trace
func UnitFromAnother(t *gpt2.Trace, from, into gpt2.Inputs) (logits nn.Tensor, size float32) {
	var unit []float32
	t.Invoke(from, func(m *gpt2.Model) {
		unit = m.Transformer.H[0].Output().At(0).Mean(0).Float32s()
		sum := 0.0
		for _, x := range unit {
			sum += float64(x) * float64(x)
		}
		size = float32(math.Sqrt(sum))
		for i := range unit {
			unit[i] /= size
		}
	})
	t.Invoke(into, func(m *gpt2.Model) {
		b := m.Transformer.H[1]
		h := b.Output()
		v := nn.From(unit, 48)
		along := h.Mul(v).SumKeep(-1)
		if along.Abs().Max().Item() > 0.5 {
			b.SetOutput(h.Sub(along.Mul(v)))
		}
		logits = m.LMHead.Output()
	})
	t.Run()
	return logits, size
}
