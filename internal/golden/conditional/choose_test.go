package conditional_test

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/examples/demo/opticks"
	"github.com/nngen-go/nngen/internal/golden/conditional/probes"
	"github.com/nngen-go/nngen/internal/plan"
	nn "github.com/nngen-go/nngen/runtime"
)

// TestSweep runs one compiled trace, so one session, over all layers.
func TestSweep(t *testing.T) {
	sess := open(t)
	in := inputs(2, 7)
	v := make([]float32, 96)
	for i := range v {
		v[i] = float32(i%7) - 3
	}
	read := newPair(t, sess, probes.ReadLayer, probes.CompileReadLayer)
	steer := newPair(t, sess, probes.SteerLayer, probes.CompileSteerLayer)
	ablate := newPair(t, sess, probes.AblateLayer, probes.CompileAblateLayer)
	weights := newPair(t, sess, probes.Weights, probes.CompileWeights)
	seen := map[string]bool{}
	for layer := range 6 {
		seen[read.same(in, layer)[0]] = true
		seen[steer.same(in, layer, nn.From(v), float32(2))[0]] = true
		weights.same(in, layer)
		for pos := range 3 {
			if layer < 5 {
				seen[ablate.same(in, layer, pos-1, true)[1]] = true
			}
		}
	}
	ablate.same(in, 1, 99, false)
	require.Len(t, seen, 6+6+5*3, "each choice gives another result")
}

func TestPatchSweep(t *testing.T) {
	sess := open(t)
	in := inputs(2, 7)
	patch := newPair(t, sess, probes.PatchLayer, probes.CompilePatchLayer)
	late := newPair(t, sess, probes.FixedLate, probes.CompileFixedLate)
	for src := range 6 {
		for dst := range 6 {
			if src <= dst {
				patch.same(in, src, dst, -1, 2)
				continue
			}
			_, _, errC, errI := patch.run(in, src, dst, 1, 2)
			require.ErrorContains(t, errI, "NN3101") // the read there is late already
			require.ErrorContains(t, errC, "NN3102")
			require.ErrorContains(t, errC, "choose.go:31:")
			require.ErrorContains(t, errC, "line 29")
		}
		if src <= 4 {
			late.same(in, src)
		}
	}
	_, _, errC, errI := late.run(in, 5)
	require.ErrorContains(t, errI, "NN3102")
	require.ErrorContains(t, errC, "NN3102")
}

func TestChoiceOutOfRange(t *testing.T) {
	sess := open(t)
	in := inputs(1, 4)
	read := newPair(t, sess, probes.ReadLayer, probes.CompileReadLayer)
	for _, layer := range []int{6, -1} {
		_, _, errC, errI := read.run(in, layer)
		var c, i *nn.RunError
		require.ErrorAs(t, errI, &i)
		require.ErrorAs(t, errC, &c)
		require.Equal(t, i.Err.Error(), c.Err.Error())
		require.Equal(t, i.Pos.Line, c.Pos.Line)
	}
}

func TestChosenByBranches(t *testing.T) {
	sess := open(t)
	in := inputs(2, 5)
	p := newPair(t, sess, probes.NamedBlock, probes.CompileNamedBlock)
	seen := map[string]bool{}
	for _, name := range []string{"first", "middle", "last"} {
		seen[p.same(in, name, float32(3))[0]] = true
		p.same(in, name, float32(11))
	}
	require.Len(t, seen, 3)
}

// TestPatchAcrossInvokes sweeps layers and positions between two invokes.
func TestPatchAcrossInvokes(t *testing.T) {
	sess := open(t)
	compiled, err := probes.CompilePatchBatch(sess)
	require.NoError(t, err)
	defer compiled.Close()
	clean, corrupt := inputs(1, 6), opticks.Inputs{InputIDs: nn.From([]int64{9, 8, 7, 6, 5, 4}, 1, 6)}
	seen := map[string]bool{}
	for layer := range 6 {
		for _, pos := range []int{0, 3, -1} {
			got, err := compiled.Run(context.Background(), clean, corrupt, layer, pos)
			require.NoError(t, err)
			var want nn.Tensor
			require.NoError(t, sess.InterpretTrace(context.Background(), func(tr *opticks.Trace) error {
				want = probes.PatchBatch(tr, clean, corrupt, layer, pos)
				return nil
			}))
			require.Equal(t, want.Float32s(), got.Float32s(), "layer %d position %d", layer, pos)
			seen[fmt.Sprint(got.Float32s())] = true
		}
	}
	require.Len(t, seen, 6*3)
}

func TestBand(t *testing.T) {
	sess := open(t)
	in := inputs(1, 5)
	p := newPair(t, sess, probes.Band, probes.CompileBand)
	seen := map[string]bool{}
	for lo := range 6 {
		for hi := lo + 1; hi <= 6; hi++ {
			seen[p.same(in, lo, hi, float32(2))[0]] = true
		}
		p.same(in, lo, lo, float32(2))
	}
	require.Len(t, seen, 21)
	for _, b := range [][2]int{{2, 7}, {-1, 2}, {6, 9}, {3, 1}} {
		_, _, errC, errI := p.run(in, b[0], b[1], float32(2))
		if b[0] >= b[1] {
			require.NoError(t, errC)
			continue
		}
		var c, i *nn.RunError
		require.ErrorAs(t, errI, &i)
		require.ErrorAs(t, errC, &c)
		require.Equal(t, i.Err.Error(), c.Err.Error())
	}
}

// TestChosenAsData holds a plan with choices as data: written and read back, run
// without the Go that checks the index, and exported as a plain model.
func TestChosenAsData(t *testing.T) {
	sess := open(t)
	c, err := probes.CompileReadLayer(sess)
	require.NoError(t, err)
	defer c.Close()
	ctx, in := context.Background(), inputs(1, 5)
	var data bytes.Buffer
	require.NoError(t, plan.Encode(&data, c.Plan()))
	p, err := plan.Decode(&data)
	require.NoError(t, err)
	again, err := sess.Compile(p)
	require.NoError(t, err)
	defer again.Close()
	_, err = again.Run(ctx, []nn.InvokeInputs{in.NNInputs()}, []nn.Tensor{nn.Scalar(int64(6))})
	require.ErrorContains(t, err, "layer is 6, but there are 6 modules to choose from")
	path := filepath.Join(t.TempDir(), "read.onnx")
	_, err = again.Export(path)
	require.NoError(t, err)
	raw, err := nn.OpenRaw(path, nn.Optimize(nn.OptimizeBasic), nn.Threads(1))
	require.NoError(t, err)
	defer raw.Close()
	full, err := sess.Complete(in.NNInputs())
	require.NoError(t, err)
	for layer := range 6 {
		want, err := c.Run(ctx, in, layer)
		require.NoError(t, err)
		feed := nn.InvokeInputs{"nngen.arg.layer": nn.Scalar(int64(layer))}
		for name, v := range full {
			feed[name] = v
		}
		out, err := raw.RunRaw(ctx, feed, "nngen.tap.0")
		require.NoError(t, err)
		require.Equal(t, want.Float32s(), out[0].Float32s())
	}
}
