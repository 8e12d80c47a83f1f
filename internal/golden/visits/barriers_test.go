package visits_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden/optimum/llama"
	"github.com/nngen-go/nngen/internal/golden/visits"
	nn "github.com/nngen-go/nngen/runtime"
)

// TestBarrierSteps: invokes meet at each step of their loops.
func TestBarrierSteps(t *testing.T) {
	_, s := open(t)
	f := goldens(t)
	one, two := given(t, f, "barrier/in0."), given(t, f, "barrier/in1.")
	var a, b nn.Tensor
	ids, err := s.InterpretTraceGenerate(ctx, func(tr *llama.Trace) error {
		a, b = visits.BarrierSteps(tr, one, two)
		return nil
	}, nn.MaxNewTokens(steps))
	require.NoError(t, err)
	check := func() {
		t.Helper()
		require.Equal(t, ints(t, f, "barrier/ids0"), a.Ints())
		require.Equal(t, ints(t, f, "barrier/ids1"), b.Ints())
		require.Equal(t, ids[1], b.Ints())
	}
	check()
	c, err := visits.CompileBarrierSteps(s)
	require.NoError(t, err)
	defer c.Close()
	ids, a, b, err = c.Generate(ctx, one, two, nn.MaxNewTokens(steps))
	require.NoError(t, err)
	check()
}

// TestBarrierForms holds what goes from invoke to invoke at each step, compiled,
// to what it is interpreted.
func TestBarrierForms(t *testing.T) {
	_, s := open(t)
	f := goldens(t)
	one, two := given(t, f, "barrier/in0."), given(t, f, "barrier/in1.")
	most := nn.MaxNewTokens(steps)
	asked, err := visits.CompileBarrierAsked(s)
	require.NoError(t, err)
	defer asked.Close()
	seen := map[float32]bool{}
	for _, on := range []bool{true, false} {
		var sum float32
		want, err := s.InterpretTraceGenerate(ctx, func(tr *llama.Trace) error {
			sum = visits.BarrierAsked(tr, one, two, on)
			return nil
		}, most)
		require.NoError(t, err)
		ids, got, err := asked.Generate(ctx, one, two, on, most)
		require.NoError(t, err)
		require.Equal(t, want, ids)
		require.InDelta(t, sum, got, 1e-3)
		seen[sum] = true
	}
	require.Len(t, seen, 2)
}
