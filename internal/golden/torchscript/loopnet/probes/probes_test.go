package probes_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/torchscript/loopnet"
	"github.com/nngen-go/nngen/internal/golden/torchscript/loopnet/probes"
)

const exporter = "torchscript"

// TestGoldens holds compiled = interpreted = reference for every case.
func TestGoldens(t *testing.T) {
	sess, err := loopnet.Open(golden.Model(t, "loopnet", exporter), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	golden.Run(t, "loopnet", sess, []golden.Case{
		{Name: "raw", Trace: probes.Raw, Compile: probes.CompileRaw, Results: "out"},
		{Name: "get_first", Trace: probes.GetFirst, Compile: probes.CompileGetFirst, Results: "block"},
		{Name: "set_first", Trace: probes.SetFirst, Compile: probes.CompileSetFirst, Results: "out"},
		{Name: "visits", Trace: probes.Visits, Compile: probes.CompileVisits, Results: "fc block"},
		{Name: "set_fourth", Trace: probes.SetFourth, Compile: probes.CompileSetFourth, Results: "out"},
		{Name: "set_all", Trace: probes.SetAll, Compile: probes.CompileSetAll, Results: "out"},
	})
}
