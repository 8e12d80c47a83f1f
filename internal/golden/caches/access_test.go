package caches_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/caches/probes"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama"
	"github.com/nngen-go/nngen/modelspec"
	nn "github.com/nngen-go/nngen/runtime"
)

// renamed opens GPT-2 with aliases, as a spec with rename gives them.
func renamed(t *testing.T, rename map[string][]string) *nn.Session {
	path := model(t, "gpt2")
	spec := golden.NewFixture(t, path).Spec
	spec.Rename = rename
	_, _, errs := modelspec.Aliases(spec)
	require.NoError(t, errs.Err())
	s, err := nn.Open(nn.InfoOf(spec), path, golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func prompt() nn.InvokeInputs {
	return nn.InvokeInputs{"input_ids": nn.From([]int64{5, 9, 2, 7, 1, 3}, 2, 3)}
}

// cacheOf interprets a run with a cache, of which nothing but the cache is asked.
func cacheOf(t *testing.T, s *nn.Session, opts ...nn.CacheOption) (c *gpt2.Cache, block nn.Tensor) {
	require.NoError(t, nn.Interpret(ctx, s, prompt(), func(m *gpt2.Model) error {
		c = nn.NewCache[gpt2.Cache](&m.Envoy, opts...)
		block = m.Transformer.H[0].Output()
		return nil
	}))
	return c, block
}

// TestAccessByAttribute is cache.model.transformer.h[0].output.
func TestAccessByAttribute(t *testing.T) {
	c, block := cacheOf(t, renamed(t, nil))
	near(t, "h.0", block, c.Transformer.H[0].Output(), 0)
	require.Equal(t, "transformer.h.0", c.Transformer.H[0].Path())
}

// TestAccessByPath is cache["model.transformer.h.0"].output, and the same without "model.".
func TestAccessByPath(t *testing.T) {
	c, block := cacheOf(t, renamed(t, nil))
	for _, path := range []string{"transformer.h.0", "model.transformer.h.0"} {
		v, err := c.Get(path)
		require.NoError(t, err)
		near(t, path, block, v.Output(), 0)
	}
	root, err := c.Get("model")
	require.NoError(t, err)
	near(t, "model", c.Output(), root.Output(), 0)
}

// TestAccessByIndex goes into a list of modules by number.
func TestAccessByIndex(t *testing.T) {
	c, block := cacheOf(t, renamed(t, nil))
	list, err := c.Get("transformer.h")
	require.NoError(t, err)
	v, err := list.Index(0)
	require.NoError(t, err)
	near(t, "h[0]", block, v.Output(), 0)
}

// TestAccessRelative looks a path up from a sub-view: cache.model.transformer["h.0"].
func TestAccessRelative(t *testing.T) {
	c, block := cacheOf(t, renamed(t, nil))
	v, err := c.Transformer.Get("h.0")
	require.NoError(t, err)
	near(t, "h.0", block, v.Output(), 0)
	_, err = c.Transformer.H[0].Get("transformer")
	require.ErrorContains(t, err, "NN3146")
}

// TestAccessByAlias finds modules by aliases, anywhere in a path.
func TestAccessByAlias(t *testing.T) {
	s := renamed(t, map[string][]string{"transformer.h": {"layers"}, "transformer.h.0": {"first_layer"}, "attn": {"self_attn"}, "1": {"second_layer"}})
	c, block := cacheOf(t, s)
	for _, path := range []string{"first_layer", "model.first_layer", "layers.0"} {
		v, err := c.Get(path)
		require.NoError(t, err, path)
		near(t, path, block, v.Output(), 0)
	}
	v, err := c.Get("layers.1.self_attn")
	require.NoError(t, err)
	near(t, "self_attn", c.Transformer.H[1].Attn.Output(), v.Output(), 0)
	h, err := c.Get("transformer.h")
	require.NoError(t, err)
	v, err = h.Get("second_layer")
	require.NoError(t, err)
	near(t, "second_layer", c.Transformer.H[1].Output(), v.Output(), 0)

	c, _ = cacheOf(t, s, nn.Modules("layers.1.self_attn", "first_layer"))
	require.Equal(t, []string{"transformer.h.0", "transformer.h.1.attn"}, c.Keys(false))
	require.Equal(t, []string{"first_layer", "layers.second_layer.self_attn"}, c.Keys(true))
	require.Empty(t, c.Transformer.H[1].MLP.Keys(false))
	for _, k := range c.Keys(true) {
		_, err := c.Get(k)
		require.NoError(t, err, k)
	}
}

// TestAccessWhole names exact paths: h.1 is not h.10, and ml not mlp.
func TestAccessWhole(t *testing.T) {
	c, _ := cacheOf(t, renamed(t, nil))
	_, err := c.Get("transformer.h.0.ml")
	require.ErrorContains(t, err, `transformer.h.0 has no module "transformer.h.0.ml"`)
	require.NotContains(t, c.Transformer.H[1].Keys(false), "transformer.h.0")
	for _, k := range c.Transformer.H[1].Keys(false) {
		require.True(t, k == "transformer.h.1" || strings.HasPrefix(k, "transformer.h.1."), k)
	}
}

// TestAccessInputs is cache.….inputs and .input: none unless inputs were kept.
func TestAccessInputs(t *testing.T) {
	s := renamed(t, nil)
	c, _ := cacheOf(t, s)
	require.True(t, c.Transformer.H[1].Input().IsZero())
	require.Empty(t, c.Transformer.H[1].Inputs())
	c, block := cacheOf(t, s, nn.WithInputs())
	near(t, "input", block, c.Transformer.H[1].Input(), 0)
	require.NotEmpty(t, c.Transformer.H[1].Inputs())
	c, _ = cacheOf(t, s, nn.WithInputs(), nn.WithoutOutputs())
	near(t, "input", block, c.Transformer.H[1].Input(), 0)
	e, err := c.Transformer.H[1].Entry()
	require.NoError(t, err)
	require.True(t, e.Output.IsZero())
	require.PanicsWithError(t, panicOf(t, func() { c.Transformer.H[1].Output() }), func() { c.Transformer.H[1].Output() })
}

// panicOf gives the text of the *nn.Error that f panics with.
func panicOf(t *testing.T, f func()) (text string) {
	defer func() {
		e, ok := recover().(*nn.Error)
		require.True(t, ok)
		require.Contains(t, []string{"NN3145", "NN3147", "NN3149"}, e.Code)
		text = e.Error()
	}()
	f()
	return ""
}

// TestAccessAll goes through entries in the order of the run.
func TestAccessAll(t *testing.T) {
	c, _ := cacheOf(t, renamed(t, nil), nn.Modules("lm_head", "transformer.h.1", "transformer.h.0.attn", "transformer.h.0", "transformer.wte"))
	want := []string{"transformer.wte", "transformer.h.0.attn", "transformer.h.0", "transformer.h.1", "lm_head"}
	var paths []string
	for path, e := range c.All() {
		paths = append(paths, path)
		require.False(t, e.Output.IsZero(), path)
	}
	require.Equal(t, want, paths)
	require.Equal(t, want, c.Keys(false))
	require.Equal(t, 5, c.Len())
	require.Equal(t, 3, len(slices.Collect(func(yield func(string) bool) {
		for path := range c.Transformer.All() {
			if strings.HasPrefix(path, "transformer.h") && !yield(path) {
				return
			}
		}
	})))
	require.EqualValues(t, 4*(2*3*48*4+2*3*96), c.Bytes())
	require.EqualValues(t, 4*2*3*48*2, c.Transformer.H[0].Bytes())
}

// TestAccessErrors is the three errors, each of its own.
func TestAccessErrors(t *testing.T) {
	s := renamed(t, nil)
	c, _ := cacheOf(t, s, nn.Modules("transformer.h.0"))
	_, err := c.Get("transformer.nothing")
	require.ErrorContains(t, err, `transformer has no module "transformer.nothing"`)
	require.ErrorContains(t, err, "NN3146")
	_, err = c.Get("transformer.h.1")
	require.ErrorContains(t, err, "nothing of transformer.h.1 is in the cache")
	require.ErrorContains(t, err, "NN3147")
	_, err = c.Get("transformer.h.7")
	require.ErrorContains(t, err, "index 7 is out of range: transformer.h has modules 0 to 1")
	require.ErrorContains(t, err, "NN3148")
	require.Contains(t, panicOf(t, func() { c.LMHead.Output() }), "nothing of lm_head is in the cache")
	c.Release()
	require.Contains(t, panicOf(t, func() { c.Transformer.H[0].Output() }), "NN3147")

	for name, opts := range map[string][]nn.CacheOption{
		"NN3146": {nn.Modules("transformer.h.nine")},
		"NN3144": {nn.WithoutOutputs()},
	} {
		err := nn.Interpret(ctx, s, prompt(), func(m *gpt2.Model) error {
			nn.NewCache[gpt2.Cache](&m.Envoy, opts...)
			return nil
		})
		require.ErrorContains(t, err, name)
		require.ErrorContains(t, err, "access_test.go", "the user's line")
	}
	err = nn.Interpret(ctx, s, prompt(), func(m *gpt2.Model) error {
		nn.NewCache[gpt2.Cache](&m.Envoy, nn.Modules(3))
		return nil
	})
	require.ErrorContains(t, err, "not int")
}

// TestOutOfPlace makes caches too late, and reads them too early.
func TestOutOfPlace(t *testing.T) {
	sess := openLlama(t)
	f := goldens(t, "tracing")
	one := llamaInputs(t, f, "cache_invokes/in0.")
	err := sess.Interpret(ctx, one, func(m *llama.Model) error {
		m.LMHead.Output()
		m.Cache()
		return nil
	})
	require.ErrorContains(t, err, "NN3182")
	err = sess.Interpret(ctx, one, func(m *llama.Model) error {
		m.Cache().LMHead.Output()
		return nil
	})
	require.ErrorContains(t, err, "NN3145")
	err = sess.InterpretTrace(ctx, func(tr *llama.Trace) error {
		tr.Invoke(one, func(*llama.Model) { tr.Cache() })
		tr.Run()
		return nil
	})
	require.ErrorContains(t, err, "NN3182")
	err = sess.InterpretTrace(ctx, func(tr *llama.Trace) error {
		tr.Invoke(one, func(*llama.Model) {})
		tr.Run()
		tr.Cache()
		return nil
	})
	require.ErrorContains(t, err, "NN3182")
	var failed *llama.Cache
	err = sess.Interpret(ctx, one, func(m *llama.Model) error {
		failed = m.Cache()
		m.LMHead.Output()
		panic("stop here")
	})
	require.ErrorContains(t, err, "stop here")
	require.Contains(t, panicOf(t, func() { failed.LMHead.Output() }), "NN3145")
}

// TestOwned keeps values that the invoke's code releases.
func TestOwned(t *testing.T) {
	s := renamed(t, nil)
	var c *gpt2.Cache
	require.NoError(t, nn.Interpret(ctx, s, prompt(), func(m *gpt2.Model) error {
		c = nn.NewCache[gpt2.Cache](&m.Envoy)
		m.Transformer.H[0].Output().Release()
		m.LMHead.Output().Release()
		return nil
	}))
	require.Len(t, c.Transformer.H[0].Output().Float32s(), 2*3*48)
	require.Len(t, c.LMHead.Output().Float32s(), 2*3*96)
}

// TestWholeBatch keeps all rows beside those of an invoke, and is read when the run is over.
func TestWholeBatch(t *testing.T) {
	f, sess := goldens(t, "tracing"), openLlama(t)
	one, two := llamaInputs(t, f, "cache_invokes/in0."), llamaInputs(t, f, "cache_invokes/in1.")
	compiled, err := probes.CompileBoth(sess)
	require.NoError(t, err)
	defer compiled.Close()
	all, mine, sum, last, err := compiled.Run(ctx, one, two)
	require.NoError(t, err)
	require.NoError(t, sess.InterpretTrace(ctx, func(tr *llama.Trace) error {
		a, m, s, l := probes.Both(tr, one, two)
		equal(t, a.CacheView, all.CacheView, 1e-5)
		equal(t, m.CacheView, mine.CacheView, 1e-5)
		near(t, "sum", s, sum, 1e-3)
		near(t, "last", l, last, 1e-5)
		return nil
	}))
	require.Equal(t, 3, all.Model.Norm.Output().Shape()[0])
	require.Equal(t, 1, mine.Model.Layers[1].Input().Shape()[0])
	require.Equal(t, []string{"model.layers.0", "model.layers.1"}, mine.Keys(false))
}
