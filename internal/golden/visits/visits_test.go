package visits_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/optimum/llama"
	"github.com/nngen-go/nngen/internal/golden/visits"
	nn "github.com/nngen-go/nngen/runtime"
)

var ctx = context.Background()

const steps = 5 // of every golden

func open(t *testing.T) (*golden.File, *llama.Session) {
	f, err := golden.Open("tracing")
	require.NoError(t, err)
	sess, err := llama.Open(golden.Model(t, "llama", "optimum"), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	return f, sess
}

func given(t *testing.T, f *golden.File, prefix string) llama.Inputs {
	in := llama.Inputs{InputIDs: array(t, f, prefix+"input_ids").Tensor(), AttentionMask: array(t, f, prefix+"attention_mask").Tensor()}
	return in
}

func array(t *testing.T, f *golden.File, name string) golden.Array {
	t.Helper()
	a, err := f.Array(name)
	require.NoError(t, err)
	return a
}

// requireNew compares the new tokens of all rows with a golden's.
func requireNew(t *testing.T, want []int64, ids [][]int64) {
	t.Helper()
	var got []int64
	for _, row := range ids {
		got = append(got, row[len(row)-steps:]...)
	}
	require.Equal(t, want, got)
}

// compiled is what the generated types have in common.
type compiled[R any] interface {
	Generate(ctx context.Context, in llama.Inputs, v nn.Tensor, opts ...nn.GenerateOption) ([][]int64, R, error)
	Close() error
}

// both runs a trace function compiled and interpreted.
func both[R any, C compiled[R]](t *testing.T, f *golden.File, s *llama.Session, name string, fn func(*llama.Model, nn.Tensor) R, compile func(*llama.Session, ...nn.CompileOption) (C, error), check func(R)) {
	t.Run(name, func(t *testing.T) {
		v := array(t, f, name+"/arg.v").Tensor()
		most := nn.MaxNewTokens(steps)
		var res R
		ids, err := s.InterpretGenerate(ctx, given(t, f, name+"/in."), func(m *llama.Model) error {
			res = fn(m, v)
			return nil
		}, most)
		require.NoError(t, err)
		requireNew(t, array(t, f, name+"/ids").Ints, ids)
		check(res)

		c, err := compile(s)
		require.NoError(t, err)
		defer c.Close()
		for range 2 { // a second generation begins anew
			ids, res, err = c.Generate(ctx, given(t, f, name+"/in."), v, most)
			require.NoError(t, err)
			requireNew(t, array(t, f, name+"/ids").Ints, ids)
			check(res)
		}
	})
}

func TestGoldens(t *testing.T) {
	f, s := open(t)
	each := func(name, what string, steps ...int) func([]nn.Tensor) {
		return func(got []nn.Tensor) {
			require.Len(t, got, len(steps))
			for i, n := range steps {
				require.NoError(t, array(t, f, fmt.Sprintf("%s/%s_%d", name, what, n)).Compare(got[i]), "step %d", n)
			}
		}
	}
	both(t, f, s, "iter_range", visits.IterRange, visits.CompileIterRange, each("iter_range", "h1", 1, 2))
	both(t, f, s, "iter_list", visits.IterList, visits.CompileIterList, each("iter_list", "h1", 0, 3))
	both(t, f, s, "iter_one", visits.IterOne, visits.CompileIterOne, each("iter_one", "h1", 2))
	both(t, f, s, "iter_from", visits.IterFrom, visits.CompileIterFrom, each("iter_from", "h1", 2, 3, 4))
	both(t, f, s, "all", visits.IterAll, visits.CompileIterAll, each("all", "h1", 0, 1, 2, 3, 4))
	both(t, f, s, "no_iter", visits.NoIter, visits.CompileNoIter, func(h nn.Tensor) {
		require.NoError(t, array(t, f, "no_iter/h1_0").Compare(h))
	})
	twice := each("iter_twice", "logits", 0, 1, 2, 3)
	both(t, f, s, "iter_twice", visits.IterTwice, visits.CompileIterTwice, twice)
	both(t, f, s, "iter_twice", visits.Nested, visits.CompileNested, twice)
	both(t, f, s, "iter_twice", visits.Left, visits.CompileLeft, twice)
	both(t, f, s, "iter_twice", visits.OneByOne, visits.CompileOneByOne, func(got [4]nn.Tensor) { twice(got[:]) })
}

func TestBoundsThatParametersSay(t *testing.T) {
	f, s := open(t)
	c, err := visits.CompileIterBounds(s)
	require.NoError(t, err)
	defer c.Close()
	in, v := given(t, f, "iter_range/in."), array(t, f, "iter_range/arg.v").Tensor()
	ids, h1, err := c.Generate(ctx, in, v, 1, 3, nn.MaxNewTokens(steps))
	require.NoError(t, err)
	requireNew(t, array(t, f, "iter_range/ids").Ints, ids)
	require.Len(t, h1, 2)
	for _, bad := range []struct {
		from, to int
		want     string
	}{
		{-1, 2, "visit -1: visits count from 0"},
		{2, 2, "from 2 to before 2 is empty"},
		{3, 6, "visit 5 is past the end: the last one is 4"},
	} {
		_, _, compiledErr := c.Generate(ctx, in, v, bad.from, bad.to, nn.MaxNewTokens(steps))
		require.ErrorContains(t, compiledErr, bad.want)
		_, err := s.InterpretGenerate(ctx, in, func(m *llama.Model) error {
			visits.IterBounds(m, v, bad.from, bad.to)
			return nil
		}, nn.MaxNewTokens(steps))
		require.ErrorContains(t, err, bad.want)
	}
}

func TestInvokes(t *testing.T) {
	f, s := open(t)
	c, err := visits.CompileIterInvokes(s)
	require.NoError(t, err)
	defer c.Close()
	one, two := given(t, f, "iter_invokes/in0."), given(t, f, "iter_invokes/in1.")
	v := array(t, f, "iter_invokes/arg.v").Tensor()
	want := append(array(t, f, "iter_invokes/ids0").Ints, array(t, f, "iter_invokes/ids1").Ints...)
	ids, err := c.Generate(ctx, one, two, v, nn.MaxNewTokens(steps))
	require.NoError(t, err)
	requireNew(t, want, ids)
	ids, err = s.InterpretTraceGenerate(ctx, func(tr *llama.Trace) error {
		visits.IterInvokes(tr, one, two, v)
		return nil
	}, nn.MaxNewTokens(steps))
	require.NoError(t, err)
	requireNew(t, want, ids)
}

// carried is what Carried gives.
type carried struct {
	norms []float32
	seen  int
	total float32
	h     nn.Tensor
}

// TestCarried holds what lives from step to step to the interpreter, for
// generations of every length: the code after a loop runs in any case.
func TestCarried(t *testing.T) {
	f, s := open(t)
	c, err := visits.CompileCarried(s)
	require.NoError(t, err)
	defer c.Close()
	in, v := given(t, f, "all/in."), array(t, f, "all/arg.v").Tensor()
	for _, most := range []int{3, 4, 7} {
		for _, stopAt := range []int{most, 3, 2} {
			opts := []nn.GenerateOption{nn.MaxNewTokens(most), nn.OnToken(func(step int, _ []int64) bool { return step+1 < stopAt })}
			var want, got carried
			wantIDs, err := s.InterpretGenerate(ctx, in, func(m *llama.Model) error {
				want.norms, want.seen, want.total, want.h = visits.Carried(m, v, 1)
				return nil
			}, opts...)
			require.NoError(t, err)
			var ids [][]int64
			ids, got.norms, got.seen, got.total, got.h, err = c.Generate(ctx, in, v, 1, opts...)
			require.NoError(t, err)
			require.Equal(t, wantIDs, ids)
			require.InDeltaSlice(t, want.norms, got.norms, 1e-3)
			require.Equal(t, want.seen, got.seen)
			require.Positive(t, got.seen)
			require.InDelta(t, want.total, got.total, 1e-3)
			require.InDeltaSlice(t, want.h.Float32s(), got.h.Float32s(), 1e-4)
		}
	}
}

// TestEnds: what was collected is kept where a generation ends early, and a run
// of one step says what it lacks.
func TestEnds(t *testing.T) {
	f, s := open(t)
	c, err := visits.CompileIterAll(s)
	require.NoError(t, err)
	defer c.Close()
	in, v := given(t, f, "all/in."), array(t, f, "all/arg.v").Tensor()
	stopping, cancel := context.WithCancel(ctx)
	defer cancel()
	ids, h1, err := c.Generate(stopping, in, v, nn.MaxNewTokens(steps), nn.OnToken(func(step int, _ []int64) bool {
		if step == 2 {
			cancel()
		}
		return true
	}))
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, h1, 3)
	require.Len(t, ids[0], 6+3)

	all, h1, err := c.Generate(ctx, in, v, nn.MaxNewTokens(steps), nn.StopTokens(array(t, f, "all/ids").Ints[1]))
	require.NoError(t, err)
	require.Len(t, all[0], 6+2, "the row ended at its own stop token")
	require.LessOrEqual(t, len(h1), steps)

	h1, err = c.Run(ctx, in, v)
	require.NoError(t, err)
	require.Len(t, h1, 1)
	require.NoError(t, array(t, f, "all/h1_0").Compare(h1[0]))

	one, err := visits.CompileIterOne(s)
	require.NoError(t, err)
	defer one.Close()
	_, err = one.Run(ctx, in, v)
	require.ErrorContains(t, err, "visit 2 is past the end: the last one is 0")
	_, _, err = one.Generate(ctx, in, v, nn.MaxNewTokens(2))
	require.ErrorContains(t, err, "visit 2 is past the end: the last one is 1")
}

