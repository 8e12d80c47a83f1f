package ends_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/ends"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama"
)

func openLlama(t testing.TB) *llama.Session {
	sess, err := llama.Open(golden.Model(t, "llama", "torchscript"), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	return sess
}

// TestSkip holds skips, compiled and interpreted, against nnsight's.
func TestSkip(t *testing.T) {
	sess := openLlama(t)
	golden.Run(t, "tracing", sess, []golden.Case{
		{Name: "skip_layer", Trace: ends.SkipLayer, Compile: ends.CompileSkipLayer, Results: "h1 logits"},
		{Name: "skip_mlp", Trace: ends.SkipMLP, Compile: ends.CompileSkipMLP, Results: "logits"},
		{Name: "skip_invokes", Trace: ends.SkipInvokes, Compile: ends.CompileSkipInvokes, Results: "logits0 logits1"},
	})
	golden.Run(t, "ends", sess, []golden.Case{
		{Name: "skip_row", Trace: ends.SkipRow, Compile: ends.CompileSkipRow, Args: "arg.v", Results: "logits"},
		{Name: "skip_write", Trace: ends.SkipWrite, Compile: ends.CompileSkipWrite, Args: "arg.v", Results: "h0 logits"},
		{Name: "skip_attn", Trace: ends.SkipAttn, Compile: ends.CompileSkipAttn, Results: "logits"},
		{Name: "skip_rows", Trace: ends.SkipRows, Compile: ends.CompileSkipRows, Results: "logits0 logits1"},
		{Name: "skip_when_on", Trace: ends.SkipWhen, Compile: ends.CompileSkipWhen, Args: "arg.flag", Results: "h0 logits"},
		{Name: "skip_when_off", Trace: ends.SkipWhen, Compile: ends.CompileSkipWhen, Args: "arg.flag", Results: "h0 logits"},
		{Name: "skip_norm_on", Trace: ends.SkipNorm, Compile: ends.CompileSkipNorm, Args: "arg.limit", Results: "logits"},
		{Name: "skip_norm_off", Trace: ends.SkipNorm, Compile: ends.CompileSkipNorm, Args: "arg.limit", Results: "logits"},
		{Name: "skip_chosen_0", Trace: ends.SkipChosen, Compile: ends.CompileSkipChosen, Args: "arg.layer", Results: "h logits"},
		{Name: "skip_chosen_1", Trace: ends.SkipChosen, Compile: ends.CompileSkipChosen, Args: "arg.layer", Results: "h logits"},
		{Name: "skip_chosen_mlp_0", Trace: ends.SkipChosenMLP, Compile: ends.CompileSkipChosenMLP, Args: "arg.layer arg.v", Results: "logits"},
		{Name: "skip_chosen_mlp_1", Trace: ends.SkipChosenMLP, Compile: ends.CompileSkipChosenMLP, Args: "arg.layer arg.v", Results: "logits"},
		{Name: "skip_chosen_invokes_0", Trace: ends.SkipChosenInvokes, Compile: ends.CompileSkipChosenInvokes, Args: "arg.layer", Results: "logits0 logits1"},
		{Name: "skip_chosen_invokes_1", Trace: ends.SkipChosenInvokes, Compile: ends.CompileSkipChosenInvokes, Args: "arg.layer", Results: "logits0 logits1"},
		{Name: "skip_both_on", Trace: ends.SkipBoth, Compile: ends.CompileSkipBoth, Args: "arg.flag arg.v", Results: "logits0 logits1"},
		{Name: "skip_both_off", Trace: ends.SkipBoth, Compile: ends.CompileSkipBoth, Args: "arg.flag arg.v", Results: "logits0 logits1"},
	})
}

func TestSkipGPT2(t *testing.T) {
	sess, err := gpt2.Open(golden.Model(t, "gpt2", "torchscript"), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	golden.Run(t, "tracing", sess, []golden.Case{
		{Name: "gpt2_skip", Trace: ends.SkipGPT2, Compile: ends.CompileSkipGPT2, Results: "logits"},
	})
}
