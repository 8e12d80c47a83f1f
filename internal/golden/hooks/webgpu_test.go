package hooks_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/hooks"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

// TestWebGPUHooks runs Go in mid-run where tensors are not in host memory: what a
// step looks at comes to the host, what it makes goes back, and conditions that
// it decides choose branches on the device.
func TestWebGPUHooks(t *testing.T) {
	golden.NeedsWebGPU(t)
	sess, err := gpt2.Open(golden.Model(t, "gpt2", "torchscript"), append(golden.Options(), nn.WebGPU())...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	golden.Run(t, "hooks", sess, []golden.Case{
		{Name: "branch_over", Trace: hooks.Branch, Compile: hooks.CompileBranch, Args: "arg.limit", Results: "logits side"},
		{Name: "branch_under", Trace: hooks.Branch, Compile: hooks.CompileBranch, Args: "arg.limit", Results: "logits side"},
		{Name: "halve", Trace: hooks.Halve, Compile: hooks.CompileHalve, Args: "arg.limit", Results: "logits halvings"},
		{Name: "largest_out", Trace: hooks.LargestOut, Compile: hooks.CompileLargestOut, Results: "logits"},
	})
}
