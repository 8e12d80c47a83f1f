package probes_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2/probes"
	nn "github.com/nngen-go/nngen/runtime"
)

const exporter = "torchscript"

var cases = []golden.Case{
	{Name: "raw", Trace: probes.Raw, Compile: probes.CompileRaw, Results: "logits"},
	{Name: "get", Trace: probes.Get, Compile: probes.CompileGet, Results: "wte ln_1 c_attn attn0 mlp0 h0 h1_in attn1 mlp1 h1 ln_f logits"},
	{Name: "set_block0", Trace: probes.SetBlock0, Compile: probes.CompileSetBlock0, Results: "logits"},
	{Name: "inplace_last", Trace: probes.InplaceLast, Compile: probes.CompileInplaceLast, Results: "logits"},
	{Name: "input_mlp", Trace: probes.InputMLP, Compile: probes.CompileInputMLP, Results: "logits"},
	{Name: "input_block", Trace: probes.InputBlock, Compile: probes.CompileInputBlock, Results: "logits"},
	{Name: "set_mlp", Trace: probes.SetMLP, Compile: probes.CompileSetMLP, Results: "logits"},
	{Name: "set_attn", Trace: probes.SetAttn, Compile: probes.CompileSetAttn, Results: "logits"},
	{Name: "ablate_head", Trace: probes.AblateHead, Compile: probes.CompileAblateHead, Results: "logits"},
	{Name: "steer", Trace: probes.Steer, Compile: probes.CompileSteer, Args: "arg.v arg.alpha", Results: "logits"},
	{Name: "carry", Trace: probes.Carry, Compile: probes.CompileCarry, Results: "logits"},
	{Name: "two_invokes", Trace: probes.TwoInvokes, Compile: probes.CompileTwoInvokes, Results: "h0_0 logits0 logits1"},
	{Name: "patch_barrier", Trace: probes.PatchBarrier, Compile: probes.CompilePatchBarrier, Results: "logits0 logits1"},
	{Name: "wte_barrier", Trace: probes.WteBarrier, Compile: probes.CompileWteBarrier, Results: "wte0 logits0 wte1 logits1"},
	{Name: "call_lens", Trace: probes.CallLens, Compile: probes.CompileCallLens, Results: "lens logits"},
	{Name: "call_block", Trace: probes.CallBlock, Compile: probes.CompileCallBlock, Results: "block h1 logits"},
	{Name: "call_mlp", Trace: probes.CallMLP, Compile: probes.CompileCallMLP, Results: "value logits"},
	{Name: "source_get", Trace: probes.SourceGet, Compile: probes.CompileSourceGet, Results: "query scores pattern mixed tanh"},
	{Name: "source_knock", Trace: probes.SourceKnock, Compile: probes.CompileSourceKnock, Results: "after logits"},
	{Name: "source_act", Trace: probes.SourceAct, Compile: probes.CompileSourceAct, Results: "logits"},
	{Name: "source_input", Trace: probes.SourceInput, Compile: probes.CompileSourceInput, Results: "logits"},
	{Name: "source_invokes", Trace: probes.SourceInvokes, Compile: probes.CompileSourceInvokes, Results: "pattern0 logits0 logits1"},
	{Name: "source_chosen_0", Trace: probes.SourceChosen, Compile: probes.CompileSourceChosen, Args: "arg.layer", Results: "scores after logits"},
	{Name: "source_chosen_act_0", Trace: probes.SourceChosenAct, Compile: probes.CompileSourceChosenAct, Args: "arg.layer", Results: "logits"},
	{Name: "source_chosen_invokes_0", Trace: probes.SourceChosenInvokes, Compile: probes.CompileSourceChosenInvokes, Args: "arg.layer", Results: "pattern0 logits0 logits1"},
	{Name: "source_chosen_1", Trace: probes.SourceChosen, Compile: probes.CompileSourceChosen, Args: "arg.layer", Results: "scores after logits"},
	{Name: "source_chosen_act_1", Trace: probes.SourceChosenAct, Compile: probes.CompileSourceChosenAct, Args: "arg.layer", Results: "logits"},
	{Name: "source_chosen_invokes_1", Trace: probes.SourceChosenInvokes, Compile: probes.CompileSourceChosenInvokes, Args: "arg.layer", Results: "pattern0 logits0 logits1"},
	{Name: "source_chosen_patch", Trace: probes.SourceChosenPatch, Compile: probes.CompileSourceChosenPatch, Args: "arg.src arg.dst", Results: "logits"},
}

// TestGoldens holds compiled = interpreted = reference for every case.
func TestGoldens(t *testing.T) {
	sess, err := gpt2.Open(golden.Model(t, "gpt2", exporter), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	golden.Run(t, "gpt2", sess, cases)
}

// TestGreedy holds the decode loop, plain and steered at each step, against
// transformers' ids, token for token.
func TestGreedy(t *testing.T) {
	sess, err := gpt2.Open(golden.Model(t, "gpt2", exporter), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	golden.Greedy(t, "gpt2", sess, probes.CompileRaw, probes.CompileSteer)
}

// TestWebGPUGoldens runs some of the cases where tensors are not in host memory.
func TestWebGPUGoldens(t *testing.T) {
	golden.NeedsWebGPU(t)
	sess, err := gpt2.Open(golden.Model(t, "gpt2", exporter), append(golden.Options(), nn.WebGPU())...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	golden.Run(t, "gpt2", sess, golden.Pick(t, cases, "set_block0", "steer", "two_invokes", "patch_barrier", "call_lens", "source_knock", "source_chosen_1"))
}
