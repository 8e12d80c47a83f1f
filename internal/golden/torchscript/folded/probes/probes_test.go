package probes_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/torchscript/folded"
	"github.com/nngen-go/nngen/internal/golden/torchscript/folded/probes"
)

// TestGoldens holds compiled = interpreted = reference: the rows of an invoke are
// found where they share an axis with tokens, steps or copies, in both orders, and
// in each leaf of a tree of outputs.
func TestGoldens(t *testing.T) {
	sess, err := folded.Open(golden.Model(t, "folded", "torchscript"), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	const three, patched = "h0 out0 out1 flat1 h2 out2", "out0 out1 flat1"
	golden.Run(t, "folded", sess, []golden.Case{
		{Name: "raw", Trace: probes.Raw, Compile: probes.CompileRaw, Results: "out flat"},
		{Name: "tokens", Trace: probes.Tokens, Compile: probes.CompileTokens, Results: three},
		{Name: "steps", Trace: probes.Steps, Compile: probes.CompileSteps, Results: three},
		{Name: "guide", Trace: probes.Guide, Compile: probes.CompileGuide, Results: three},
		{Name: "twice", Trace: probes.Twice, Compile: probes.CompileTwice, Results: three},
		{Name: "patch_tokens", Trace: probes.PatchTokens, Compile: probes.CompilePatchTokens, Results: patched},
		{Name: "patch_steps", Trace: probes.PatchSteps, Compile: probes.CompilePatchSteps, Results: patched},
		{Name: "patch_guide", Trace: probes.PatchGuide, Compile: probes.CompilePatchGuide, Results: patched},
		{Name: "patch_twice", Trace: probes.PatchTwice, Compile: probes.CompilePatchTwice, Results: patched},
		{Name: "nest", Trace: probes.Nest, Compile: probes.CompileNest, Results: "mean0 steps0 half0 tokens0 both0 out0 mean1 steps1 half1 tokens1 both1 out1 out2"},
		{Name: "leaves", Trace: probes.Leaves, Compile: probes.CompileLeaves, Results: "out0 flat0 out1 flat1 out2 flat2"},
	})
}
