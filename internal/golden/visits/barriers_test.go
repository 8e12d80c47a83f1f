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
	plain, err := s.InterpretTraceGenerate(ctx, func(tr *llama.Trace) error {
		visits.BarrierAsked(tr, one, two, false)
		return nil
	}, most)
	require.NoError(t, err)
	var norms []float32
	var back []nn.Tensor
	want, err := s.InterpretTraceGenerate(ctx, func(tr *llama.Trace) error {
		norms, back = visits.BarrierBoth(tr, one, two, 4)
		return nil
	}, most)
	require.NoError(t, err)
	require.NotEqual(t, plain, want)
	both, err := visits.CompileBarrierBoth(s)
	require.NoError(t, err)
	defer both.Close()
	ids, got, gotBack, err := both.Generate(ctx, one, two, 4, most)
	require.NoError(t, err)
	require.Equal(t, want, ids)
	require.InDeltaSlice(t, norms, got, 1e-3)
	require.NoError(t, same(back, gotBack))
	require.Len(t, norms, steps)
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

// TestSharedByInvokes: Go of several invokes that works on one variable is done in
// the order in which their points are served, at each step.
func TestSharedByInvokes(t *testing.T) {
	_, s := open(t)
	f := goldens(t)
	one, two := given(t, f, "barrier/in0."), given(t, f, "barrier/in1.")
	c, err := visits.CompileShared(s)
	require.NoError(t, err)
	defer c.Close()
	for _, limit := range []float32{1, 20, 1000} {
		var all []float32
		want, err := s.InterpretTraceGenerate(ctx, func(tr *llama.Trace) error {
			all = visits.Shared(tr, one, two, limit)
			return nil
		}, nn.MaxNewTokens(steps))
		require.NoError(t, err)
		ids, got, err := c.Generate(ctx, one, two, limit, nn.MaxNewTokens(steps))
		require.NoError(t, err)
		require.Equal(t, want, ids)
		require.InDeltaSlice(t, all, got, 1e-2)
	}
}