// TestLayers: the step chooses a module, and so does a parameter.
func TestLayers(t *testing.T) {
	f, s := open(t)
	c, err := visits.CompileLayers(s)
	require.NoError(t, err)
	defer c.Close()
	in := given(t, f, "all/in.")
	var want []nn.Tensor
	wantIDs, err := s.InterpretGenerate(ctx, in, func(m *llama.Model) error {
		want = visits.Layers(m, 0)
		return nil
	}, nn.MaxNewTokens(steps))
	require.NoError(t, err)
	ids, got, err := c.Generate(ctx, in, 0, nn.MaxNewTokens(steps))
	require.NoError(t, err)
	require.Equal(t, wantIDs, ids)
	require.Len(t, got, 2)
	for i := range got {
		require.InDeltaSlice(t, want[i].Float32s(), got[i].Float32s(), 1e-4)
	}
	_, _, err = c.Generate(ctx, in, 2, nn.MaxNewTokens(steps))
	require.ErrorContains(t, err, "index out of range")
}

// TestBarrierExample is the two-invoke example of the reference's barrier, over a
// generation.
func TestBarrierExample(t *testing.T) {
	f, s := open(t)
	one, two := given(t, f, "barrier_generate/in0."), given(t, f, "barrier_generate/in1.")
	want := append(array(t, f, "barrier_generate/ids0").Ints, array(t, f, "barrier_generate/ids1").Ints...)
	c, err := visits.CompileBarrierGenerate(s)
	require.NoError(t, err)
	defer c.Close()
	ids, err := c.Generate(ctx, one, two, nn.MaxNewTokens(steps))
	require.NoError(t, err)
	requireNew(t, want, ids)
	ids, err = s.InterpretTraceGenerate(ctx, func(tr *llama.Trace) error {
		visits.BarrierGenerate(tr, one, two)
		return nil
	}, nn.MaxNewTokens(steps))
	require.NoError(t, err)
	requireNew(t, want, ids)
	plain, err := s.Generate(ctx, two, nn.MaxNewTokens(steps))
	require.NoError(t, err)
	require.NotEqual(t, plain[0], ids[1], "the edit moves the output")
}

