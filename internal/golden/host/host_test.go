package host_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/host"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

func open(t *testing.T) (*gpt2.Session, gpt2.Inputs) {
	sess, err := gpt2.Open(golden.Model(t, "gpt2", "torchscript"), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	return sess, gpt2.Inputs{InputIDs: nn.From([]int64{5, 9, 33, 2}, 1, 4)}
}

func TestHot(t *testing.T) {
	sess, in := open(t)
	compiled, err := host.CompileHot(sess)
	require.NoError(t, err)
	defer compiled.Close()
	seen := map[int]bool{}
	for _, limit := range []float32{0, 5, 10, 15, 20, 25, 30, 40, 1000} {
		hot, names, err := compiled.Run(context.Background(), in, limit)
		ierr := sess.Interpret(context.Background(), in, func(m *gpt2.Model) error {
			wantHot, wantNames, err := host.Hot(m, limit)
			if err == nil { // the results of a failed run are nobody's
				require.Equal(t, wantHot, hot)
				require.Equal(t, wantNames, names)
			}
			return err
		})
		require.Equal(t, ierr, err)
		seen[hot] = true
	}
	require.Greater(t, len(seen), 1, "the limits tell nothing apart")
}

func TestEntropy(t *testing.T) {
	sess, in := open(t)
	compiled, err := host.CompileEntropy(sess)
	require.NoError(t, err)
	defer compiled.Close()
	last := -1.0
	for _, temperature := range []float64{0, 0.5, 3} {
		bits, err := compiled.Run(context.Background(), in, temperature)
		require.NoError(t, err)
		require.NoError(t, sess.Interpret(context.Background(), in, func(m *gpt2.Model) error {
			require.InDelta(t, host.Entropy(m, temperature), bits, 1e-4)
			return nil
		}))
		require.NotEqual(t, last, bits, "damping does nothing")
		last = bits
	}
}

// TestPanic: a panic of the user's Go is an error that names the user's line.
func TestPanic(t *testing.T) {
	sess, in := open(t)
	compiled, err := host.CompilePick(sess)
	require.NoError(t, err)
	defer compiled.Close()
	_, err = compiled.Run(context.Background(), in, 3)
	require.NoError(t, err)
	_, err = compiled.Run(context.Background(), in, 5000)
	var got, want *nn.RunError
	require.ErrorAs(t, err, &got)
	ierr := sess.Interpret(context.Background(), in, func(m *gpt2.Model) error {
		host.Pick(m, 5000)
		return nil
	})
	require.ErrorAs(t, ierr, &want)
	require.Equal(t, want.Pos.Line, got.Pos.Line)
	require.Equal(t, want.Err.Error(), got.Err.Error())
	require.Contains(t, got.Pos.Filename, "host.go")
	_, err = compiled.Run(context.Background(), in, 3)
	require.NoError(t, err, "the plan goes on working")
}

// TestErrorsNameTheCaller: what is wrong with a run's inputs is said at the line
// that gave them, not in generated code.
func TestErrorsNameTheCaller(t *testing.T) {
	sess, _ := open(t)
	compiled, err := host.CompilePick(sess)
	require.NoError(t, err)
	defer compiled.Close()
	_, err = compiled.Run(context.Background(), gpt2.Inputs{InputIDs: nn.From([]float32{1, 2}, 1, 2)}, 0)
	var e *nn.Error
	require.ErrorAs(t, err, &e)
	require.Contains(t, e.Pos.Filename, "host_test.go")
}
