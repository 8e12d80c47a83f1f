package conditional_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden/conditional/probes"
)

// TestSizesOfBranches runs a write that does not fit at some sizes, under a
// condition on a value of the run: it fails where it is made, on its line.
func TestSizesOfBranches(t *testing.T) {
	p := newPair(t, open(t), probes.KeepMean, probes.CompileKeepMean)
	for range 2 { // the second time with the same shapes
		cold := p.same(inputs(2, 5), float32(1e9))
		one := p.same(inputs(1, 5), float32(0))
		require.NotEqual(t, cold, one)
		_, _, errC, errI := p.run(inputs(2, 5), float32(0))
		require.ErrorContains(t, errI, "sizes.go:15")
		require.ErrorContains(t, errC, "NN3130")
		require.ErrorContains(t, errC, "transformer.h.1.output takes float32 [2, 5, 96], but is set to float32 [1, 5, 96]")
		require.ErrorContains(t, errC, "15")
	}
}
