package conditional_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/examples/demo/opticks"
	"github.com/nngen-go/nngen/internal/golden/conditional/probes"
	nn "github.com/nngen-go/nngen/runtime"
)

// TestEitherSteps: no run goes through both branches, so neither waits for what
// the other does at the same step.
func TestEitherSteps(t *testing.T) {
	sess := open(t)
	in := opticks.Inputs{InputIDs: nn.From([]int64{9, 8, 7, 6, 5, 4}, 1, 6)}
	c, err := probes.CompileEitherSteps(sess)
	require.NoError(t, err)
	defer c.Close()
	seen := map[string]bool{}
	for _, alpha := range []float32{1, -6, 0.5} {
		_, gotK, got, err := c.Generate(t.Context(), in, alpha, nn.MaxNewTokens(8))
		require.NoError(t, err)
		var k float32
		var want nn.Tensor
		_, err = sess.InterpretGenerate(t.Context(), in, func(m *opticks.Model) error {
			k, want = probes.EitherSteps(m, alpha)
			return nil
		}, nn.MaxNewTokens(8))
		require.NoError(t, err)
		require.Equal(t, k, gotK, "alpha %v", alpha)
		require.Equal(t, want.Ints(), got.Ints(), "alpha %v", alpha)
		seen[fmt.Sprint(k > 0.5, got.Ints())] = true
	}
	require.Len(t, seen, 3, "the branch and the strength matter")
}
