package caches_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/caches/probes"
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama"
	nn "github.com/nngen-go/nngen/runtime"
	"github.com/nngen-go/nngen/runtime/serve"
)

// TestRemote fills caches on a model that another process holds, by a run and
// by a decode loop.
func TestRemote(t *testing.T) {
	near := openLlama(t)
	far, err := llama.Open(golden.Served(t, near.Session, serve.Options{}))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, far.Close()) })
	f := goldens(t, "tracing")
	in := llama.Inputs{InputIDs: tensor(t, f, "cache_generate/in.input_ids"), AttentionMask: tensor(t, f, "cache_generate/in.attention_mask")}
	var runs, loops [2]*llama.Cache
	var told [2][][]int64
	for i, s := range []*llama.Session{near, far} {
		c, err := probes.CompileHead(s)
		require.NoError(t, err)
		defer c.Close()
		runs[i], err = c.Run(ctx, in)
		require.NoError(t, err)
		var res probes.HeadResult
		for range 2 { // a second loop begins anew
			told[i], err = c.GenerateInto(ctx, &res, in, nn.MaxNewTokens(5))
			require.NoError(t, err)
		}
		loops[i] = res.C
		require.Len(t, res.C.LMHead.Entries(), 5)
		ids, err := c.Generate(ctx, in, nn.MaxNewTokens(5)) // which keeps nothing
		require.NoError(t, err)
		require.Equal(t, told[i], ids)
	}
	require.Equal(t, told[0], told[1])
	equal(t, runs[0].CacheView, runs[1].CacheView, 0)
	equal(t, loops[0].CacheView, loops[1].CacheView, 0)
}
