package visits_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden/optimum/llama"
	"github.com/nngen-go/nngen/internal/golden/visits"
	nn "github.com/nngen-go/nngen/runtime"
)

// TestGoBehindInnerLoops: Go behind a loop that stands in a condition or in another
// loop is done before what follows there, not when the run is over.
func TestGoBehindInnerLoops(t *testing.T) {
	_, s := open(t)
	in := given(t, goldens(t), "edit/in.")
	most := nn.MaxNewTokens(steps)
	under, err := visits.CompileCountsUnder(s)
	require.NoError(t, err)
	defer under.Close()
	var want, last []float32
	for _, on := range []bool{true, false} {
		_, err := s.InterpretGenerate(ctx, in, func(m *llama.Model) error { want = visits.CountsUnder(m, on); return nil }, most)
		require.NoError(t, err)
		_, got, err := under.Generate(ctx, in, on, most)
		require.NoError(t, err)
		require.InDeltaSlice(t, want, got, 1e-3)
		require.NotEqual(t, last, want)
		last = want
	}
	_, err = s.InterpretGenerate(ctx, in, func(m *llama.Model) error { want = visits.CountsNested(m); return nil }, most)
	require.NoError(t, err)
	nested, err := visits.CompileCountsNested(s)
	require.NoError(t, err)
	defer nested.Close()
	_, got, err := nested.Generate(ctx, in, most)
	require.NoError(t, err)
	require.InDeltaSlice(t, want, got, 1e-3)
}

// TestSides: what stands on two sides of a condition does not wait for one another.
func TestSides(t *testing.T) {
	_, s := open(t)
	in := given(t, goldens(t), "edit/in.")
	c, err := visits.CompileSides(s)
	require.NoError(t, err)
	defer c.Close()
	seen := map[float32]bool{}
	for _, on := range []bool{true, false} {
		var k float32
		want, err := s.InterpretGenerate(ctx, in, func(m *llama.Model) error { k = visits.Sides(m, on); return nil }, nn.MaxNewTokens(steps))
		require.NoError(t, err)
		ids, got, err := c.Generate(ctx, in, on, nn.MaxNewTokens(steps))
		require.NoError(t, err)
		require.Equal(t, want, ids)
		require.InDelta(t, k, got, 1e-3)
		seen[k] = true
	}
	require.Len(t, seen, 2)
}
