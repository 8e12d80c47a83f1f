package probes_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/torchscript/bert"
	"github.com/nngen-go/nngen/internal/golden/torchscript/bert/probes"
)

const exporter = "torchscript"

// TestGoldens holds compiled = interpreted = reference for every case.
func TestGoldens(t *testing.T) {
	sess, err := bert.Open(golden.Model(t, "bert", exporter), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	golden.Run(t, "bert", sess, []golden.Case{
		{Name: "raw", Trace: probes.Raw, Compile: probes.CompileRaw, Results: "last_hidden_state pooler_output"},
		{Name: "get", Trace: probes.Get, Compile: probes.CompileGet, Results: "embeddings self0 attn0 mid0 layer0 layer1 pooler"},
		{Name: "set_attention", Trace: probes.SetAttention, Compile: probes.CompileSetAttention, Results: "last_hidden_state pooler_output"},
		{Name: "input_edit", Trace: probes.InputEdit, Compile: probes.CompileInputEdit, Results: "last_hidden_state pooler_output"},
		{Name: "inplace_first", Trace: probes.InplaceFirst, Compile: probes.CompileInplaceFirst, Results: "last_hidden_state pooler_output"},
		{Name: "two_invokes", Trace: probes.TwoInvokes, Compile: probes.CompileTwoInvokes, Results: "layer0_0 pooler0 pooler1"},
		{Name: "call_pooler", Trace: probes.CallPooler, Compile: probes.CompileCallPooler, Results: "early pooler_output"},
	})
}
