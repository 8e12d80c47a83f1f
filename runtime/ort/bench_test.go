package ort

import (
	"testing"

	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/runtime/backend"
)

func benchSession(b *testing.B, model []byte) backend.Session {
	b.Helper()
	e, err := Backend()
	if err != nil {
		b.Fatal(err)
	}
	s, err := e.NewSession(ctx, &backend.Graph{Model: model}, backend.SessionOptions{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	return s
}

// One addition of two numbers: what a run costs besides its arithmetic.
func BenchmarkRun(b *testing.B) {
	s := benchSession(b, build(b, twice()))
	x := floatValue(b, []int64{1, 2}, 1, 2)
	defer x.Release()
	in, out := map[string]backend.Value{"x": x}, []string{"y"}
	b.ReportAllocs()
	for b.Loop() {
		y, err := s.Run(ctx, in, out, backend.RunOptions{})
		if err != nil {
			b.Fatal(err)
		}
		y[0].Release()
	}
}

// The same into a value that is there already.
func BenchmarkRunInto(b *testing.B) {
	s := benchSession(b, build(b, twice()))
	x, y := floatValue(b, []int64{1, 2}, 1, 2), floatValue(b, []int64{1, 2}, 1, 2)
	defer x.Release()
	defer y.Release()
	in, out, o := map[string]backend.Value{"x": x}, []string{"y"}, backend.RunOptions{Into: []backend.Value{y}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Run(ctx, in, out, o); err != nil {
			b.Fatal(err)
		}
	}
}

// A hundred hooks that pass a tensor on: divide by 100 for one.
func BenchmarkHundredHooks(b *testing.B) {
	s := benchSession(b, build(b, chain(100)))
	x := floatValue(b, []int64{1, 2}, 1, 2)
	defer x.Release()
	in, out := map[string]backend.Value{"x": x}, []string{"y"}
	o := backend.RunOptions{Hook: func(c *backend.HookCall) error { return c.PassThrough(0, 0) }}
	b.ReportAllocs()
	for b.Loop() {
		y, err := s.Run(ctx, in, out, o)
		if err != nil {
			b.Fatal(err)
		}
		y[0].Release()
	}
}

func BenchmarkNewValue(b *testing.B) {
	e, err := Backend()
	if err != nil {
		b.Fatal(err)
	}
	data := make([]byte, 4096)
	b.ReportAllocs()
	for b.Loop() {
		v, err := e.NewValue(tensor.Float32, []int64{1024}, data)
		if err != nil {
			b.Fatal(err)
		}
		v.Release()
	}
}

func BenchmarkOnThread(b *testing.B) {
	e, err := Backend()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		e.OnThread(func() {})
	}
}
