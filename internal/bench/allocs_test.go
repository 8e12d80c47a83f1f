//go:build !race

// The race detector makes sync.Pool drop what it is given, so that allocations
// can be counted without it only.

package bench

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/hooks"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2/probes"
	nn "github.com/nngen-go/nngen/runtime"
)

// TestRunIntoAllocatesNothing: a trace that runs again with the same shapes, into
// tensors that it has written before, allocates nothing in Go.
func TestRunIntoAllocatesNothing(t *testing.T) {
	sess, err := gpt2.Open(golden.Model(t, "gpt2", "torchscript"), nn.Threads(1))
	require.NoError(t, err)
	defer sess.Close()
	in := gpt2.Inputs{InputIDs: nn.From([]int64{1, 2, 3, 4}, 1, 4)}

	steer, err := probes.CompileSteer(sess)
	require.NoError(t, err)
	ins, args := []nn.InvokeInputs{in.NNInputs()}, []nn.Tensor{nn.Zeros(nn.Float32, 48), nn.Scalar(float32(2))}
	plain, err := sess.Compile(steer.Plan())
	require.NoError(t, err)
	var out nn.Tensor
	require.Zero(t, testing.AllocsPerRun(100, func() { require.NoError(t, plain.RunInto(ctx, ins, args, &out)) }))

	get, err := probes.CompileGet(sess)
	require.NoError(t, err)
	var res probes.GetResult
	require.Zero(t, testing.AllocsPerRun(100, func() { require.NoError(t, get.RunInto(ctx, &res, in)) }), "generated")
}

// TestHooksAllocateNothing: neither a hook nor the frame of a run allocates in
// Go; what a hook carries over is copied in place.
func TestHooksAllocateNothing(t *testing.T) {
	sess, err := gpt2.Open(golden.Model(t, "gpt2", "torchscript"), nn.Threads(1))
	require.NoError(t, err)
	defer sess.Close()
	require.Zero(t, testing.AllocsPerRun(100, chainedRun(t, sess, 20)), "20 hooks")

	c, err := hooks.CompileNormed(sess)
	require.NoError(t, err)
	defer c.Close()
	in := gpt2.Inputs{InputIDs: nn.From([]int64{1, 2, 3, 4}, 1, 4)}
	var res hooks.NormedResult
	require.Zero(t, testing.AllocsPerRun(100, func() { require.NoError(t, c.RunInto(ctx, &res, in, 1)) }), "generated")
}
