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
