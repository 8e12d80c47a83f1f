// Package caches_test holds caches, interpreted and compiled, to what nnsight
// and PyTorch gave.
package caches_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/caches/probes"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama"
	"github.com/nngen-go/nngen/internal/golden/torchscript/loopnet"
	nn "github.com/nngen-go/nngen/runtime"
)

var ctx = context.Background()

// model is the path of a fixture's file.
func model(t testing.TB, net string) string {
	root, err := golden.Root()
	require.NoError(t, err)
	return filepath.Join(root, "testdata", "models", net, "torchscript.onnx")
}

func openLlama(t testing.TB) *llama.Session {
	s, err := llama.Open(model(t, "llama"), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func openGPT2(t testing.TB) *gpt2.Session {
	s, err := gpt2.Open(model(t, "gpt2"), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// goldens are the arrays of the tracing cases.
func goldens(t testing.TB, net string) *golden.File {
	f, err := golden.Open(net)
	require.NoError(t, err)
	return f
}

func array(t testing.TB, f *golden.File, name string) golden.Array {
	a, err := f.Array(name)
	require.NoError(t, err)
	return a
}

func tensor(t testing.TB, f *golden.File, name string) nn.Tensor {
	a := array(t, f, name)
	if a.Ints != nil {
		return nn.From(a.Ints, a.Shape...)
	}
	return nn.From(a.Floats, a.Shape...)
}

func same(t testing.TB, f *golden.File, name string, got nn.Tensor) {
	t.Helper()
	require.NoError(t, array(t, f, name).Compare(got), name)
}

func llamaInputs(t testing.TB, f *golden.File, prefix string) llama.Inputs {
	return llama.Inputs{
		InputIDs: tensor(t, f, prefix+"input_ids"), AttentionMask: tensor(t, f, prefix+"attention_mask"), PositionIDs: tensor(t, f, prefix+"position_ids"),
	}
}

// equal compares two caches entry by entry: the same modules in the same order,
// with the same values.
func equal(t testing.TB, a, b nn.CacheView, tolerance float64) {
	t.Helper()
	require.Equal(t, a.Keys(false), b.Keys(false))
	type item struct {
		path string
		e    nn.Entry
	}
	list := func(v nn.CacheView) (out []item) {
		for path, e := range v.All() {
			out = append(out, item{path, e})
		}
		return out
	}
	x, y := list(a), list(b)
	require.Len(t, y, len(x))
	for i := range x {
		require.Equal(t, x[i].path, y[i].path)
		require.Len(t, y[i].e.Outputs, len(x[i].e.Outputs), x[i].path)
		require.Len(t, y[i].e.Inputs, len(x[i].e.Inputs), x[i].path)
		pairs := [][2]nn.Tensor{{x[i].e.Output, y[i].e.Output}, {x[i].e.Input(), y[i].e.Input()}}
		for k := range x[i].e.Outputs {
			pairs = append(pairs, [2]nn.Tensor{x[i].e.Outputs[k], y[i].e.Outputs[k]})
		}
		for k := range x[i].e.Inputs {
			pairs = append(pairs, [2]nn.Tensor{x[i].e.Inputs[k], y[i].e.Inputs[k]})
		}
		for _, p := range pairs {
			near(t, x[i].path, p[0], p[1], tolerance)
		}
	}
}

func near(t testing.TB, what string, a, b nn.Tensor, tolerance float64) {
	t.Helper()
	require.Equal(t, a.IsZero(), b.IsZero(), what)
	if a.IsZero() {
		return
	}
	require.Equal(t, a.Shape(), b.Shape(), what)
	require.Equal(t, a.DType(), b.DType(), what)
	u, v := a.Cast(nn.Float32).Float32s(), b.Cast(nn.Float32).Float32s()
	for i := range u {
		require.InDelta(t, u[i], v[i], tolerance, "%s, element %d", what, i)
	}
}

// TestCache is a cache of named modules with their inputs, under an edit.
func TestCache(t *testing.T) {
	f, sess := goldens(t, "tracing"), openLlama(t)
	in := llamaInputs(t, f, "cache/in.")
	compiled, err := probes.CompileKept(sess)
	require.NoError(t, err)
	defer compiled.Close()
	got, err := compiled.Run(ctx, in)
	require.NoError(t, err)
	var live *llama.Cache
	require.NoError(t, sess.Interpret(ctx, in, func(m *llama.Model) error {
		live = probes.Kept(m)
		return nil
	}))
	for _, c := range []*llama.Cache{live, got} {
		same(t, f, "cache/layers.0.output", c.Model.Layers[0].Output())
		same(t, f, "cache/layers.0.input", c.Model.Layers[0].Input())
		same(t, f, "cache/layers.1.mlp.output", c.Model.Layers[1].MLP.Output())
		same(t, f, "cache/layers.1.mlp.input", c.Model.Layers[1].MLP.Input())
		same(t, f, "cache/lm_head.output", c.LMHead.Output())
		require.Equal(t, []string{"model.layers.0", "model.layers.1.mlp", "lm_head"}, c.Keys(false))
		require.Equal(t, 3, c.Len())
	}
	equal(t, live.CacheView, got.CacheView, 1e-5)
	live.Release()
	got.Release()
}

// TestCacheInvokes caches the rows of invokes, and all.
func TestCacheInvokes(t *testing.T) {
	f, sess := goldens(t, "tracing"), openLlama(t)
	one, two := llamaInputs(t, f, "cache_invokes/in0."), llamaInputs(t, f, "cache_invokes/in1.")
	compiled, err := probes.CompileInvokes(sess)
	require.NoError(t, err)
	defer compiled.Close()
	var live, got [3]*llama.Cache
	got[0], got[1], got[2], err = compiled.Run(ctx, one, two)
	require.NoError(t, err)
	require.NoError(t, sess.InterpretTrace(ctx, func(tr *llama.Trace) error {
		live[0], live[1], live[2] = probes.Invokes(tr, one, two)
		return nil
	}))
	for _, list := range [][3]*llama.Cache{live, got} {
		for i, name := range []string{"a", "b", "c"} {
			out := list[i].Model.Layers[0].Output()
			if name == "b" {
				require.Equal(t, nn.Float16, out.DType())
				out = out.Cast(nn.Float32)
			}
			same(t, f, "cache_invokes/"+name, out)
		}
	}
	for i := range got {
		equal(t, live[i].CacheView, got[i].CacheView, 2e-3)
	}
}

// TestCacheGenerate has an entry for each decoding step.
func TestCacheGenerate(t *testing.T) {
	f := goldens(t, "tracing")
	sess := openLlama(t)
	in := llama.Inputs{InputIDs: tensor(t, f, "cache_generate/in.input_ids"), AttentionMask: tensor(t, f, "cache_generate/in.attention_mask")}
	compiled, err := probes.CompileHead(sess)
	require.NoError(t, err)
	defer compiled.Close()
	var res probes.HeadResult
	var live *llama.Cache
	for range 2 { // a second loop begins anew
		ids, err := compiled.GenerateInto(ctx, &res, in, nn.MaxNewTokens(5))
		require.NoError(t, err)
		again, err := sess.InterpretGenerate(ctx, in, func(m *llama.Model) error {
			live = probes.Head(m)
			return nil
		}, nn.MaxNewTokens(5))
		require.NoError(t, err)
		require.Equal(t, ids, again)
		want := array(t, f, "cache_generate/ids")
		for r, row := range ids {
			require.Equal(t, want.Ints[r*5:r*5+5], row[len(row)-5:])
		}
	}
	for _, c := range []*llama.Cache{live, res.C} {
		entries := c.LMHead.Entries()
		require.Len(t, entries, 5)
		for n, e := range entries {
			last := e.Output.At(nn.All, nn.RangeFrom(-1))
			same(t, f, "cache_generate/logits_"+string(rune('0'+n)), last)
		}
		_, err := c.LMHead.Entry()
		require.ErrorContains(t, err, "NN3149")
		require.ErrorContains(t, err, "called 5 times")
		require.Panics(t, func() { c.LMHead.Output() })
	}
	equal(t, live.CacheView, res.C.CacheView, 1e-5)
	kept, err := compiled.Run(ctx, in)
	require.NoError(t, err)
	require.Len(t, kept.LMHead.Entries(), 1)
}

// TestGPT2Cache is a cache of all modules.
func TestGPT2Cache(t *testing.T) {
	f, sess := goldens(t, "tracing"), openGPT2(t)
	in := gpt2.Inputs{InputIDs: tensor(t, f, "gpt2_cache/in.input_ids")}
	compiled, err := probes.CompileEverything(sess)
	require.NoError(t, err)
	defer compiled.Close()
	got, err := compiled.Run(ctx, in)
	require.NoError(t, err)
	var live *gpt2.Cache
	require.NoError(t, sess.Interpret(ctx, in, func(m *gpt2.Model) error {
		live = probes.Everything(m)
		return nil
	}))
	for _, c := range []*gpt2.Cache{live, got} {
		for path, view := range map[string]nn.CacheView{
			"transformer.h.0": c.Transformer.H[0].CacheView, "transformer.h.1.attn": c.Transformer.H[1].Attn.CacheView,
			"transformer.h.1.mlp": c.Transformer.H[1].MLP.CacheView, "transformer.ln_f": c.Transformer.LnF.CacheView, "lm_head": c.LMHead.CacheView,
		} {
			same(t, f, "gpt2_cache/"+path, view.Output())
			found, err := c.Get(path)
			require.NoError(t, err)
			same(t, f, "gpt2_cache/"+path, found.Output())
		}
	}
	equal(t, live.CacheView, got.CacheView, 1e-5)
}

// TestCalls has an entry for each call of a module that is called several times.
func TestCalls(t *testing.T) {
	f := goldens(t, "loopnet")
	sess, err := loopnet.Open(model(t, "loopnet"), golden.Options()...)
	require.NoError(t, err)
	defer sess.Close()
	in := loopnet.Inputs{X: tensor(t, f, "visits/in.x")}
	compiled, err := probes.CompileCalls(sess)
	require.NoError(t, err)
	defer compiled.Close()
	got, err := compiled.Run(ctx, in)
	require.NoError(t, err)
	var live *loopnet.Cache
	require.NoError(t, sess.Interpret(ctx, in, func(m *loopnet.Model) error {
		live = probes.Calls(m)
		return nil
	}))
	want := array(t, f, "visits/block")
	for _, c := range []*loopnet.Cache{live, got} {
		entries := c.Block.Entries()
		require.Len(t, entries, 5)
		var all []float32
		for i, e := range entries {
			all = append(all, e.Output.Float32s()...)
			if i > 0 {
				near(t, "input", entries[i-1].Output, e.Input(), 1e-6)
			}
		}
		require.InDeltaSlice(t, want.Floats, all, 1e-5)
		require.Len(t, c.Block.Fc.Entries(), 5)
	}
	equal(t, live.CacheView, got.CacheView, 1e-6)
}
