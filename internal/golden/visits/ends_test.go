package visits_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/optimum/llama"
	"github.com/nngen-go/nngen/internal/golden/visits"
	nn "github.com/nngen-go/nngen/runtime"
)

// goldens opens the goldens of what ends a generation.
func goldens(t *testing.T) *golden.File {
	f, err := golden.Open("steps")
	require.NoError(t, err)
	return f
}

// ints are the rows of a golden of ids.
func ints(t *testing.T, f *golden.File, name string) []int64 { return array(t, f, name).Ints }

// requireEach compares what was taken at each step with a golden's.
func requireEach(t *testing.T, f *golden.File, prefix string, got []nn.Tensor, n int) {
	t.Helper()
	require.Len(t, got, n)
	for i := range got {
		require.NoError(t, array(t, f, fmt.Sprintf("%s_%d", prefix, i)).Compare(got[i]), "%s at step %d", prefix, i)
	}
}

// TestResult: behind the loops the run's result is the ids of the invoke's rows.
func TestResult(t *testing.T) {
	_, s := open(t)
	f := goldens(t)
	one, two, v := given(t, f, "result/in0."), given(t, f, "result/in1."), array(t, f, "result/arg.v").Tensor()
	check := func(ids [][]int64, ids0, ids1 nn.Tensor) {
		t.Helper()
		require.Equal(t, ints(t, f, "result/ids0"), ids0.Ints())
		require.Equal(t, ints(t, f, "result/ids1"), ids1.Ints())
		require.Equal(t, []int{2, 6 + steps}, ids1.Shape())
		require.Equal(t, ids[0], ids0.Ints())
	}
	var a, b nn.Tensor
	ids, err := s.InterpretTraceGenerate(ctx, func(tr *llama.Trace) error {
		a, b = visits.IDs(tr, one, two, v)
		return nil
	}, nn.MaxNewTokens(steps))
	require.NoError(t, err)
	check(ids, a, b)
	c, err := visits.CompileIDs(s)
	require.NoError(t, err)
	defer c.Close()
	ids, a, b, err = c.Generate(ctx, one, two, v, nn.MaxNewTokens(steps))
	require.NoError(t, err)
	check(ids, a, b)
}

// TestResultOfOneStep: a run that is no generation has the model's first output
// as its result.
func TestResultOfOneStep(t *testing.T) {
	_, s := open(t)
	in := given(t, goldens(t), "stop/in.")
	c, err := visits.CompileStopResult(s)
	require.NoError(t, err)
	defer c.Close()
	var logits []nn.Tensor
	var result nn.Tensor
	require.NoError(t, s.Interpret(ctx, in, func(m *llama.Model) error {
		logits, result = visits.StopResult(m, 3)
		return nil
	}))
	require.Equal(t, logits[0].Float32s(), result.Float32s())
	logits, got, err := c.Run(ctx, in, 3)
	require.NoError(t, err)
	require.Equal(t, logits[0].Float32s(), got.Float32s())
	require.InDeltaSlice(t, result.Float32s(), got.Float32s(), 1e-4)
}

