package visits_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden/visits"
	nn "github.com/nngen-go/nngen/runtime"
)

// TestWrittenPlan: the plan of a trace over decoding steps is data; whoever reads
// it back says what its parameters are at each step.
func TestWrittenPlan(t *testing.T) {
	f, s := open(t)
	c, err := visits.CompileIterRange(s)
	require.NoError(t, err)
	defer c.Close()
	in, v := given(t, f, "iter_range/in."), array(t, f, "iter_range/arg.v").Tensor()
	var file bytes.Buffer
	require.NoError(t, nn.WritePlan(&file, c.Plan()))
	plan, err := nn.ReadPlan(&file)
	require.NoError(t, err)
	again, err := s.CompileVisits(plan)
	require.NoError(t, err)
	defer again.Close()
	var h1 []nn.Tensor
	ids, err := again.GenerateAs(ctx, []nn.InvokeInputs{in.NNInputs()}, nn.RemoteGeneration{
		Settings: nn.GenerateSettings{MaxNewTokens: steps, Temperature: 1, TopP: 1}, Visits: true,
		Begin: func(step int) ([]nn.Tensor, error) { return []nn.Tensor{v, nn.Scalar(step >= 1 && step < 3)}, nil },
		Taken: func(_ int, taps []nn.Tensor) error { h1 = append(h1, taps[0]); return nil },
	})
	require.NoError(t, err)
	requireNew(t, array(t, f, "iter_range/ids").Ints, ids)
	require.NoError(t, array(t, f, "iter_range/h1_1").Compare(h1[1]))
	require.NoError(t, array(t, f, "iter_range/h1_2").Compare(h1[2]))
	limited, err := visits.CompileLimited(s)
	require.NoError(t, err)
	defer limited.Close()
	require.ErrorContains(t, nn.WritePlan(&file, limited.Plan()), "NN3170")
}
