package conditional_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden/conditional/probes"
	nn "github.com/nngen-go/nngen/runtime"
)

// TestMixed holds programs in which conditions, choices and Go in mid-run meet.
func TestMixed(t *testing.T) {
	sess := open(t)
	in := inputs(2, 6)
	t.Run("Picked", func(t *testing.T) {
		p := newPair(t, sess, probes.Picked, probes.CompilePicked)
		for n := range 6 {
			p.same(in, n, float32(2))
		}
	})
	t.Run("TwoChoices", func(t *testing.T) {
		p := newPair(t, sess, probes.TwoChoices, probes.CompileTwoChoices)
		for a := range 6 {
			for b := range 6 {
				_, _, errC, errI := p.run(in, a, b, true)
				if errI == nil {
					p.same(in, a, b, true)
					p.same(in, a, b, false)
				} else if errC == nil {
					require.ErrorContains(t, errI, "NN3101", "only late reads are served compiled: %d %d", a, b)
				}
			}
		}
	})
	t.Run("SameAgain", func(t *testing.T) {
		p := newPair(t, sess, probes.SameAgain, probes.CompileSameAgain)
		for layer := range 4 {
			p.same(in, layer, float32(2))
		}
		for layer := 4; layer < 6; layer++ {
			_, _, errC, errI := p.run(in, layer, float32(2))
			require.Error(t, errI)
			require.ErrorContains(t, errC, "NN3102")
		}
	})
	t.Run("Held", func(t *testing.T) {
		p := newPair(t, sess, probes.Held, probes.CompileHeld)
		for layer := range 6 {
			p.same(in, layer, true)
			p.same(in, layer, false)
		}
	})
	t.Run("Shapes", func(t *testing.T) {
		p := newPair(t, sess, probes.Shapes, probes.CompileShapes)
		for mode := range 3 {
			p.same(in, mode)
		}
	})
	t.Run("Counts", func(t *testing.T) {
		p := newPair(t, sess, probes.Counts, probes.CompileCounts)
		for _, limit := range []float32{0, 30, 60, 100, 1e9} {
			p.same(in, limit, true)
			p.same(in, limit, false)
		}
	})
	t.Run("Unset", func(t *testing.T) {
		p := newPair(t, sess, probes.Unset, probes.CompileUnset)
		p.same(in, true)
		_, _, errC, errI := p.run(in, false)
		require.Error(t, errI)
		require.Error(t, errC)
	})
}

// TestGenerateChosen runs a chosen, conditional trace at each step of a decode loop.
func TestGenerateChosen(t *testing.T) {
	sess := open(t)
	c, err := probes.CompileHeld(sess)
	require.NoError(t, err)
	defer c.Close()
	seen := map[string]bool{}
	for layer := range 6 {
		ids, err := c.Generate(context.Background(), inputs(1, 4), layer, true, nn.MaxNewTokens(8), nn.Greedy())
		require.NoError(t, err)
		seen[fmt.Sprint(ids)] = true
	}
	require.Greater(t, len(seen), 1)
	_, err = c.Generate(context.Background(), inputs(1, 4), 6, true, nn.MaxNewTokens(2))
	require.ErrorContains(t, err, "index out of range [6] with length 6")
}
