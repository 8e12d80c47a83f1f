package probes_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/torchscript/folded"
	"github.com/nngen-go/nngen/internal/golden/torchscript/folded/probes"
	nn "github.com/nngen-go/nngen/runtime"
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

// TestMixed takes rows in other ways than reads and writes: a call of a module, an
// edit under a condition, and a cache give what the goldens have.
func TestMixed(t *testing.T) {
	ctx := context.Background()
	sess, err := folded.Open(golden.Model(t, "folded", "torchscript"), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	f, err := golden.Open("folded")
	require.NoError(t, err)
	same := func(name string, got nn.Tensor) {
		t.Helper()
		want, err := f.Array(name)
		require.NoError(t, err)
		require.NoError(t, want.Compare(got), name)
	}
	var in [3]folded.Inputs
	for i, name := range []string{"steps/in0.x", "steps/in1.x", "steps/in2.x"} {
		x, err := f.Array(name)
		require.NoError(t, err)
		in[i] = folded.Inputs{X: nn.From(x.Floats, x.Shape...)}
	}
	mixed := func(h0, out0, out1, flat1, h2, out2 nn.Tensor, err error) {
		t.Helper()
		require.NoError(t, err)
		for i, got := range []nn.Tensor{h0, out0, out1, flat1, h2, out2} {
			same("steps/"+[]string{"h0", "out0", "out1", "flat1", "h2", "out2"}[i], got)
		}
	}
	m, err := probes.CompileMixed(sess)
	require.NoError(t, err)
	defer m.Close()
	mixed(m.Run(ctx, in[0], in[1], in[2], 3))
	var h0, out0, out1, flat1, h2, out2 nn.Tensor
	err = sess.InterpretTrace(ctx, func(tr *folded.Trace) error {
		h0, out0, out1, flat1, h2, out2 = probes.Mixed(tr, in[0], in[1], in[2], 3)
		return nil
	})
	mixed(h0, out0, out1, flat1, h2, out2, err)

	cached := func(seen *folded.Cache, err error) {
		t.Helper()
		require.NoError(t, err)
		same("tokens/h0", seen.Tokens.Output())
		same("steps/h0", seen.Steps.Output())
		same("guide/h0", seen.Guide.Output())
		same("twice/h0", seen.Twice.Output())
	}
	c, err := probes.CompileCached(sess)
	require.NoError(t, err)
	defer c.Close()
	cached(c.Run(ctx, in[2], in[0]))
	var seen *folded.Cache
	err = sess.InterpretTrace(ctx, func(tr *folded.Trace) error {
		seen = probes.Cached(tr, in[2], in[0])
		return nil
	})
	cached(seen, err)
}