// TestPromptsOfDifferentLengths: invokes are padded once, and stay so.
func TestPromptsOfDifferentLengths(t *testing.T) {
	f, s := open(t)
	c, err := visits.CompileIterInvokes(s)
	require.NoError(t, err)
	defer c.Close()
	ids := array(t, f, "iter_invokes/in0.input_ids").Tensor()
	one, two := llama.Inputs{InputIDs: ids.At(nn.All, nn.RangeFrom(2))}, given(t, f, "iter_invokes/in1.")
	v := nn.Zeros(nn.Float32, 48)
	got, err := c.Generate(ctx, one, two, v, nn.MaxNewTokens(steps))
	require.NoError(t, err)
	alone, err := s.Generate(ctx, one, nn.MaxNewTokens(steps))
	require.NoError(t, err)
	rest, err := s.Generate(ctx, two, nn.MaxNewTokens(steps))
	require.NoError(t, err)
	require.Equal(t, append(alone, rest...), got)
}

// TestLimited holds Go in mid-run over the steps, with a count that lives over
// all of them, to the interpreter, from many goroutines over one session.
func TestLimited(t *testing.T) {
	f, s := open(t)
	c, err := visits.CompileLimited(s)
	require.NoError(t, err)
	defer c.Close()
	in := given(t, f, "all/in.")
	const limit = 2
	var wantCount int
	var wantNorms []float32
	wantIDs, err := s.InterpretGenerate(ctx, in, func(m *llama.Model) error {
		wantCount, wantNorms = visits.Limited(m, limit)
		return nil
	}, nn.MaxNewTokens(steps))
	require.NoError(t, err)
	require.Positive(t, wantCount)
	var done sync.WaitGroup
	for range 8 {
		done.Go(func() {
			ids, count, norms, err := c.Generate(ctx, in, limit, nn.MaxNewTokens(steps))
			assert.NoError(t, err)
			assert.Equal(t, wantIDs, ids)
			assert.Equal(t, wantCount, count)
			assert.InDeltaSlice(t, wantNorms, norms, 1e-3)
		})
	}
	done.Wait()
}

// TestScan: a scan of a trace over steps is one of its first step, and runs nothing.
func TestScan(t *testing.T) {
	f, s := open(t)
	c, err := visits.CompileIterAll(s)
	require.NoError(t, err)
	defer c.Close()
	scan, err := nn.ScanOf(func(ctx context.Context) error {
		_, err := c.Run(ctx, given(t, f, "all/in."), array(t, f, "all/arg.v").Tensor())
		return err
	})
	require.NoError(t, err)
	require.NotEmpty(t, scan.Values())
}
