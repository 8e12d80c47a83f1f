package interventions

import (
	"github.com/nngen-go/nngen/examples/demo/opticks"
	nn "github.com/nngen-go/nngen/runtime"
)

// SteerAt adds alpha·v after the block that the caller names: one compilation
// and one session for a sweep over all of them.
//
//nngen:trace nohooks
//nngen:param v float32 [96]
func SteerAt(m *opticks.Model, layer int, v nn.Tensor, alpha float32) (logits nn.Tensor) {
	block := m.Transformer.H[layer]
	block.SetOutput(block.Output().Add(v.Scale(alpha)))
	return next(m)
}

// AblateHeadAt switches the head off that the caller names.
//
//nngen:trace nohooks
func AblateHeadAt(m *opticks.Model, layer, head int) (logits nn.Tensor) {
	proj := m.Transformer.H[layer].Attn.CProj
	proj.SetInput(proj.Input().Heads(HeadCount).SetAt(nn.Scalar[float32](0), nn.All, head).MergeHeads())
	return next(m)
}

// PatchAt puts the clean run's residual stream into the corrupted one, at the
// block and the position that the caller names.
//
//nngen:trace nohooks
func PatchAt(t *opticks.Trace, clean, corrupt opticks.Inputs, layer, pos int) (logits nn.Tensor) {
	var source nn.Tensor
	t.Invoke(clean, func(m *opticks.Model) {
		source = m.Transformer.H[layer].Output().At(nn.All, pos)
	})
	t.Invoke(corrupt, func(m *opticks.Model) {
		block := m.Transformer.H[layer]
		block.SetOutput(block.Output().SetAt(source, nn.All, pos))
		logits = next(m)
	})
	t.Run()
	return logits
}

// LensAt is the logit lens after the block that the caller names.
//
//nngen:trace nohooks
func LensAt(m *opticks.Model, layer int) (logits nn.Tensor) {
	return unembed(m, m.Transformer.H[layer].Output().At(nn.All, nn.RangeFrom(-1))).At(nn.All, 0)
}

// SkipRange lets the blocks from first to last do nothing.
//
//nngen:trace nohooks
func SkipRange(m *opticks.Model, first, last int) (logits nn.Tensor) {
	for i, block := range m.Transformer.H {
		if first <= i && last >= i {
			block.SetOutput(block.Input())
		}
	}
	return next(m)
}
