package interventions

import (
	"github.com/nngen-go/nngen/examples/demo/opticks"
	nn "github.com/nngen-go/nngen/runtime"
)

// SteerAt adds alpha·v after the block that the caller names: one compilation
// for a sweep over all of them.
//
//nngen:trace nohooks
//nngen:param v float32 [96]
func SteerAt(m *opticks.Model, layer int, v nn.Tensor, alpha float32) (logits nn.Tensor) {
	for i, block := range m.Transformer.H {
		if layer == i {
			block.SetOutput(block.Output().Add(v.Scale(alpha)))
		}
	}
	return next(m)
}

// AblateHeadAt switches the head off that the caller names.
//
//nngen:trace nohooks
func AblateHeadAt(m *opticks.Model, layer, head int) (logits nn.Tensor) {
	for i, block := range m.Transformer.H {
		if proj := block.Attn.CProj; layer == i {
			proj.SetInput(proj.Input().Heads(HeadCount).SetAt(nn.Scalar[float32](0), nn.All, head).MergeHeads())
		}
	}
	return next(m)
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
