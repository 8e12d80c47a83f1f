// Package late holds the README's mistake: a write before which a later point was read.
package late

import (
	"github.com/nngen-go/nngen/examples/demo/opticks"
	nn "github.com/nngen-go/nngen/runtime"
)

// Late writes too late.
//
//nngen:trace
func Late(m *opticks.Model, v nn.Tensor) (h, logits nn.Tensor) {
	blocks := m.Transformer.H
	h = blocks[4].Output()
	blocks[2].SetOutput(blocks[2].Output().Add(v))
	return h, m.LMHead.Output()
}
