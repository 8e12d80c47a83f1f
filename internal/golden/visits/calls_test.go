package visits_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/torchscript/looplm"
	"github.com/nngen-go/nngen/internal/golden/visits"
	nn "github.com/nngen-go/nngen/runtime"
)

// openLoop opens the language model that calls its block three times a step.
func openLoop(t *testing.T) *looplm.Session {
	s, err := looplm.Open(golden.Model(t, "looplm", "torchscript"), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// TestCalls: visits of a module that each step calls several times count over all
// of its calls.
func TestCalls(t *testing.T) {
	s, f := openLoop(t), goldens(t)
	type compiled interface {
		Generate(ctx context.Context, in looplm.Inputs, v nn.Tensor, opts ...nn.GenerateOption) ([][]int64, []nn.Tensor, error)
		Close() error
	}
	all := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}
	for name, c := range map[string]struct {
		visits  []int
		trace   func(m *looplm.Model, v nn.Tensor) []nn.Tensor
		compile func() (compiled, error)
	}{
		"calls_range": {[]int{2, 3, 4, 5, 6}, visits.CallsRange, func() (compiled, error) { return visits.CompileCallsRange(s) }},
		"calls_list":  {[]int{1, 5, 9}, visits.CallsList, func() (compiled, error) { return visits.CompileCallsList(s) }},
		"calls_all":   {all, visits.CallsAll, func() (compiled, error) { return visits.CompileCallsAll(s) }},
	} {
		t.Run(name, func(t *testing.T) {
			in, v := looplm.Inputs{InputIDs: array(t, f, name+"/in.input_ids").Tensor()}, array(t, f, name+"/arg.v").Tensor()
			check := func(ids [][]int64, h []nn.Tensor) {
				t.Helper()
				want := ints(t, f, name+"/ids")
				require.Equal(t, want, append(append([]int64{}, ids[0]...), ids[1]...))
				require.Len(t, h, len(c.visits))
				for i, n := range c.visits {
					require.NoError(t, array(t, f, fmt.Sprintf("%s/h_%d", name, n)).Compare(h[i]), "visit %d", n)
				}
			}
			var h []nn.Tensor
			ids, err := s.InterpretGenerate(ctx, in, func(m *looplm.Model) error { h = c.trace(m, v); return nil }, nn.MaxNewTokens(steps))
			require.NoError(t, err)
			check(ids, h)
			x, err := c.compile()
			require.NoError(t, err)
			defer x.Close()
			ids, h, err = x.Generate(ctx, in, v, nn.MaxNewTokens(steps))
			require.NoError(t, err)
			check(ids, h)
		})
	}
}

// TestCallsAndSteps: loops over modules of one and of three calls a step follow
// one another, with Go in mid-run.
func TestCallsAndSteps(t *testing.T) {
	s, f := openLoop(t), goldens(t)
	in := looplm.Inputs{InputIDs: array(t, f, "calls_all/in.input_ids").Tensor()}
	var norms []float32
	var sum int
	var last nn.Tensor
	want, err := s.InterpretGenerate(ctx, in, func(m *looplm.Model) error {
		norms, sum, last = visits.CallsAndSteps(m, 3)
		return nil
	}, nn.MaxNewTokens(steps))
	require.NoError(t, err)
	c, err := visits.CompileCallsAndSteps(s)
	require.NoError(t, err)
	defer c.Close()
	ids, got, gotSum, gotLast, err := c.Generate(ctx, in, 3, nn.MaxNewTokens(steps))
	require.NoError(t, err)
	require.Equal(t, want, ids)
	require.InDeltaSlice(t, norms, got, 1e-3)
	require.Equal(t, sum, gotSum)
	require.NoError(t, same([]nn.Tensor{last}, []nn.Tensor{gotLast}))
	_, err = s.InterpretGenerate(ctx, in, func(m *looplm.Model) error { visits.CallsAndSteps(m, 3); return nil }, nn.MaxNewTokens(2))
	require.ErrorContains(t, err, "NN3105")
	_, _, _, _, err = c.Generate(ctx, in, 3, nn.MaxNewTokens(2))
	require.ErrorContains(t, err, "NN3105")
}
