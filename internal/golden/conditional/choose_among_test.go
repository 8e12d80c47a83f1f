package conditional_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/examples/demo/opticks"
	"github.com/nngen-go/nngen/internal/golden/conditional/probes"
	nn "github.com/nngen-go/nngen/runtime"
)

// TestAmongOperations: operations that slices, branches and names choose.
func TestAmongOperations(t *testing.T) {
	sess := open(t)
	in := inputs(2, 5)
	oneOf := newPair(t, sess, probes.OneOf, probes.CompileOneOf)
	either := newPair(t, sess, probes.EitherInside, probes.CompileEitherInside)
	named := newPair(t, sess, probes.NamedOf, probes.CompileNamedOf)
	seen := map[string]bool{}
	for i := range 2 {
		seen[oneOf.same(in, i, float32(3))[0]] = true
		seen[either.same(in, false, i, float32(3))[0]] = true
		seen[named.same(in, i, float32(3))[0]] = true
	}
	seen[either.same(in, true, 0, float32(3))[0]] = true
	require.Len(t, seen, 7)
	_, _, errC, errI := oneOf.run(in, 2, float32(1))
	require.ErrorContains(t, errI, "index out of range [2] with length 2")
	require.ErrorContains(t, errC, "index out of range [2] with length 2")
}

// TestChosenSteps: what is chosen at step 0 is chosen at every step.
func TestChosenSteps(t *testing.T) {
	sess := open(t)
	in := opticks.Inputs{InputIDs: nn.From([]int64{9, 8, 7, 6, 5, 4}, 1, 6)}
	type compiled interface {
		Generate(context.Context, opticks.Inputs, int, float32, ...nn.GenerateOption) ([][]int64, nn.Tensor, error)
		Close() error
	}
	block, err := probes.CompileBlockSteps(sess)
	require.NoError(t, err)
	pattern, err := probes.CompilePatternSteps(sess)
	require.NoError(t, err)
	prompt, err := probes.CompilePromptSteps(sess)
	require.NoError(t, err)
	for i, c := range []compiled{block, pattern, prompt} {
		defer c.Close()
		trace := []func(*opticks.Model, int, float32) nn.Tensor{probes.BlockSteps, probes.PatternSteps, probes.PromptSteps}[i]
		seen := map[string]bool{}
		for layer := range 6 {
			_, got, err := c.Generate(t.Context(), in, layer, -1.5, nn.MaxNewTokens(8))
			require.NoError(t, err)
			var want nn.Tensor
			_, err = sess.InterpretGenerate(t.Context(), in, func(m *opticks.Model) error {
				want = trace(m, layer, -1.5)
				return nil
			}, nn.MaxNewTokens(8))
			require.NoError(t, err)
			require.Equal(t, want.Ints(), got.Ints(), "trace %d layer %d", i, layer)
			seen[fmt.Sprint(got.Ints())] = true
		}
		require.Greater(t, len(seen), 3, "trace %d: the layer matters", i)
		_, _, err := c.Generate(t.Context(), in, 6, 1, nn.MaxNewTokens(2))
		require.ErrorContains(t, err, "index out of range [6] with length 6")
	}
}
