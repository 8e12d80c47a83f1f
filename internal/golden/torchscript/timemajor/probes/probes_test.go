package probes_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/torchscript/timemajor"
	"github.com/nngen-go/nngen/internal/golden/torchscript/timemajor/probes"
)

// TestGoldens holds compiled = interpreted = reference: rows are found by the
// symbol that numbers them, on whichever axis it is.
func TestGoldens(t *testing.T) {
	sess, err := timemajor.Open(golden.Model(t, "timemajor", "torchscript"), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	golden.Run(t, "timemajor", sess, []golden.Case{
		{Name: "raw", Trace: probes.Raw, Compile: probes.CompileRaw, Results: "out"},
		{Name: "three_invokes", Trace: probes.ThreeInvokes, Compile: probes.CompileThreeInvokes, Results: "h0 out0 out1 h2 out2"},
		{Name: "patch", Trace: probes.Patch, Compile: probes.CompilePatch, Results: "out0 out1"},
	})
}