// TestStop: a stop ends the generation when the point in work is over, and what
// was collected stays, whoever decides about it.
func TestStop(t *testing.T) {
	_, s := open(t)
	f := goldens(t)
	in, v := given(t, f, "stop/in."), array(t, f, "stop/arg.v").Tensor()
	norms := array(t, f, "stop/norm").Tensor().Float32s()
	most := nn.MaxNewTokens(steps)
	interpret := func(fn func(m *llama.Model)) [][]int64 {
		t.Helper()
		ids, err := s.InterpretGenerate(ctx, in, func(m *llama.Model) error { fn(m); return nil }, most)
		require.NoError(t, err)
		require.Len(t, ids[0], 6+2, "the step that is stopped makes no token")
		return ids
	}
	var h1, logits []nn.Tensor
	want := interpret(func(m *llama.Model) { h1 = visits.StopAt(m, v) })
	requireEach(t, f, "stop/h1", h1, 3)
	at, err := visits.CompileStopAt(s)
	require.NoError(t, err)
	defer at.Close()
	ids, h1, err := at.Generate(ctx, in, v, most)
	require.NoError(t, err)
	require.Equal(t, want, ids)
	requireEach(t, f, "stop/h1", h1, 3)

	require.Equal(t, want, interpret(func(m *llama.Model) { h1, logits = visits.StopWhen(m, v, 2) }))
	requireEach(t, f, "stop/h1", h1, 3)
	require.Len(t, logits, 2)
	when, err := visits.CompileStopWhen(s)
	require.NoError(t, err)
	defer when.Close()
	for range 2 { // each generation begins anew
		var got []nn.Tensor
		ids, h1, got, err = when.Generate(ctx, in, v, 2, most)
		require.NoError(t, err)
		require.Equal(t, want, ids)
		requireEach(t, f, "stop/h1", h1, 3)
		require.Len(t, got, 2)
		for i := range got {
			require.InDeltaSlice(t, logits[i].Float32s(), got[i].Float32s(), 1e-4)
		}
	}
	ids, h1, logits, err = when.Generate(ctx, in, v, steps, most)
	require.NoError(t, err)
	require.Len(t, ids[0], 6+steps)
	require.Len(t, h1, steps)
	require.Len(t, logits, steps)

	limit := (min(norms[0], norms[1]) + norms[2]) / 2 // by Go: step 0 is not asked
	stopsAt := 1
	if norms[1] <= limit {
		stopsAt = 2
	}
	var wantNorms []float32
	var wantSteps int
	want, err = s.InterpretGenerate(ctx, in, func(m *llama.Model) error {
		h1, wantNorms, wantSteps = visits.StopAbove(m, v, limit)
		return nil
	}, most)
	require.NoError(t, err)
	above, err := visits.CompileStopAbove(s)
	require.NoError(t, err)
	defer above.Close()
	ids, h1, got, n, err := above.Generate(ctx, in, v, limit, most)
	require.NoError(t, err)
	require.Equal(t, want, ids)
	require.Equal(t, wantSteps, n)
	require.InDeltaSlice(t, wantNorms, got, 1e-3)
	requireEach(t, f, "stop/h1", h1, wantSteps)
	require.GreaterOrEqual(t, wantSteps, stopsAt)
}

// TestStopResult: a run that was stopped has no result, in the same words.
func TestStopResult(t *testing.T) {
	_, s := open(t)
	in := given(t, goldens(t), "stop/in.")
	c, err := visits.CompileStopResult(s)
	require.NoError(t, err)
	defer c.Close()
	_, _, _, err = c.Generate(ctx, in, 1, nn.MaxNewTokens(steps))
	const want = "model.result was not reached: invoke 0 stopped the run"
	require.ErrorContains(t, err, want)
	_, err = s.InterpretGenerate(ctx, in, func(m *llama.Model) error {
		visits.StopResult(m, 1)
		return nil
	}, nn.MaxNewTokens(steps))
	require.ErrorContains(t, err, want)
	ids, logits, result, err := c.Generate(ctx, in, steps, nn.MaxNewTokens(steps))
	require.NoError(t, err)
	require.Len(t, logits, steps)
	require.Equal(t, ids[0], result.At(0).Ints())
}

// requireKept compares a cache with its golden, which has entries of all steps.
func requireKept(t *testing.T, f *golden.File, c *llama.Cache, ids nn.Tensor) {
	t.Helper()
	require.Equal(t, ints(t, f, "cache/ids"), ids.Ints())
	layer, head := c.Model.Layers[0].Entries(), c.LMHead.Entries()
	require.Len(t, layer, steps)
	require.Len(t, head, steps)
	for n := range steps {
		require.NoError(t, array(t, f, fmt.Sprintf("cache/h0_%d", n)).Compare(layer[n].Output))
		require.NoError(t, array(t, f, fmt.Sprintf("cache/in0_%d", n)).Compare(layer[n].Input()))
		require.NoError(t, array(t, f, fmt.Sprintf("cache/logits_%d", n)).Compare(head[n].Output.At(nn.All, nn.RangeFrom(-1))))
	}
}

