package caches_test

import (
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden/caches/probes"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

func ids(rows, seq int) gpt2.Inputs {
	list := make([]int64, rows*seq)
	for i := range list {
		list[i] = int64(3+7*i) % 90
	}
	return gpt2.Inputs{InputIDs: nn.From(list, rows, seq)}
}

// TestMemory tells what a cache needs before the run, and holds it to what it had.
func TestMemory(t *testing.T) {
	sess := openGPT2(t)
	compiled, err := sess.Compile(planOf(t, sess))
	require.NoError(t, err)
	defer compiled.Close()
	in, v := ids(2, 5), nn.From(make([]float32, 48))
	args := []nn.Tensor{v, nn.Scalar(float32(0))}
	want, err := compiled.CacheBytes([]nn.InvokeInputs{in.NNInputs()}, args)
	require.NoError(t, err)
	steer, err := probes.CompileSteer(sess)
	require.NoError(t, err)
	defer steer.Close()
	_, c, err := steer.Run(ctx, in, v, 0)
	require.NoError(t, err)
	require.Equal(t, []int64{c.Bytes()}, want)
	require.EqualValues(t, 8080*10+4*2*25+200*5, c.Bytes(), "as nngen explain has it")
}

func planOf(t *testing.T, sess *gpt2.Session) *nn.Plan {
	c, err := probes.CompileSteer(sess)
	require.NoError(t, err)
	defer c.Close()
	return c.Plan()
}

// TestReuse runs into the storage of the run before, and into new where sizes differ.
func TestReuse(t *testing.T) {
	sess := openGPT2(t)
	c, err := probes.CompileEverything(sess)
	require.NoError(t, err)
	defer c.Close()
	var res probes.EverythingResult
	require.NoError(t, c.RunInto(ctx, &res, ids(2, 5)))
	first, block := res.C, res.C.Transformer.H[0].Output()
	want := block.Float32s()
	other := gpt2.Inputs{InputIDs: nn.From([]int64{9, 8, 7, 6, 5, 4, 3, 2, 1, 0}, 2, 5)}
	require.NoError(t, c.RunInto(ctx, &res, other))
	require.Same(t, first, res.C)
	require.NotEqual(t, want, block.Float32s(), "the tensor of the first run holds the second's values")
	require.Equal(t, block.Float32s(), res.C.Transformer.H[0].Output().Float32s())
	require.NoError(t, c.RunInto(ctx, &res, ids(1, 7)))
	require.Equal(t, []int{1, 7, 48}, res.C.Transformer.H[0].Output().Shape())
	own, err := c.Run(ctx, ids(2, 5))
	require.NoError(t, err)
	require.NotSame(t, res.C, own)
	require.Equal(t, want, own.Transformer.H[0].Output().Float32s())
}

// TestConcurrent fills caches of one compiled trace from many goroutines.
func TestConcurrent(t *testing.T) {
	sess := openGPT2(t)
	c, err := probes.CompileEverything(sess)
	require.NoError(t, err)
	defer c.Close()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 5 {
				got, err := c.Run(ctx, ids(1+i%3, 4))
				if err != nil || len(got.LMHead.Output().Float32s()) != (1+i%3)*4*96 {
					t.Error(err)
					return
				}
				got.Release()
			}
		})
	}
	wg.Wait()
}

// TestSkipped has no entries for what did not run: the inputs of the module that
// is skipped and what was given for it are there.
func TestSkipped(t *testing.T) {
	sess := openGPT2(t)
	compiled, err := probes.CompileSkipped(sess)
	require.NoError(t, err)
	defer compiled.Close()
	got, err := compiled.Run(ctx, ids(2, 5))
	require.NoError(t, err)
	var live *gpt2.Cache
	require.NoError(t, sess.Interpret(ctx, ids(2, 5), func(m *gpt2.Model) error {
		live = probes.Skipped(m)
		return nil
	}))
	equal(t, live.CacheView, got.CacheView, 1e-5)
	for _, c := range []*gpt2.Cache{live, got} {
		require.Equal(t, []string{"transformer.h.1"}, c.Transformer.H[1].Keys(false))
		in, out := c.Transformer.H[1].Input().Float32s(), c.Transformer.H[1].Output().Float32s()
		for i := range in {
			require.InDelta(t, 2*in[i], out[i], 1e-6)
		}
	}
}

// BenchmarkCache compares a run that caches the outputs of all modules with the
// plain model, and with the same outputs fetched from it one by one.
func BenchmarkCache(b *testing.B) {
	sess := openGPT2(b)
	in := ids(4, 32)
	c, err := probes.CompileEverything(sess)
	require.NoError(b, err)
	defer c.Close()
	plan := c.Plan()
	b.Run("plain", func(b *testing.B) {
		for b.Loop() {
			out, err := sess.RunRaw(ctx, in.NNInputs())
			require.NoError(b, err)
			out[0].Release()
		}
	})
	b.Run("raw outputs", func(b *testing.B) {
		raw, err := sess.Compile(&nn.Plan{Name: "raw", Model: plan.Model, Invokes: plan.Invokes, Taps: plan.Taps, Tensors: plan.Tensors, Mediators: plan.Mediators})
		require.NoError(b, err)
		defer raw.Close()
		for b.Loop() {
			taps, err := raw.Run(ctx, []nn.InvokeInputs{in.NNInputs()}, nil)
			require.NoError(b, err)
			taps.Release()
		}
	})
	b.Run("cache", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			got, err := c.Run(ctx, in)
			require.NoError(b, err)
			got.Release()
		}
	})
	b.Run("cache into", func(b *testing.B) {
		b.ReportAllocs()
		var res probes.EverythingResult
		for b.Loop() {
			require.NoError(b, c.RunInto(ctx, &res, in))
		}
	})
	b.Run("interpreted", func(b *testing.B) {
		for b.Loop() {
			require.NoError(b, sess.Interpret(ctx, in, func(m *gpt2.Model) error { m.Cache(); return nil }))
		}
	})
	runtime.KeepAlive(sess)
}
