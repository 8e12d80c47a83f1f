package probes_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/torchscript/looplm"
	"github.com/nngen-go/nngen/internal/golden/torchscript/looplm/probes"
)

// TestGoldens holds compiled = interpreted = reference for every case.
func TestGoldens(t *testing.T) {
	sess, err := looplm.Open(golden.Model(t, "looplm", "torchscript"), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	golden.Run(t, "looplm", sess, []golden.Case{
		{Name: "raw", Trace: probes.Raw, Compile: probes.CompileRaw, Results: "logits"},
		{Name: "visits", Trace: probes.Visits, Compile: probes.CompileVisits, Results: "h_0 h_1 h_2"},
		{Name: "set_second", Trace: probes.SetSecond, Compile: probes.CompileSetSecond, Results: "logits"},
	})
}
