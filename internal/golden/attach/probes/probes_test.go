package probes_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/attach/probes"
	"github.com/nngen-go/nngen/internal/golden/attach/toys"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
	"github.com/nngen-go/nngen/runtime/serve"
)

// load reads an attachment from testdata/attach.
func load[T any](t *testing.T, f func(string) (*T, error), name string) *T {
	root, err := golden.Root()
	require.NoError(t, err)
	a, err := f(filepath.Join(root, "testdata", "attach", name))
	require.NoError(t, err)
	return a
}

func cases(t *testing.T) []golden.Case {
	sae, scope := load(t, toys.LoadToySAE, "toysae.safetensors"), load(t, toys.LoadScope, "scope.npz")
	topk, constant := load(t, toys.LoadTopk, "topk.safetensors"), load(t, toys.LoadConstant, "constant.safetensors")
	direction, lens := load(t, toys.LoadDirection, "direction.npy"), load(t, toys.LoadLens, "lens.safetensors")
	probe := load(t, toys.LoadProbe, "probe.safetensors")
	with := func(a any) []any { return []any{a} }
	clamp := "arg.feature arg.value"
	return []golden.Case{
		{Name: "features_relu", Trace: probes.FeaturesRelu, Compile: probes.CompileFeaturesRelu, Attached: with(sae), Results: "f reconstruction"},
		{Name: "features_jump", Trace: probes.FeaturesJump, Compile: probes.CompileFeaturesJump, Attached: with(scope), Results: "f reconstruction"},
		{Name: "features_topk", Trace: probes.FeaturesTopK, Compile: probes.CompileFeaturesTopK, Attached: with(topk), Results: "f reconstruction"},
		{Name: "features_constant", Trace: probes.FeaturesConstant, Compile: probes.CompileFeaturesConstant, Attached: with(constant), Results: "f reconstruction"},
		{Name: "clamp_relu", Trace: probes.ClampRelu, Compile: probes.CompileClampRelu, Attached: with(sae), Args: clamp, Results: "logits"},
		{Name: "clamp_jump", Trace: probes.ClampJump, Compile: probes.CompileClampJump, Attached: with(scope), Args: clamp, Results: "logits"},
		{Name: "clamp_topk", Trace: probes.ClampTopK, Compile: probes.CompileClampTopK, Attached: with(topk), Args: clamp, Results: "logits"},
		{Name: "clamp_constant", Trace: probes.ClampConstant, Compile: probes.CompileClampConstant, Attached: with(constant), Args: clamp, Results: "logits"},
		{Name: "replace", Trace: probes.Replace, Compile: probes.CompileReplace, Attached: with(sae), Results: "logits"},
		{Name: "steer", Trace: probes.Steer, Compile: probes.CompileSteer, Attached: with(direction), Args: "arg.alpha", Results: "logits"},
		{Name: "ablate", Trace: probes.Ablate, Compile: probes.CompileAblate, Attached: with(direction), Results: "far logits"},
		{Name: "probe", Trace: probes.Probe, Compile: probes.CompileProbe, Attached: with(probe), Results: "score"},
		{Name: "heads", Trace: probes.Heads, Compile: probes.CompileHeads, Attached: with(probe), Args: "arg.mask arg.alpha", Results: "scores mean max last top2 top4 rolling peak ema"},
		{Name: "lens", Trace: probes.Lens, Compile: probes.CompileLens, Attached: with(lens), Results: "guess"},
	}
}

// TestGoldens holds compiled = interpreted = PyTorch for every kind of attachment.
func TestGoldens(t *testing.T) {
	sess, err := gpt2.Open(golden.Model(t, "gpt2", "torchscript"), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	golden.Run(t, "attach", sess, cases(t))
}

// TestCompileRefuses holds what an attachment has to be when the trace is compiled.
func TestCompileRefuses(t *testing.T) {
	sess, err := gpt2.Open(golden.Model(t, "gpt2", "torchscript"), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	_, err = probes.CompileReplace(sess, nil)
	require.ErrorContains(t, err, "sae is nil: load it first")
	require.ErrorContains(t, err, "NN3180")
	_, err = probes.CompileReplace(sess, &toys.ToySAE{})
	require.ErrorContains(t, err, "sae.WEnc is not set")
	sae := load(t, toys.LoadToySAE, "toysae.safetensors")
	sae.BDec = sae.BEnc
	_, err = probes.CompileReplace(sess, sae)
	require.ErrorContains(t, err, "sae.BDec is float32 [64], but the trace was compiled for float32 [48]")
	sae = load(t, toys.LoadToySAE, "toysae.safetensors")
	sae.WDec.Release()
	_, err = probes.CompileReplace(sess, sae)
	require.ErrorContains(t, err, "was released")
}

// TestRemote sends attachments along with the traces that use them.
func TestRemote(t *testing.T) {
	held, err := gpt2.Open(golden.Model(t, "gpt2", "torchscript"), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, held.Close()) })
	far, err := gpt2.Open(golden.Served(t, held.Session, serve.Options{}))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, far.Close()) })
	golden.RunCompiled(t, "attach", far, cases(t))
	_, err = probes.CompileReplace(far, &toys.ToySAE{})
	require.ErrorContains(t, err, "sae.WEnc is not set")

	sae := load(t, toys.LoadToySAE, "toysae.safetensors")
	small, err := gpt2.Open(golden.Served(t, held.Session, serve.Options{MaxPlan: 20 << 10}))
	require.NoError(t, err)
	defer small.Close()
	_, err = probes.CompileReplace(small, sae)
	require.ErrorContains(t, err, "more data than the limit")
}

// TestWrittenPlan: a plan that was written and read back is given its arrays by
// their names, and refused without them and by another model.
func TestWrittenPlan(t *testing.T) {
	sess, err := gpt2.Open(golden.Model(t, "gpt2", "torchscript"), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	sae := load(t, toys.LoadToySAE, "toysae.safetensors")
	c, err := probes.CompileReplace(sess, sae)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	var file bytes.Buffer
	require.NoError(t, nn.WritePlan(&file, c.Plan()))
	text := file.String()
	plan, err := nn.ReadPlan(&file)
	require.NoError(t, err)

	_, err = sess.Compile(plan)
	require.ErrorContains(t, err, "NN3180")
	arrays := map[string]nn.Tensor{"sae.WEnc": sae.WEnc, "sae.BEnc": sae.BEnc, "sae.WDec": sae.WDec, "sae.BDec": sae.BEnc}
	_, err = sess.Compile(plan, nn.Arrays(arrays))
	require.ErrorContains(t, err, "sae.BDec is float32 [64]")
	arrays["sae.BDec"] = sae.BDec
	again, err := sess.Compile(plan, nn.Arrays(arrays))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, again.Close()) })
	in := gpt2.Inputs{InputIDs: nn.From([]int64{3, 17, 5, 40, 2, 9}, 2, 3)}
	want, err := c.Run(t.Context(), in)
	require.NoError(t, err)
	got, err := again.Run(t.Context(), []nn.InvokeInputs{in.NNInputs()}, nil)
	require.NoError(t, err)
	require.Equal(t, want.Float32s(), got.Tensor(0).Float32s())

	other, err := nn.ReadPlan(strings.NewReader(strings.Replace(text, plan.Model, "sha256:0", 1)))
	require.NoError(t, err)
	_, err = sess.Compile(other, nn.Arrays(arrays))
	require.ErrorContains(t, err, "NN3192")
	_, err = nn.ReadPlan(strings.NewReader(strings.Replace(text, `"version": 1`, `"version": 99`, 1)))
	require.ErrorContains(t, err, "use a newer nngen")
}
