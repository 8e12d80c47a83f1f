package hooks_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden/hooks"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
)

// logged runs a trace both ways, each with a log of its own as its first
// parameter, and holds the logs against each other too.
func logged(t *testing.T, sess *gpt2.Session, trace, compile any, args ...any) (outcome, []string) {
	t.Helper()
	var logs []*hooks.Log
	o := run(t, sess, trace, compile, func() []any {
		logs = append(logs, &hooks.Log{})
		return append([]any{logs[len(logs)-1]}, args...)
	})
	require.Len(t, logs, 2)
	require.Equal(t, logs[1].Lines, logs[0].Lines, "what the trace told on its way")
	return o, logs[0].Lines
}

func TestOperandsInOrder(t *testing.T) {
	sess := open(t)
	for _, limit := range []float32{0, 1000} {
		_, both := logged(t, sess, hooks.LookBoth, hooks.CompileLookBoth, limit)
		_, either := logged(t, sess, hooks.LookEither, hooks.CompileLookEither, limit)
		require.Equal(t, 3, len(both)+len(either), "one of them looks twice")
	}
	_, order := logged(t, sess, hooks.Difference, hooks.CompileDifference)
	require.Equal(t, []string{"norm 0", "norm 1"}, order)
}

func TestVariablesOfIterations(t *testing.T) {
	sess := open(t)
	_, lines := logged(t, sess, hooks.Fresh, hooks.CompileFresh)
	require.Equal(t, []string{"1", "1"}, lines)
	o, _ := logged(t, sess, hooks.Closures, hooks.CompileClosures)
	require.Len(t, o.results[1], 2)
}

func TestDefers(t *testing.T) {
	sess := open(t)
	_, lines := logged(t, sess, hooks.Recovered, hooks.CompileRecovered, 3)
	require.Len(t, lines, 2)
	o, lines := logged(t, sess, hooks.Recovered, hooks.CompileRecovered, 5000)
	require.Contains(t, lines[1], "recovered: runtime error: index out of range [5000]")
	require.ErrorContains(t, o.err, "index out of range")
	run(t, sess, hooks.Overruled, hooks.CompileOverruled, none)
	for how := range 4 {
		o, lines := logged(t, sess, hooks.Deep, hooks.CompileDeep, how)
		require.Contains(t, lines[len(lines)-1], "last, hot was 1")
		require.Equal(t, how > 0, o.err != nil)
		if how > 1 {
			require.Contains(t, lines, []string{"loop 0 7", "loop 0 4"}[how-2], "deferred calls see the results")
		}
	}
}

func TestCases(t *testing.T) {
	sess := open(t)
	seen := map[string]bool{}
	for _, step := range []float32{1000, 20, 10, 6, 5, 1} {
		_, lines := logged(t, sess, hooks.Cases, hooks.CompileCases, step)
		seen[lines[0][:3]] = true
	}
	require.Len(t, seen, 3)
}

func TestAny(t *testing.T) {
	sess := open(t)
	run(t, sess, hooks.Any, hooks.CompileAny, func() []any { return []any{"x", &hooks.Log{}} })
}
