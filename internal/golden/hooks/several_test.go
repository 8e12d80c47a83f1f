package hooks_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden/hooks"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

// TestPanicsOfInvokes: a panic says in which invoke and on which line it was,
// wherever the code runs: before the model, in mid-run or after.
func TestPanicsOfInvokes(t *testing.T) {
	sess, ctx := open(t), context.Background()
	c, err := hooks.CompileSeveral(sess)
	require.NoError(t, err)
	defer c.Close()
	seen := map[int]int{}
	places := map[string]bool{}
	for n := range 10 {
		at := make([]int, n)
		_, _, got := c.Run(ctx, text, prompt(1, 2, 3, 4), at, 0)
		want := sess.InterpretTrace(ctx, func(tr *gpt2.Trace) error {
			hooks.Several(tr, text, prompt(1, 2, 3, 4), at, 0)
			return nil
		})
		if n == 9 {
			require.NoError(t, want)
			require.NoError(t, got)
			continue
		}
		var run, inter *nn.RunError
		require.True(t, errors.As(got, &run), "%v", got)
		require.True(t, errors.As(want, &inter), "%v", want)
		require.Equal(t, inter.Invoke, run.Invoke)
		require.Equal(t, filepath.Base(inter.Pos.Filename), filepath.Base(run.Pos.Filename))
		require.Equal(t, inter.Pos.Line, run.Pos.Line, "%v", got)
		require.EqualError(t, run.Err, inter.Err.Error())
		seen[run.Invoke]++
		places[run.Pos.String()] = true
	}
	require.Equal(t, map[int]int{-1: 3, 0: 1, 1: 5}, seen)
	require.Len(t, places, 7)
}
