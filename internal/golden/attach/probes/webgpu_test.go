package probes_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

// TestWebGPUAttachments has the arrays of attachments as weights on a device:
// they go there once, when the session is built.
func TestWebGPUAttachments(t *testing.T) {
	golden.NeedsWebGPU(t)
	sess, err := gpt2.Open(golden.Model(t, "gpt2", "torchscript"), append(golden.Options(), nn.WebGPU())...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	golden.Run(t, "attach", sess, golden.Pick(t, cases(t), "features_relu", "clamp_topk", "ablate", "probe", "lens"))
}
