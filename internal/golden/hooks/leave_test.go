package hooks_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden/hooks"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

// TestGoexitInAStep: code that ends its goroutine in mid-run ends the run as an
// error, compiled as interpreted, and leaves no goroutine and no thread behind.
func TestGoexitInAStep(t *testing.T) {
	sess, ctx := open(t), context.Background()
	c, err := hooks.CompileLeft(sess)
	require.NoError(t, err)
	defer c.Close()
	stay := func(float32) {}
	want, err := c.Run(ctx, text, &hooks.Log{}, stay)
	require.NoError(t, err)
	both := func(leave func(float32)) {
		var logs [2]hooks.Log
		_, compiled := c.Run(ctx, text, &logs[0], leave)
		interpreted := sess.Interpret(ctx, text, func(m *gpt2.Model) error {
			hooks.Left(m, &logs[1], leave)
			return nil
		})
		for _, err := range []error{compiled, interpreted} {
			var run *nn.RunError
			require.True(t, errors.As(err, &run), "%v", err)
			require.Equal(t, 0, run.Invoke)
			require.ErrorContains(t, err, "leave_test.go")
			require.ErrorContains(t, err, "ended its goroutine")
		}
		require.Equal(t, []string{"deferred"}, logs[1].Lines)
		require.Equal(t, logs[1].Lines, logs[0].Lines)
	}
	before := runtime.NumGoroutine()
	for range 20 {
		both(func(float32) { runtime.Goexit() })
	}
	got, err := c.Run(ctx, text, &hooks.Log{}, stay)
	require.NoError(t, err)
	require.Equal(t, want.Float32s(), got.Float32s())
	for end := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), before)
}

// TestFailNowInAStep: a test that fails in mid-run fails, and goes on behind the run.
func TestFailNowInAStep(t *testing.T) {
	sess, ctx := open(t), context.Background()
	c, err := hooks.CompileLeft(sess)
	require.NoError(t, err)
	defer c.Close()
	fake := &failing{}
	_, err = c.Run(ctx, text, &hooks.Log{}, func(n float32) { require.Less(fake, n, float32(0)) })
	require.ErrorContains(t, err, "ended its goroutine")
	require.Equal(t, 1, fake.failed)
}

// failing fails as a testing.T does.
type failing struct{ failed int }

func (f *failing) Errorf(string, ...any) {}
func (f *failing) FailNow()              { f.failed++; runtime.Goexit() }

// TestLeavingAtOnce: runs whose code leaves and runs that go on share a session.
func TestLeavingAtOnce(t *testing.T) {
	sess, ctx := open(t), context.Background()
	c, err := hooks.CompileLeft(sess)
	require.NoError(t, err)
	defer c.Close()
	want, err := c.Run(ctx, text, &hooks.Log{}, func(float32) {})
	require.NoError(t, err)
	var all sync.WaitGroup
	for g := range 32 {
		all.Go(func() {
			for i := range 8 {
				leave := func(float32) {}
				if (g+i)%3 == 0 {
					leave = func(float32) { runtime.Goexit() }
				}
				got, err := c.Run(ctx, text, &hooks.Log{}, leave)
				if (g+i)%3 == 0 {
					if err == nil {
						t.Error("an end of the goroutine is no error")
					}
					continue
				}
				if err != nil || !equal(want.Float32s(), got.Float32s()) {
					t.Errorf("goroutine %d, run %d: %v", g, i, err)
				}
			}
		})
	}
	all.Wait()
}
