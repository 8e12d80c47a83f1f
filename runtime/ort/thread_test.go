package ort

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/runtime/backend"
)

// mediator is a coroutine that hooks resume: it doubles what each hook shows it
// with a session of its own, from within, and hands the result back.
type mediator struct {
	at     *backend.HookCall
	seen   []int64
	ended  bool
	next   func() (error, bool)
	stop   func()
	inside backend.Session
}

func (m *mediator) body(yield func(error) bool) {
	defer func() { m.ended = true }()
	for m.at != nil {
		m.seen = append(m.seen, m.at.ID)
		if !yield(m.serve()) {
			return
		}
	}
}

func (m *mediator) serve() error {
	b, err := m.at.Inputs[0].Bytes()
	if err != nil {
		return err
	}
	_ = b
	out, err := m.inside.Run(ctx, map[string]backend.Value{"x": m.at.Inputs[0]}, []string{"y"}, backend.RunOptions{})
	if err != nil {
		return err
	}
	defer out[0].Release()
	data, err := out[0].Bytes()
	if err != nil {
		return err
	}
	return m.at.SetOutput(0, out[0].Shape(), data)
}

// trace runs the six hooks of s under a mediator, which is begun before and ended
// after the run; stopAt ends the run early by an error of the hook.
func (m *mediator) trace(b backend.Backend, s backend.Session, x backend.Value, stopAt int64) ([]float32, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	b.OnThread(func() { m.next, m.stop = iter.Pull(iter.Seq[error](m.body)) })
	defer b.OnThread(func() { m.stop() })
	out, err := s.Run(ctx, map[string]backend.Value{"x": x}, []string{"y"}, backend.RunOptions{Hook: func(c *backend.HookCall) error {
		if c.ID == stopAt {
			return errStop
		}
		m.at = c
		err, ok := m.next()
		if !ok {
			return errors.New("the mediator is over")
		}
		return err
	}})
	if err != nil {
		return nil, err
	}
	defer out[0].Release()
	data, err := out[0].Bytes()
	if err != nil {
		return nil, err
	}
	return append([]float32(nil), floats(data)...), nil
}

func TestCoroutinesAcrossHooks(t *testing.T) {
	leakCheck(t)
	b := engineFor(t)
	s, inside := openGraph(t, chain(6)), openGraph(t, twice())
	before := runtime.NumGoroutine()
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			x := floatValue(t, []int64{1, 2}, 1, float32(g))
			defer x.Release()
			for i := range 50 {
				m := &mediator{inside: inside}
				stopAt := int64(-1)
				if i%3 == 2 {
					stopAt = 4
				}
				y, err := m.trace(b, s, x, stopAt)
				if stopAt >= 0 {
					if !errors.Is(err, errStop) || len(m.seen) != 4 {
						t.Errorf("stopped trace: %v, %v", m.seen, err)
					}
				} else if err != nil || len(m.seen) != 6 || y[0] != 127 || y[1] != 127*float32(g) { // h → 2h + x, six times
					t.Errorf("trace: %v %v %v", m.seen, y, err)
				}
				if !m.ended {
					t.Error("the coroutine was not ended")
				}
			}
		})
	}
	wg.Wait()
	settled(t, before)
}

// settled waits until no more goroutines than before are there.
func settled(t *testing.T, before int) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before; time.Sleep(10 * time.Millisecond) {
		require.True(t, time.Now().Before(end), "%d goroutines, %d before", runtime.NumGoroutine(), before)
	}
}

func TestOnThreadPanics(t *testing.T) {
	b := engineFor(t)
	require.PanicsWithValue(t, "boom", func() { b.OnThread(func() { panic("boom") }) })
	ran := false
	b.OnThread(func() { b.OnThread(func() { ran = true }) })
	require.True(t, ran)
}

// slow is a chain of matrix products that takes long enough to be cancelled in.
func slow(n int) *onnx.Graph {
	g := &onnx.Graph{
		Inputs:  []*onnx.ValueInfo{info("x", tensor.Float32, 512, 512)},
		Outputs: []*onnx.ValueInfo{info("y", tensor.Float32, 512, 512)},
	}
	h := "x"
	for i := range n {
		next := fmt.Sprint("h", i)
		if i == n-1 {
			next = "y"
		}
		g.Nodes = append(g.Nodes, onnx.NewNode("MatMul", "", []string{h, "x"}, []string{next}))
		h = next
	}
	return g
}

func TestCancel(t *testing.T) {
	leakCheck(t)
	s := openGraph(t, slow(150))
	x := floatValue(t, []int64{512, 512}, make([]float32, 512*512)...)
	defer x.Release()
	in := map[string]backend.Value{"x": x}
	start := time.Now()
	out, err := s.Run(ctx, in, []string{"y"}, backend.RunOptions{})
	require.NoError(t, err)
	out[0].Release()
	whole := time.Since(start)
	before := runtime.NumGoroutine()

	c, cancel := context.WithCancel(ctx)
	time.AfterFunc(whole/8, cancel)
	start = time.Now()
	_, err = s.Run(c, in, []string{"y"}, backend.RunOptions{})
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, time.Since(start), whole*3/4, "the run went on after its context was cancelled")

	_, err = s.Run(c, in, []string{"y"}, backend.RunOptions{})
	require.ErrorIs(t, err, context.Canceled)

	deadline, done := context.WithTimeout(ctx, whole/8)
	defer done()
	_, err = s.Run(deadline, in, []string{"y"}, backend.RunOptions{})
	require.ErrorIs(t, err, context.DeadlineExceeded)

	free, stop := context.WithCancel(ctx)
	defer stop()
	out, err = s.Run(free, in, []string{"y"}, backend.RunOptions{})
	require.NoError(t, err, "the next run is not touched")
	out[0].Release()
	settled(t, before)
}

func TestCloseFromAHook(t *testing.T) {
	leakCheck(t)
	s, err := engineFor(t).NewSession(ctx, &backend.Graph{Model: build(t, chain(2))}, backend.SessionOptions{})
	require.NoError(t, err)
	x := floatValue(t, []int64{1, 2}, 1, 2)
	defer x.Release()
	out, err := s.Run(ctx, map[string]backend.Value{"x": x}, []string{"y"}, backend.RunOptions{Hook: func(c *backend.HookCall) error {
		require.NoError(t, s.Close())
		return c.PassThrough(0, 0)
	}})
	require.NoError(t, err)
	out[0].Release()
	_, err = s.Run(ctx, nil, []string{"y"}, backend.RunOptions{})
	require.ErrorIs(t, err, errClosed)
}
