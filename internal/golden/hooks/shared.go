package hooks

import (
	"slices"

	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

// The functions of this file change what Go made of a value of the run by
// another name: a part of the slice, a row of rows, a pointer, a struct, a
// helper. What goes back into the model must have the changes.

// SharedPart clears through a part of a slice.
//
//nngen:trace
func SharedPart(m *gpt2.Model) (logits nn.Tensor) {
	mlp := m.Transformer.H[0].MLP
	h := mlp.Output()
	xs := h.Float32s()
	half := xs[:len(xs)/2]
	for i := range half {
		half[i] = 0
	}
	mlp.SetOutput(nn.From(xs, h.Shape()...))
	return m.LMHead.Output()
}

// SharedMade puts a value of the run into a part of a slice that Go made before.
//
//nngen:trace
func SharedMade(m *gpt2.Model) (logits nn.Tensor) {
	v := append([]float32(nil), m.Transformer.H[0].MLP.Output().At(0, 0).Scale(0).Float32s()...)
	end := v[40:]
	end[2] = m.Transformer.H[0].Output().Norm().Item()
	last := m.Transformer.LnF
	last.SetOutput(last.Output().Add(nn.From(v, 48)))
	return m.LMHead.Output()
}

// SharedRows changes rows of a slice by a slice of slices.
//
//nngen:trace
func SharedRows(m *gpt2.Model) (logits nn.Tensor) {
	mlp := m.Transformer.H[0].MLP
	h := mlp.Output()
	xs := h.Float32s()
	var rows [][]float32
	for from := 0; from < len(xs); from += 48 {
		rows = append(rows, xs[from:from+48])
	}
	for i, row := range rows {
		row[i] = 7
	}
	rows[1][3] = -5
	mlp.SetOutput(nn.From(xs, h.Shape()...))
	return m.LMHead.Output()
}

// SharedPointer changes an element by a pointer.
//
//nngen:trace
func SharedPointer(m *gpt2.Model) (logits nn.Tensor) {
	mlp := m.Transformer.H[0].MLP
	h := mlp.Output()
	xs := h.Float32s()
	p := &xs[3]
	*p = 30
	mlp.SetOutput(nn.From(xs, h.Shape()...))
	return m.LMHead.Output()
}

// Kept is a struct of Go that holds a slice.
type Kept struct{ xs []float32 }

// Clear clears an element.
func (k Kept) Clear(i int) { k.xs[i] = 0 }

// SharedStruct changes a slice by a struct that holds it, and by its method.
//
//nngen:trace
func SharedStruct(m *gpt2.Model, at int) (logits nn.Tensor) {
	mlp := m.Transformer.H[0].MLP
	h := mlp.Output()
	xs := h.Float32s()
	k := Kept{xs}
	k.Clear(at)
	k.xs[at+1] = 9
	mlp.SetOutput(nn.From(xs, h.Shape()...))
	return m.LMHead.Output()
}

// SharedSorted sorts what it read before another value of the run was logged,
// and copies over its end.
//
//nngen:trace
func SharedSorted(m *gpt2.Model, log *Log) (logits nn.Tensor) {
	first, second, last := m.Transformer.H[0], m.Transformer.H[1], m.Transformer.LnF
	xs := first.MLP.Output().At(0, -1).Float32s()
	first.SetOutput(first.Output().Scale(1 / first.Output().Norm().Item()))
	log.Add("%.3f", second.Output().Norm().Item())
	slices.Sort(xs)
	copy(xs[40:], []float32{1, 2, 3})
	clear(xs[:4])
	last.SetOutput(last.Output().Add(nn.From(xs, 48)))
	return m.LMHead.Output()
}
