package probes

import (
	"github.com/nngen-go/nngen/examples/demo/opticks"
	nn "github.com/nngen-go/nngen/runtime"
)

// ReadLayer gives the output of the block that layer numbers.
//
//nngen:trace
func ReadLayer(m *opticks.Model, layer int) (h nn.Tensor) {
	return m.Transformer.H[layer].Output()
}

// SteerLayer adds a vector to the residual stream after a block.
//
//nngen:trace
func SteerLayer(m *opticks.Model, layer int, v nn.Tensor, alpha float32) (logits nn.Tensor) {
	b := m.Transformer.H[layer]
	b.SetOutput(b.Output().Add(v.Scale(alpha)))
	return m.LMHead.Output()
}

// PatchLayer puts a row of the stream at one layer and position into another
// layer and position.
//
//nngen:trace
func PatchLayer(m *opticks.Model, src, dst, from, to int) (row, logits nn.Tensor) {
	row = m.Transformer.H[src].Output().At(nn.All, from)
	b := m.Transformer.H[dst]
	b.SetOutput(b.Output().SetAt(row, nn.All, to))
	return row, m.LMHead.Output()
}

// ablate clears what a module gives at one position.
func ablate(b *opticks.Block, pos int) {
	b.Attn.SetOutput(b.Attn.Output().SetAt(nn.Scalar[float32](0), nn.All, pos))
	b.MLP.SetInput(b.MLP.Input().Scale(0.5))
}

// AblateLayer clears an attention at one position, by a helper, if it is told to.
//
//nngen:trace
func AblateLayer(m *opticks.Model, layer, pos int, on bool) (norm float32, logits nn.Tensor) {
	b := m.Transformer.H[layer+1]
	if on {
		ablate(b, pos)
	}
	return b.Output().Norm().Item(), m.LMHead.Output()
}

// FixedLate writes a chosen block's stream to the last block.
//
//nngen:trace
func FixedLate(m *opticks.Model, layer int) (logits nn.Tensor) {
	h := m.Transformer.H[layer].Output()
	m.Transformer.H[4].SetOutput(h.Scale(2))
	return m.LMHead.Output()
}

// Weights reads a weight of a chosen module and calls another on it.
//
//nngen:trace
func Weights(m *opticks.Model, layer int) (w, out nn.Tensor) {
	b := m.Transformer.H[layer]
	return b.Ln1.Weight("weight"), b.MLP.Call(m.Transformer.WTE.Output())
}

// NamedBlock chooses a block by branches, and scales its MLP.
//
//nngen:trace
func NamedBlock(m *opticks.Model, name string, k float32) (logits nn.Tensor) {
	var b *opticks.Block
	switch name {
	case "first":
		b = m.Transformer.H[0]
	case "middle":
		b = m.Transformer.H[3]
	default:
		b = m.Transformer.H[5]
	}
	if k > 10 {
		b = m.Transformer.H[1]
	}
	b.MLP.SetOutput(b.MLP.Output().Scale(k))
	return m.LMHead.Output()
}

// PatchBatch takes a row of one prompt at a chosen layer into another prompt.
//
//nngen:trace
func PatchBatch(t *opticks.Trace, clean, corrupt opticks.Inputs, layer, pos int) (logits nn.Tensor) {
	ready := t.Barrier(2)
	var h nn.Tensor
	t.Invoke(clean, func(m *opticks.Model) {
		h = m.Transformer.H[layer].Output().At(nn.All, pos)
		ready.Wait()
	})
	t.Invoke(corrupt, func(m *opticks.Model) {
		ready.Wait()
		b := m.Transformer.H[layer]
		b.SetOutput(b.Output().SetAt(h, nn.All, pos))
		logits = m.LMHead.Output()
	})
	t.Run()
	return logits
}

// Band scales the blocks from lo up to hi, and counts them.
//
//nngen:trace
func Band(m *opticks.Model, lo, hi int, k float32) (logits nn.Tensor, n int) {
	for i := lo; i < hi; i++ {
		mlp := m.Transformer.H[i].MLP
		mlp.SetOutput(mlp.Output().Scale(k))
		n++
	}
	return m.LMHead.Output(), n
}
