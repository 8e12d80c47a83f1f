package gpt2sweep_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/conditional/gpt2sweep"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
	_ "github.com/nngen-go/nngen/runtime/ort"
)

func open(t *testing.T) *gpt2.Session {
	sess, err := gpt2.Open(golden.Model(t, "gpt2", "torchscript"), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	return sess
}

func ids(t *testing.T, f *golden.File, name string) gpt2.Inputs {
	a, err := f.Array(name)
	require.NoError(t, err)
	return gpt2.Inputs{InputIDs: nn.From(a.Ints, a.Shape...)}
}

// TestPatchSweep holds every cell of a sweep, which one compiled trace serves,
// against nnsight; positions count from the end too.
func TestPatchSweep(t *testing.T) {
	f, err := golden.Open("gpt2")
	require.NoError(t, err)
	want, err := f.Array("patch_sweep/sweep")
	require.NoError(t, err)
	sess := open(t)
	patch, err := gpt2sweep.CompilePatch(sess)
	require.NoError(t, err)
	defer patch.Close()
	clean, corrupt := ids(t, f, "patch_sweep/in0.input_ids"), ids(t, f, "patch_sweep/in1.input_ids")
	cell := 6 * 96
	for layer := range 2 {
		for pos := range 6 {
			at := (layer*6 + pos) * cell
			part := golden.Array{Shape: []int{1, 6, 96}, Floats: want.Floats[at : at+cell]}
			for _, p := range []int{pos, pos - 6} {
				got, err := patch.Run(context.Background(), clean, corrupt, layer, p)
				require.NoError(t, err)
				require.NoError(t, part.Compare(got), "layer %d position %d", layer, p)
			}
			var got nn.Tensor
			require.NoError(t, sess.InterpretTrace(context.Background(), func(tr *gpt2.Trace) error {
				got = gpt2sweep.Patch(tr, clean, corrupt, layer, pos)
				return nil
			}))
			require.NoError(t, part.Compare(got), "interpreted: layer %d position %d", layer, pos)
		}
	}
	for _, pos := range []int{6, -7} {
		_, err = patch.Run(context.Background(), clean, corrupt, 1, pos)
		require.ErrorContains(t, err, "a position is outside its axis", "position %d", pos)
		err = sess.InterpretTrace(context.Background(), func(tr *gpt2.Trace) error {
			gpt2sweep.Patch(tr, clean, corrupt, 1, pos)
			return nil
		})
		require.ErrorContains(t, err, "axis", "interpreted: position %d", pos)
	}
}

// TestRowsOfTheirOwn steers each row at its own position with its own vector.
func TestRowsOfTheirOwn(t *testing.T) {
	sess := open(t)
	steer, err := gpt2sweep.CompileSteer(sess)
	require.NoError(t, err)
	defer steer.Close()
	in := gpt2.Inputs{InputIDs: nn.From([]int64{1, 2, 3, 4, 5, 6, 7, 8}, 2, 4)}
	v := make([]float32, 2*48)
	for i := range v {
		v[i] = float32(i%5) - 2
	}
	vec, strength := nn.From(v, 2, 48), nn.From([]float32{1, 3}, 2, 1)
	rows, pos := nn.From([]int64{0, 1}), nn.From([]int64{1, -1})
	seen := map[string]bool{}
	for layer := range 2 {
		got, err := steer.Run(context.Background(), in, layer, vec, strength, rows, pos)
		require.NoError(t, err)
		var want nn.Tensor
		require.NoError(t, sess.Interpret(context.Background(), in, func(m *gpt2.Model) error {
			want = gpt2sweep.Steer(m, layer, vec, strength, rows, pos)
			return nil
		}))
		require.Equal(t, want.Float32s(), got.Float32s())
		seen[fmt.Sprint(got.Float32s())] = true
	}
	require.Len(t, seen, 2)
	_, err = steer.Run(context.Background(), in, 1, nn.From(v[:48], 1, 48), strength, rows, pos)
	require.ErrorContains(t, err, "parameter v of Steer is float32 [1, 48], but the trace takes float32 [batch, 48] (batch is 2 here)")
	_, err = steer.Run(context.Background(), in, 1, vec, strength, rows, nn.From([]int64{0, 1, 2}))
	require.ErrorContains(t, err, "batch is 2 here")
}
