package probes_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/torchscript/twolinear"
	"github.com/nngen-go/nngen/internal/golden/torchscript/twolinear/probes"
	nn "github.com/nngen-go/nngen/runtime"
)

const exporter = "torchscript"

var cases = []golden.Case{
	{Name: "raw", Trace: probes.Raw, Compile: probes.CompileRaw, Results: "out"},
	{Name: "get_fc1", Trace: probes.GetFc1, Compile: probes.CompileGetFc1, Results: "x fc1 relu out"},
	{Name: "set_fc1", Trace: probes.SetFc1, Compile: probes.CompileSetFc1, Results: "out"},
	{Name: "inplace", Trace: probes.Inplace, Compile: probes.CompileInplace, Results: "after out"},
	{Name: "input_edit", Trace: probes.InputEdit, Compile: probes.CompileInputEdit, Results: "fc2_in out"},
	{Name: "two_invokes", Trace: probes.TwoInvokes, Compile: probes.CompileTwoInvokes, Results: "fc1_0 out0 fc1_1 out1"},
	{Name: "patch_barrier", Trace: probes.PatchBarrier, Compile: probes.CompilePatchBarrier, Results: "out0 out1"},
	{Name: "call", Trace: probes.Call, Compile: probes.CompileCall, Results: "value out"},
	{Name: "params", Trace: probes.Params, Compile: probes.CompileParams, Args: "arg.scale arg.shift", Results: "out"},
}

// TestGoldens holds compiled = interpreted = reference for every case.
func TestGoldens(t *testing.T) {
	sess, err := twolinear.Open(golden.Model(t, "twolinear", exporter), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	golden.Run(t, "twolinear", sess, cases)
}

// TestWebGPUGoldens runs some of the cases where tensors are not in host memory.
func TestWebGPUGoldens(t *testing.T) {
	golden.NeedsWebGPU(t)
	sess, err := twolinear.Open(golden.Model(t, "twolinear", exporter), append(golden.Options(), nn.WebGPU())...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	golden.Run(t, "twolinear", sess, golden.Pick(t, cases, "get_fc1", "set_fc1", "two_invokes", "patch_barrier", "call"))
}
