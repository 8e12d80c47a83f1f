package caches_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden/caches/probes"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

// TestWrittenPlan: caches of a plan that was written and read back are looked up
// by the paths of the model that it is compiled for, and by that session's aliases.
func TestWrittenPlan(t *testing.T) {
	c, err := probes.CompileEverything(openGPT2(t))
	require.NoError(t, err)
	defer c.Close()
	want, err := c.Run(ctx, ids(2, 5))
	require.NoError(t, err)
	var file bytes.Buffer
	require.NoError(t, nn.WritePlan(&file, c.Plan()))
	plan, err := nn.ReadPlan(&file)
	require.NoError(t, err)
	again, err := renamed(t, map[string][]string{"transformer.h": {"layers"}}).Compile(plan)
	require.NoError(t, err)
	defer again.Close()
	got := nn.CacheOf[gpt2.Cache](again, 0, nil)
	require.NoError(t, again.RunInto(ctx, []nn.InvokeInputs{ids(2, 5).NNInputs()}, nil, nn.Caching(again, nil, got)...))
	require.Equal(t, want.Keys(false), got.Keys(false))
	require.NotEqual(t, got.Keys(false), got.Keys(true))
	equal(t, want.CacheView, got.CacheView, 0)
	layer, err := got.Get("layers.1")
	require.NoError(t, err)
	require.Equal(t, want.Transformer.H[1].Output().Float32s(), layer.Output().Float32s())
}
