package interventions

import (
	"math"

	"github.com/nngen-go/nngen/examples/demo/opticks"
	"github.com/nngen-go/nngen/examples/gallery/attachments"
	nn "github.com/nngen-go/nngen/runtime"
)

// EarlyExit answers as soon as a block is sure: Go looks at the lens after each
// block, and the first whose best token passes the threshold gives the result.
//
//nngen:trace
func EarlyExit(m *opticks.Model, sure float32) (logits nn.Tensor, layer int) {
	for i, block := range m.Transformer.H[:Layers-1] {
		lens := unembed(m, block.Output().At(nn.All, nn.RangeFrom(-1))).At(nn.All, 0)
		if lens.Softmax(-1).Max().Item() > sure {
			return lens, i
		}
	}
	return next(m), Layers - 1
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

// SteerByPolicy lets Go choose the strength of a steering vector from what a
// probe says of the first row's last token, in mid-run.
//
//nngen:trace
//nngen:param v float32 [96]
func SteerByPolicy(m *opticks.Model, probe *attachments.Vowels, v nn.Tensor) (logits nn.Tensor, chosen float32) {
	block := m.Transformer.H[3]
	chosen = score(m, probe).At(0, -1).Item()
	block.SetOutput(block.Output().Add(v.Scale(policy(chosen))))
	return next(m), chosen
}

// policy is the strength for a score: from 0 to 4, smoothly.
func policy(score float32) float32 { return float32(2 + 2*math.Tanh(float64(score))) }

// LimitNorms shortens the residual stream after each block whose norm over all
// tokens passes limit: Go decides in mid-run, one number out, two back. It counts the blocks.
//
//nngen:trace
func LimitNorms(m *opticks.Model, limit float32) (logits nn.Tensor, hot int) {
	for _, block := range m.Transformer.H {
		h := block.Output()
		if n := h.Norm().Item(); n > limit {
			hot++
			block.SetOutput(h.Scale(limit / n))
		}
	}
	return next(m), hot
}
