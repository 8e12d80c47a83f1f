// Package host holds traces whose Go runs before and after the model: compiled
// and interpreted must give the same values and the same errors, at the same lines.
package host

import (
	"errors"
	"fmt"
	"math"

	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
)

// ErrHot is what Hot fails with.
var ErrHot = errors.New("too hot")

// Hot counts the blocks whose residual norm passes limit and names them.
//
//nngen:trace
func Hot(m *gpt2.Model, limit float32) (hot int, names []string, err error) {
	for i, b := range m.Transformer.H {
		if n := b.Output().Norm().Item(); n > limit {
			hot++
			names = append(names, fmt.Sprintf("block %d: %.3f", i, n))
		}
	}
	if hot > 1 {
		return hot, nil, ErrHot
	}
	return hot, names, nil
}

// Entropy damps both MLPs by a factor computed ahead of the run and gives the
// entropy of the next token.
//
//nngen:trace
func Entropy(m *gpt2.Model, temperature float64) (bits float64) {
	k := float32(math.Exp(-temperature))
	for _, b := range m.Transformer.H {
		damp(b, k)
	}
	for _, p := range m.LMHead.Output().At(0, -1).Softmax(-1).Float32s() {
		bits -= float64(p) * math.Log2(float64(p))
	}
	return bits
}

func damp(b *gpt2.Block, k float32) { b.MLP.SetOutput(b.MLP.Output().Scale(k)) }

// Pick gives the logit at a place that may not exist.
//
//nngen:trace
func Pick(m *gpt2.Model, at int) (x float32) {
	logits := m.LMHead.Output().At(0, -1).Float32s()
	return logits[at]
}
