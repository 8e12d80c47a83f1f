package probes_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/torchscript/cnn"
	"github.com/nngen-go/nngen/internal/golden/torchscript/cnn/probes"
)

const exporter = "torchscript"

// TestGoldens holds compiled = interpreted = reference for every case.
func TestGoldens(t *testing.T) {
	sess, err := cnn.Open(golden.Model(t, "cnn", exporter), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	golden.Run(t, "cnn", sess, []golden.Case{
		{Name: "raw", Trace: probes.Raw, Compile: probes.CompileRaw, Results: "out"},
		{Name: "get_bn1", Trace: probes.GetBn1, Compile: probes.CompileGetBn1, Results: "conv1 bn1 relu2 pool out"},
		{Name: "ablate_channel", Trace: probes.AblateChannel, Compile: probes.CompileAblateChannel, Results: "out"},
		{Name: "set_bn2", Trace: probes.SetBn2, Compile: probes.CompileSetBn2, Results: "out"},
		{Name: "two_invokes", Trace: probes.TwoInvokes, Compile: probes.CompileTwoInvokes, Results: "relu1_0 out0 out1"},
	})
}
