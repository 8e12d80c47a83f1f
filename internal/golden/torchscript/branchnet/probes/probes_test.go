package probes_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/torchscript/branchnet"
	"github.com/nngen-go/nngen/internal/golden/torchscript/branchnet/probes"
)

const exporter = "torchscript"

// TestGoldens holds compiled = interpreted = reference for every case.
func TestGoldens(t *testing.T) {
	sess, err := branchnet.Open(golden.Model(t, "branchnet", exporter), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	golden.Run(t, "branchnet", sess, []golden.Case{
		{Name: "raw_left", Trace: probes.Raw, Compile: probes.CompileRaw, Results: "out"},
		{Name: "raw_right", Trace: probes.Raw, Compile: probes.CompileRaw, Results: "out"},
		{Name: "get_left", Trace: probes.Get, Compile: probes.CompileGet, Results: "stem fork out"},
		{Name: "get_right", Trace: probes.Get, Compile: probes.CompileGet, Results: "stem fork out"},
		{Name: "set_fork_left", Trace: probes.SetFork, Compile: probes.CompileSetFork, Results: "out"},
		{Name: "set_fork_right", Trace: probes.SetFork, Compile: probes.CompileSetFork, Results: "out"},
	})
}
