package hooks_test

import (
	"context"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden/hooks"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
)

func TestLimit(t *testing.T) {
	sess := open(t)
	seen := map[any]bool{}
	for _, max := range []float32{1, 5, 10, 13, 15, 20, 30, 1000} {
		o := run(t, sess, hooks.Limit, hooks.CompileLimit, with(max))
		seen[o.results[1]] = true
	}
	require.Greater(t, len(seen), 1, "the limits tell nothing apart")
}

// TestUntil: a return in mid-run ends the edits, and its results are the ones.
func TestUntil(t *testing.T) {
	sess := open(t)
	seen := map[any]bool{}
	for _, limit := range []float32{0, 5, 10, 13, 15, 20, 30, 1000} {
		o := run(t, sess, hooks.Until, hooks.CompileUntil, with(limit))
		seen[o.results[1]] = true
	}
	require.Greater(t, len(seen), 1, "the limits tell nothing apart")
}

func TestNested(t *testing.T) {
	sess := open(t)
	for _, limit := range []float32{0.5, 1000} {
		logged(t, sess, hooks.Nested, hooks.CompileNested, limit)
	}
}

// TestExchange: the Go of several invokes runs in the order of service.
func TestExchange(t *testing.T) {
	sess := open(t)
	c := compiled(t, sess, hooks.CompileExchange)
	a, b := prompt(5, 9, 33, 2), prompt(1, 2, 3, 4)
	mine, theirs := &hooks.Log{}, &hooks.Log{}
	got := outcomeOf(c.MethodByName("Run").Call(values([]any{context.Background(), mine, a, b})), true)
	require.NoError(t, got.err)
	var want outcome
	require.NoError(t, sess.InterpretTrace(context.Background(), func(t *gpt2.Trace) error {
		want = outcomeOf(reflect.ValueOf(hooks.Exchange).Call(values([]any{t, theirs, a, b})), false)
		return nil
	}))
	require.Equal(t, theirs.Lines, mine.Lines)
	for i := range want.results {
		require.InDeltaSlice(t, want.results[i], got.results[i], 1e-5)
	}
}
