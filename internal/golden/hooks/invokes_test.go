package hooks_test

import (
	"context"
	"reflect"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden/hooks"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

// callers are the lines of this file that a run is started on.
var callers = regexp.MustCompile(`invokes_test.go:\d+`)

// several runs a trace of two invokes both ways, where one place after the other
// panics, and holds what it told, its results and its errors against each other.
// It gives the lines of the run in which none does.
func several(t *testing.T, sess *gpt2.Session, trace, compile any, args ...any) []string {
	t.Helper()
	c := compiled(t, sess, compile)
	in1, in2 := prompt(5, 9, 33, 2), prompt(1, 2, 3, 4)
	both := func(place string) []string {
		got, want := &hooks.Log{Fails: place}, &hooks.Log{Fails: place}
		out := outcomeOf(c.MethodByName("Run").Call(values(append([]any{context.Background(), in1, in2, got}, args...))), true)
		var ref outcome
		fn := reflect.ValueOf(trace)
		hasErr := fn.Type().NumOut() > 0 && fn.Type().Out(fn.Type().NumOut()-1) == reflect.TypeFor[error]()
		ref.err = sess.InterpretTrace(context.Background(), func(tr *gpt2.Trace) error {
			ref = outcomeOf(fn.Call(values(append([]any{tr, in1, in2, want}, args...))), hasErr)
			return ref.err
		})
		require.Equal(t, want.Lines, got.Lines, "%s fails", place)
		if ref.err != nil || out.err != nil {
			require.Error(t, ref.err, "%s: compiled: %v", place, out.err)
			require.Error(t, out.err, "%s: interpreted: %v", place, ref.err)
			plain := func(err error) string { return folders.ReplaceAllString(callers.ReplaceAllString(err.Error(), ""), "") }
			require.Equal(t, plain(ref.err), plain(out.err))
			return got.Lines
		}
		require.Equal(t, ref.results, out.results, "%s fails", place)
		return got.Lines
	}
	lines := both("")
	for _, place := range lines {
		both(place)
	}
	return lines
}

// TestDefersOfInvokes: what an invoke defers is done when it is over, or when the
// run is, whoever ended it.
func TestDefersOfInvokes(t *testing.T) {
	sess := open(t)
	for limit, n := range map[float32]int{8: 14, 1e6: 12} {
		lines := several(t, sess, hooks.Closing, hooks.CompileClosing, limit)
		require.Len(t, lines, n, "%q", lines)
	}
}

// TestUnseenRecovery: a deferred function value that recovers ends the run with
// an error, since the other invokes were compiled to go on with what it left.
func TestUnseenRecovery(t *testing.T) {
	sess := open(t)
	c, err := hooks.CompileQuieted(sess)
	require.NoError(t, err)
	defer c.Close()
	calls := 0
	quiet := func() { calls++; _ = recover() }
	var own *nn.Error
	_, err = c.Run(context.Background(), text, prompt(1, 2, 3, 4), &hooks.Log{Fails: "first"}, quiet)
	require.ErrorAs(t, err, &own)
	require.Equal(t, "NN3164", own.Code)
	require.ErrorContains(t, err, "panic in invoke 0: first")
	_, err = c.Run(context.Background(), text, prompt(1, 2, 3, 4), &hooks.Log{Fails: "second"}, quiet)
	require.ErrorContains(t, err, "panic in invoke 1: second")
	require.NotContains(t, err.Error(), "NN3164", "it is another invoke's panic")
	n, err := c.Run(context.Background(), text, prompt(1, 2, 3, 4), &hooks.Log{}, quiet)
	require.NoError(t, err)
	require.NotZero(t, n)
	require.Equal(t, 3, calls)
}

// TestRecoveredRun: the trace function may recover from what ended its run.
func TestRecoveredRun(t *testing.T) {
	sess := open(t)
	lines := several(t, sess, hooks.Reported, hooks.CompileReported, float32(8))
	require.Equal(t, []string{"begun", "first", "second", "second is over", "behind the run"}, lines)
}
