package visits_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden/optimum/llama"
	"github.com/nngen-go/nngen/internal/golden/visits"
	nn "github.com/nngen-go/nngen/runtime"
)

// TestHelpers: loops in helpers are part of the function that calls them.
func TestHelpers(t *testing.T) {
	f, s := open(t)
	in, v := given(t, f, "iter_range/in."), array(t, f, "iter_range/arg.v").Tensor()
	most := nn.MaxNewTokens(6)
	c, err := visits.CompileInHelpers(s)
	require.NoError(t, err)
	defer c.Close()
	for _, late := range []bool{true, false} {
		var h1 []nn.Tensor
		var norms []float32
		var last float32
		var n int
		want, err := s.InterpretGenerate(ctx, in, func(m *llama.Model) error {
			h1, norms, last, n = visits.InHelpers(m, v, 1.5, late)
			return nil
		}, most)
		require.NoError(t, err)
		require.Len(t, h1, 2)
		require.NoError(t, array(t, f, "iter_range/h1_1").Compare(h1[0]))
		require.NoError(t, array(t, f, "iter_range/h1_2").Compare(h1[1]))
		for range 2 { // each generation begins anew
			ids, got, gotNorms, gotLast, gotN, err := c.Generate(ctx, in, v, 1.5, late, most)
			require.NoError(t, err)
			require.Equal(t, want, ids)
			require.NoError(t, same(h1, got))
			require.InDeltaSlice(t, norms, gotNorms, 1e-3)
			require.InDelta(t, last, gotLast, 1e-3)
			require.Equal(t, n, gotN)
		}
		if late {
			require.Equal(t, 5, n)
		}
	}
}

// TestOnlyInHelpers: a trace whose helpers alone name visits is one over steps.
func TestOnlyInHelpers(t *testing.T) {
	f, s := open(t)
	one, two, v := given(t, f, "iter_invokes/in0."), given(t, f, "iter_invokes/in1."), array(t, f, "iter_invokes/arg.v").Tensor()
	var a, b []nn.Tensor
	want, err := s.InterpretTraceGenerate(ctx, func(tr *llama.Trace) error {
		a, b = visits.OnlyInHelpers(tr, one, two, v)
		return nil
	}, nn.MaxNewTokens(steps))
	require.NoError(t, err)
	c, err := visits.CompileOnlyInHelpers(s)
	require.NoError(t, err)
	defer c.Close()
	ids, gotA, gotB, err := c.Generate(ctx, one, two, v, nn.MaxNewTokens(steps))
	require.NoError(t, err)
	require.Equal(t, want, ids)
	require.NoError(t, same(a, gotA))
	require.NoError(t, same(b, gotB))
	require.Len(t, a, 2)
}
