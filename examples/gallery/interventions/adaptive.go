package interventions

import (
	"github.com/nngen-go/nngen/examples/demo/opticks"
	nn "github.com/nngen-go/nngen/runtime"
)

// EarlyExit answers as soon as a block is sure: Go looks at the lens after each
// block, and the first whose best token passes the threshold gives the result.
//
//nngen:trace
func EarlyExit(m *opticks.Model, sure float32) (logits nn.Tensor, layer int) {
	for i, block := range m.Transformer.H {
		logits = unembed(m, block.Output().At(nn.All, nn.RangeFrom(-1))).At(nn.All, 0)
		if logits.Softmax(-1).Max().Item() > sure {
			return logits, i
		}
	}
	return logits, Layers
}

// RankByLayer is the rank of a token among all after each block, computed in Go
// from the lens of the last token: 0 is the best.
//
//nngen:trace
func RankByLayer(m *opticks.Model, token int) (ranks []int64) {
	for _, block := range m.Transformer.H {
		logits := unembed(m, block.Output().At(0, nn.RangeFrom(-1)).Unsqueeze(0)).Float32s()
		rank := int64(0)
		for _, x := range logits {
			if x > logits[token] {
				rank++
			}
		}
		ranks = append(ranks, rank)
	}
	return ranks
}
