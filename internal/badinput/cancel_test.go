package badinput

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
	nn "github.com/nngen-go/nngen/runtime"
	"github.com/nngen-go/nngen/runtime/ort"
)

// slow is a chain of matrix products: each node takes milliseconds, all of them
// a good part of a second.
func slow(t *testing.T) *golden.Fixture {
	const n, steps = 512, 80
	g := &onnx.Graph{
		Name: "slow", Inputs: []*onnx.ValueInfo{value("x", tensor.Float32, n, n)}, Outputs: []*onnx.ValueInfo{value("y", tensor.Float32, n, n)},
		Initializers: []*onnx.Tensor{weight(t, "w", tensor.Float32, n, n)},
	}
	h := "x"
	for i := range steps {
		block, next := fmt.Sprintf("/h.%d", i/20), fmt.Sprint("t", i)
		if i == steps-1 {
			next = "y"
		}
		g.Nodes = append(g.Nodes, onnx.NewNode("MatMul", fmt.Sprintf("%s/MatMul_%d", block, i%20), []string{h, "w"}, []string{next}))
		h = next
	}
	return golden.NewFixture(t, write(t, t.TempDir(), "slow.onnx", newModel(g)))
}

// settled waits until no more goroutines and onnxruntime objects are there than before.
func settled(t *testing.T, goroutines int, objects int64) {
	t.Helper()
	for range 500 {
		runtime.GC()
		if runtime.NumGoroutine() <= goroutines && ort.LiveObjects() <= objects {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), goroutines, "goroutines are left")
	require.LessOrEqual(t, ort.LiveObjects(), objects, "objects of onnxruntime are left")
}

// TestCancelledRuns cancels each way to run before it starts and in its midst:
// it ends with the context's error long before the run would, the session works
// on, nothing is left.
func TestCancelledRuns(t *testing.T) {
	f := slow(t)
	s := f.Open(t)
	in := nn.InvokeInputs{"x": nn.Zeros(nn.Float32, 512, 512)}
	c, err := s.Compile(tap(f))
	require.NoError(t, err)
	ways := map[string]func(ctx context.Context) error{
		"raw": func(ctx context.Context) error {
			out, err := s.RunRaw(ctx, in)
			for _, x := range out {
				x.Release()
			}
			return err
		},
		"compiled": func(ctx context.Context) error {
			taps, err := c.Run(ctx, []nn.InvokeInputs{in}, nil)
			taps.Release()
			return err
		},
		"interpreted": func(ctx context.Context) error {
			return nn.Interpret(ctx, s, in, func(m *golden.Points) error {
				for i := range 4 {
					e, err := m.Get(fmt.Sprint("h.", i))
					if err != nil {
						return err
					}
					e.SetOutput(e.Output())
				}
				m.Output()
				return nil
			})
		},
	}
	for name, run := range ways {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, run(ctx))
			start := time.Now()
			require.NoError(t, run(ctx))
			whole := time.Since(start)
			settled(t, runtime.NumGoroutine(), 1<<40)
			goroutines, objects := runtime.NumGoroutine(), ort.LiveObjects()

			cancelled, cancel := context.WithCancel(ctx)
			cancel()
			start = time.Now()
			require.ErrorIs(t, run(cancelled), context.Canceled)
			require.Less(t, time.Since(start), whole/4, "it ran although it was cancelled before")

			for _, part := range []time.Duration{10, 4, 3} {
				late := cancelIn(t, run, whole/part)
				require.Less(t, late, whole/4, "it went on for long after it was cancelled")
			}
			deadline, cancel := context.WithTimeout(ctx, whole/16)
			require.ErrorIs(t, run(deadline), context.DeadlineExceeded)
			cancel()

			require.NoError(t, run(ctx), "the session works on")
			settled(t, goroutines, objects)
		})
	}
}

// cancelIn cancels a run after some time and tells how long it went on after
// that, the shortest of a few tries: the machine may be busy with other things.
func cancelIn(t *testing.T, run func(context.Context) error, at time.Duration) time.Duration {
	t.Helper()
	best, hits := time.Hour, 0
	for try := 0; try < 12 && hits < 2; try++ {
		late, cancel := context.WithCancel(ctx)
		var ended time.Time
		fired := make(chan struct{})
		timer := time.AfterFunc(at, func() { ended = time.Now(); cancel(); close(fired) })
		err := run(late)
		after := time.Now()
		if timer.Stop() {
			cancel()
			at /= 2 // it was faster than before
			continue
		}
		<-fired
		if err == nil && after.Sub(ended) < time.Millisecond {
			at /= 2 // it was as good as done
			continue
		}
		require.ErrorIs(t, err, context.Canceled)
		best, hits = min(best, after.Sub(ended)), hits+1
	}
	require.NotZero(t, hits, "the run was never cancelled in its midst")
	return best
}

// TestCancelledInACall cancels in the midst of an invoke's own code, while it
// waits for nothing: the next point ends it.
func TestCancelledInACall(t *testing.T) {
	f := fixture(t, "gpt2", "torchscript")
	s := f.Open(t)
	late, cancel := context.WithCancel(ctx)
	reached := false
	err := nn.Interpret(late, s, f.Inputs(t), func(m *golden.Points) error {
		h, err := m.Get("transformer.h.0")
		if err != nil {
			return err
		}
		h.Output()
		cancel()
		m.Output()
		reached = true
		return nil
	})
	require.ErrorIs(t, err, context.Canceled)
	require.False(t, reached)
	require.NoError(t, nn.Interpret(ctx, s, f.Inputs(t), func(m *golden.Points) error { m.Output(); return nil }))
}