// TestCache: a cache of a trace that names its steps has entries of all of them,
// with what the steps that are edited make of the values.
func TestCache(t *testing.T) {
	_, s := open(t)
	f := goldens(t)
	in, v := given(t, f, "cache/in."), array(t, f, "cache/arg.v").Tensor()
	var kept *llama.Cache
	var result nn.Tensor
	_, err := s.InterpretGenerate(ctx, in, func(m *llama.Model) error {
		kept, result = visits.Kept(m, v)
		return nil
	}, nn.MaxNewTokens(steps))
	require.NoError(t, err)
	requireKept(t, f, kept, result)
	c, err := visits.CompileKept(s)
	require.NoError(t, err)
	defer c.Close()
	for range 2 {
		_, kept, result, err = c.Generate(ctx, in, v, nn.MaxNewTokens(steps))
		require.NoError(t, err)
		requireKept(t, f, kept, result)
		kept.Release()
	}
}

// TestCachesOfInvokes holds caches of the whole batch and of one invoke's rows,
// of another dtype, to the interpreter's.
func TestCachesOfInvokes(t *testing.T) {
	_, s := open(t)
	f := goldens(t)
	one, two, v := given(t, f, "result/in0."), given(t, f, "result/in1."), array(t, f, "result/arg.v").Tensor()
	var wantAll, wantOwn *llama.Cache
	_, err := s.InterpretTraceGenerate(ctx, func(tr *llama.Trace) error {
		wantAll, wantOwn = visits.KeptByInvokes(tr, one, two, v)
		return nil
	}, nn.MaxNewTokens(steps))
	require.NoError(t, err)
	c, err := visits.CompileKeptByInvokes(s)
	require.NoError(t, err)
	defer c.Close()
	_, all, own, err := c.Generate(ctx, one, two, v, nn.MaxNewTokens(steps))
	require.NoError(t, err)
	require.Len(t, all.LMHead.Entries(), steps)
	require.Len(t, own.LMHead.Entries(), steps)
	for n := range steps {
		require.InDeltaSlice(t, wantAll.LMHead.Entries()[n].Output.Float32s(), all.LMHead.Entries()[n].Output.Float32s(), 1e-4)
		require.InDeltaSlice(t, wantOwn.LMHead.Entries()[n].Output.Float64s(), own.LMHead.Entries()[n].Output.Float64s(), 1e-4)
		require.Equal(t, 2, own.LMHead.Entries()[n].Output.Shape()[0])
	}
}

// TestAsked: loops under conditions on parameters belong to runs where these
// hold; what they do there is the golden's, and the interpreter's.
func TestAsked(t *testing.T) {
	f, s := open(t)
	in, v := given(t, f, "iter_from/in."), array(t, f, "iter_from/arg.v").Tensor()
	c, err := visits.CompileAsked(s)
	require.NoError(t, err)
	defer c.Close()
	all := [][][]int64{}
	for _, given := range []struct {
		late bool
		sign float32
	}{{true, 1}, {false, 1}, {false, -1}} {
		var want []nn.Tensor
		var wantN int
		wantIDs, err := s.InterpretGenerate(ctx, in, func(m *llama.Model) error {
			want, wantN = visits.Asked(m, v, given.late, given.sign)
			return nil
		}, nn.MaxNewTokens(steps))
		require.NoError(t, err)
		ids, h1, n, err := c.Generate(ctx, in, v, given.late, given.sign, nn.MaxNewTokens(steps))
		require.NoError(t, err)
		require.Equal(t, wantIDs, ids)
		require.Equal(t, wantN, n)
		require.Len(t, h1, len(want))
		for i := range h1 {
			require.InDeltaSlice(t, want[i].Float32s(), h1[i].Float32s(), 1e-4)
		}
		all = append(all, ids)
	}
	requireNew(t, array(t, f, "iter_from/ids").Ints, all[0])
	require.NotEqual(t, all[1], all[2], "the edit moves the output")
}
