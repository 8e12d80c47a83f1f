package probes_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama"
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama/probes"
)

const exporter = "torchscript"

// TestGoldens holds compiled = interpreted = reference for every case.
func TestGoldens(t *testing.T) {
	sess, err := llama.Open(golden.Model(t, "llama", exporter), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	golden.Run(t, "llama", sess, []golden.Case{
		{Name: "raw_empty", Trace: probes.Raw, Compile: probes.CompileRaw, Results: "logits"},
		{Name: "raw_padded", Trace: probes.Raw, Compile: probes.CompileRaw, Results: "logits"},
		{Name: "get", Trace: probes.Get, Compile: probes.CompileGet, Results: "embed q attn0 mlp0 h0 h1 norm logits"},
		{Name: "set_layer0", Trace: probes.SetLayer0, Compile: probes.CompileSetLayer0, Results: "logits"},
		{Name: "inplace_last", Trace: probes.InplaceLast, Compile: probes.CompileInplaceLast, Results: "logits"},
		{Name: "input_mlp", Trace: probes.InputMLP, Compile: probes.CompileInputMLP, Results: "logits"},
		{Name: "zero_attn", Trace: probes.ZeroAttn, Compile: probes.CompileZeroAttn, Results: "logits"},
		{Name: "steer", Trace: probes.Steer, Compile: probes.CompileSteer, Args: "arg.v arg.alpha", Results: "logits"},
		{Name: "call_lens", Trace: probes.CallLens, Compile: probes.CompileCallLens, Results: "lens mlp logits"},
		{Name: "two_invokes", Trace: probes.TwoInvokes, Compile: probes.CompileTwoInvokes, Results: "h0_0 logits0 logits1"},
		{Name: "patch_barrier", Trace: probes.PatchBarrier, Compile: probes.CompilePatchBarrier, Results: "logits0 logits1"},
		{Name: "source_get", Trace: probes.SourceGet, Compile: probes.CompileSourceGet, Results: "query scores pattern gated"},
		{Name: "source_knock", Trace: probes.SourceKnock, Compile: probes.CompileSourceKnock, Results: "logits"},
		{Name: "source_act", Trace: probes.SourceAct, Compile: probes.CompileSourceAct, Results: "logits"},
	})
}

// TestGreedy holds the decode loop, plain and steered at each step, against
// transformers' ids, token for token.
func TestGreedy(t *testing.T) {
	sess, err := llama.Open(golden.Model(t, "llama", exporter), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	golden.Greedy(t, "llama", sess, probes.CompileRaw, probes.CompileSteer)
}
