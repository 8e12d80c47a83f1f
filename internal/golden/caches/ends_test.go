package caches_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/caches/probes"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

// TestStopped has what the run came to.
func TestStopped(t *testing.T) {
	sess := openGPT2(t)
	compiled, err := probes.CompileStopped(sess)
	require.NoError(t, err)
	defer compiled.Close()
	got, err := compiled.Run(ctx, ids(2, 5))
	require.NoError(t, err)
	var live *gpt2.Cache
	require.NoError(t, sess.Interpret(ctx, ids(2, 5), func(m *gpt2.Model) error {
		live = probes.Stopped(m)
		return nil
	}))
	equal(t, live.CacheView, got.CacheView, 1e-5)
	for _, c := range []*gpt2.Cache{live, got} {
		keys := c.Keys(false)
		require.Contains(t, keys, "transformer.h.0")
		require.Contains(t, keys, "transformer.h.0.attn.c_attn")
		require.False(t, slices.ContainsFunc(keys, func(k string) bool { return len(k) > 14 && k[:15] == "transformer.h.1" }))
		require.NotContains(t, keys, "lm_head")
	}
}

// TestEdited keeps what edits of the session have made of values.
func TestEdited(t *testing.T) {
	plain := openGPT2(t)
	sess, err := gpt2.Open(model(t, "gpt2"), append(golden.Options(), nn.WithEdits(probes.EditQuiet()))...)
	require.NoError(t, err)
	defer sess.Close()
	var got, live [2]*gpt2.Cache
	for i, s := range []*gpt2.Session{plain, sess} {
		compiled, err := probes.CompileEverything(s)
		require.NoError(t, err)
		defer compiled.Close()
		got[i], err = compiled.Run(ctx, ids(2, 5))
		require.NoError(t, err)
		require.NoError(t, s.Interpret(ctx, ids(2, 5), func(m *gpt2.Model) error {
			live[i] = probes.Everything(m)
			return nil
		}))
		equal(t, live[i].CacheView, got[i].CacheView, 1e-5)
	}
	a, b := got[0].Transformer.H[0].Output().Float32s(), got[1].Transformer.H[0].Output().Float32s()
	for i := range a {
		require.InDelta(t, 0.5*a[i], b[i], 1e-6)
	}
}

// TestVisits adds an entry at each step also where the code goes on from step to
// step by itself.
func TestVisits(t *testing.T) {
	sess := openGPT2(t)
	var c *gpt2.Cache
	var last []nn.Tensor
	got, err := sess.InterpretGenerate(ctx, ids(1, 4), func(m *gpt2.Model) error {
		c = m.Cache(nn.Modules(m.LMHead))
		for range m.Iter(nn.Range(1, 3)) {
			m.LMHead.SetOutput(m.LMHead.Output().Neg())
			last = append(last, m.LMHead.Output())
		}
		return nil
	}, nn.MaxNewTokens(4))
	require.NoError(t, err)
	require.Len(t, got[0], 8)
	entries := c.LMHead.Entries()
	require.Len(t, entries, 4)
	for i, x := range last {
		require.Equal(t, x.Float32s(), entries[1+i].Output.Float32s(), "what the step wrote")
	}
}
