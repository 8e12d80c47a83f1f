// Package probes holds traces that cache what modules give.
package probes

import (
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama"
	nn "github.com/nngen-go/nngen/runtime"
)

// Kept caches three modules, inputs too, under an edit.
//
//nngen:trace
func Kept(m *llama.Model) (c *llama.Cache) {
	first := m.Model.Layers[0]
	c = m.Cache(nn.Modules(first, m.Model.Layers[1].MLP, m.LMHead), nn.WithInputs())
	first.SetOutput(first.Output().Scale(1.5))
	return c
}

// Invokes caches one module in the rows of two invokes, and in all.
//
//nngen:trace
func Invokes(t *llama.Trace, one, two llama.Inputs) (a, b, c *llama.Cache) {
	const layer = "model.layers.0"
	t.Invoke(one, func(m *llama.Model) {
		a = m.Cache(nn.Modules(m.Model.Layers[0]))
	})
	t.Invoke(two, func(m *llama.Model) {
		b = m.Cache(nn.Modules(layer), nn.CacheDType(nn.Float16))
		l := m.Model.Layers[0]
		l.SetOutput(l.Output().Scale(2))
	})
	t.Invoke(llama.Inputs{}, func(m *llama.Model) {
		c = m.Cache(nn.Modules(layer))
	})
	t.Run()
	return a, b, c
}

// Head caches the logits; over a decode loop those of each step.
//
//nngen:trace
func Head(m *llama.Model) (c *llama.Cache) {
	return m.Cache(nn.Modules(m.LMHead))
}

// Both keeps a cache of the whole batch beside one of an invoke's rows, and reads
// the first when the run is over.
//
//nngen:trace
func Both(t *llama.Trace, one, two llama.Inputs) (all, mine *llama.Cache, sum nn.Tensor, last nn.Tensor) {
	all = t.Cache(nn.Modules("model.norm", "model.layers.1"))
	t.Invoke(one, func(m *llama.Model) {
		last = m.LMHead.Output().At(nn.All, -1)
	})
	t.Invoke(two, func(m *llama.Model) {
		mine = m.Cache(nn.Modules(m.Model.Layers[:]), nn.WithInputs(), nn.WithoutOutputs())
		m.Model.Layers[1].SetInput(m.Model.Layers[1].Input().Scale(0.5))
	})
	t.Run()
	return all, mine, all.Model.Norm.Output().Sum(), last
}
