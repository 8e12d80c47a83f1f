package ort

import (
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/runtime/backend"
)

// chain is n hooks over x, each followed by an addition of x: h_i = hook_i(h_{i-1}) + x.
func chain(n int) *onnx.Graph {
	g := &onnx.Graph{
		Inputs:  []*onnx.ValueInfo{tokenInput(), info("x", tensor.Float32, "n", 2)},
		Outputs: []*onnx.ValueInfo{info("y", tensor.Float32, "n", 2)},
	}
	token, h := backend.TokenInput, "x"
	for i := range n {
		t, o, next := fmt.Sprint("t", i), fmt.Sprint("o", i), fmt.Sprint("h", i)
		if i == n-1 {
			next = "y"
		}
		g.Nodes = append(g.Nodes,
			step(int64(i), []string{token, h}, []string{t, o}, []tensor.DType{tensor.Float32}, []int64{0}),
			onnx.NewNode("Add", "", []string{o, "x"}, []string{next}))
		token, h = t, next
	}
	return g
}

func TestHooksInOrder(t *testing.T) {
	leakCheck(t)
	s := openGraph(t, chain(6))
	require.Len(t, s.Inputs(), 1, "the token is not the caller's")
	x := floatValue(t, []int64{1, 2}, 1, 2)
	defer x.Release()
	var ids []int64
	out, err := s.Run(ctx, map[string]backend.Value{"x": x}, []string{"y"}, backend.RunOptions{Hook: func(c *backend.HookCall) error {
		ids = append(ids, c.ID)
		require.Equal(t, []int64{1, 2}, c.Inputs[0].Shape())
		if c.ID == 3 {
			return c.SetOutput(0, []int64{1, 2}, bytesOf(100, 200))
		}
		return c.PassThrough(0, 0)
	}})
	require.NoError(t, err)
	defer out[0].Release()
	require.Equal(t, []int64{0, 1, 2, 3, 4, 5}, ids)
	require.Equal(t, []float32{103, 206}, floatsOf(t, out[0]))
}

var errStop = errors.New("stop here")

func TestHookErrors(t *testing.T) {
	leakCheck(t)
	s := openGraph(t, chain(3))
	x := floatValue(t, []int64{1, 2}, 1, 2)
	defer x.Release()
	in := map[string]backend.Value{"x": x}
	run := func(f func(c *backend.HookCall) error) error {
		out, err := s.Run(ctx, in, []string{"y"}, backend.RunOptions{Hook: f})
		for _, v := range out {
			v.Release()
		}
		return err
	}
	pass := func(c *backend.HookCall) error { return c.PassThrough(0, 0) }
	for range 3 {
		require.ErrorIs(t, run(func(c *backend.HookCall) error { return fmt.Errorf("hook: %w", errStop) }), errStop)
		require.NoError(t, run(pass), "the session goes on after a hook's error")
	}
	var p *PanicError
	require.ErrorAs(t, run(func(c *backend.HookCall) error { panic("boom") }), &p)
	require.Equal(t, "boom", p.Value)
	require.Contains(t, string(p.Stack), "hook_test.go")
	require.ErrorIs(t, run(func(c *backend.HookCall) error { panic(errStop) }), errStop)
	require.ErrorContains(t, run(nil), "given none")
	require.ErrorContains(t, run(func(c *backend.HookCall) error { return nil }), "hook 0 returned without its output 0")
	require.ErrorContains(t, run(func(c *backend.HookCall) error { return c.PassThrough(0, 1) }), "no input 1")
	require.ErrorContains(t, run(func(c *backend.HookCall) error { return c.PassThrough(1, 0) }), "no output 1")
	require.ErrorContains(t, run(func(c *backend.HookCall) error { return c.SetOutput(0, []int64{1, 2}, nil) }), "was given 0")
	require.NoError(t, run(pass))
}

// runtime.Goexit, which t.FailNow is, cannot be turned into an error on a
// callback's thread. It ends the goroutine as it should, and no more than that.
func TestGoexitInAHook(t *testing.T) {
	leakCheck(t)
	s := openGraph(t, chain(2))
	x := floatValue(t, []int64{1, 2}, 1, 2)
	defer x.Release()
	in := map[string]backend.Value{"x": x}
	over := make(chan bool)
	go func() {
		returned := false
		defer func() { over <- returned }()
		_, _ = s.Run(ctx, in, []string{"y"}, backend.RunOptions{Hook: func(*backend.HookCall) error {
			runtime.Goexit()
			return nil
		}})
		returned = true
	}()
	require.False(t, <-over, "Run does not return")
	out, err := s.Run(ctx, in, []string{"y"}, backend.RunOptions{Hook: func(c *backend.HookCall) error { return c.PassThrough(0, 0) }})
	require.NoError(t, err, "the session goes on")
	out[0].Release()
}

func TestViewsEndWithTheHook(t *testing.T) {
	leakCheck(t)
	s := openGraph(t, chain(1))
	x := floatValue(t, []int64{1, 2}, 1, 2)
	defer x.Release()
	var kept *backend.HookCall
	out, err := s.Run(ctx, map[string]backend.Value{"x": x}, []string{"y"}, backend.RunOptions{Hook: func(c *backend.HookCall) error {
		kept = c
		c.Inputs[0].Release()
		return c.PassThrough(0, 0)
	}})
	require.NoError(t, err)
	defer out[0].Release()
	_, err = kept.Inputs[0].Bytes()
	require.ErrorIs(t, err, errViewOver)
	require.Error(t, kept.SetOutput(0, []int64{1, 2}, bytesOf(1, 2)))
}

// swap has a hook whose outputs may be computed in the buffers of its inputs.
func swap() *onnx.Graph {
	return &onnx.Graph{
		Inputs: []*onnx.ValueInfo{tokenInput(), info("x", tensor.Float32, "n", 2)},
		Nodes: []*onnx.Node{
			onnx.NewNode("Neg", "", []string{"x"}, []string{"a"}),
			onnx.NewNode("Abs", "", []string{"x"}, []string{"b"}),
			step(7, []string{backend.TokenInput, "a", "b"}, []string{"t", "c", "d"}, []tensor.DType{tensor.Float32, tensor.Float32}, []int64{0, 1}),
		},
		Outputs: []*onnx.ValueInfo{info("c", tensor.Float32, "n", 2), info("d", tensor.Float32, "n", 2)},
	}
}

func TestOutputsInInputBuffers(t *testing.T) {
	leakCheck(t)
	g := swap()
	// Behind the hook, so that its outputs are not the graph's, which have their own memory.
	g.Nodes = append(g.Nodes, onnx.NewNode("Neg", "", []string{"c"}, []string{"e"}), onnx.NewNode("Neg", "", []string{"d"}, []string{"f"}))
	g.Outputs = []*onnx.ValueInfo{info("e", tensor.Float32, "n", 2), info("f", tensor.Float32, "n", 2)}
	s := openGraph(t, g)
	x := floatValue(t, []int64{1, 2}, 1, -2)
	defer x.Release()
	run := func(f func(c *backend.HookCall) error) ([]float32, []float32) {
		out, err := s.Run(ctx, map[string]backend.Value{"x": x}, []string{"e", "f"}, backend.RunOptions{Hook: f})
		require.NoError(t, err)
		defer out[0].Release()
		defer out[1].Release()
		return floatsOf(t, out[0]), floatsOf(t, out[1])
	}
	e, f := run(func(c *backend.HookCall) error { // exchange both
		v := c.Inputs[0].(*value)
		require.NoError(t, c.PassThrough(0, 1))
		require.NoError(t, c.PassThrough(1, 0))
		require.Equal(t, []float32{-1, 2}, floatsOf(t, v))
		return nil
	})
	require.Equal(t, []float32{-1, -2}, e)
	require.Equal(t, []float32{1, -2}, f)
	e, f = run(func(c *backend.HookCall) error { // inputs stay readable after an output is set
		require.NoError(t, c.SetOutput(0, []int64{1, 2}, bytesOf(8, 9)))
		require.Equal(t, []float32{-1, 2}, floatsOf(t, c.Inputs[0]))
		require.NoError(t, c.PassThrough(1, 0))
		return nil
	})
	require.Equal(t, []float32{-8, -9}, e)
	require.Equal(t, []float32{1, -2}, f)
}

// Passing on costs no copy: three hooks in a row see one buffer.
func TestPassThroughInPlace(t *testing.T) {
	leakCheck(t)
	f32 := []tensor.DType{tensor.Float32}
	s := openGraph(t, &onnx.Graph{
		Inputs: []*onnx.ValueInfo{tokenInput(), info("x", tensor.Float32, "n", 2)},
		Nodes: []*onnx.Node{
			onnx.NewNode("Neg", "", []string{"x"}, []string{"h"}),
			step(1, []string{backend.TokenInput, "h"}, []string{"t1", "h1"}, f32, []int64{0}),
			step(2, []string{"t1", "h1"}, []string{"t2", "h2"}, f32, []int64{0}),
			step(3, []string{"t2", "h2"}, []string{"t3", "h3"}, f32, []int64{0}),
			onnx.NewNode("Neg", "", []string{"h3"}, []string{"y"}),
		},
		Outputs: []*onnx.ValueInfo{info("y", tensor.Float32, "n", 2)},
	})
	x := floatValue(t, []int64{1, 2}, 1, 2)
	defer x.Release()
	var buffers []*byte
	out, err := s.Run(ctx, map[string]backend.Value{"x": x}, []string{"y"}, backend.RunOptions{Hook: func(c *backend.HookCall) error {
		b, err := c.Inputs[0].Bytes()
		require.NoError(t, err)
		buffers = append(buffers, &b[0])
		return c.PassThrough(0, 0)
	}})
	require.NoError(t, err)
	defer out[0].Release()
	require.Equal(t, []float32{1, 2}, floatsOf(t, out[0]))
	require.Same(t, buffers[0], buffers[1])
	require.Same(t, buffers[0], buffers[2])
}

// mixed has a hook of several types in and out: a scalar and a flag steer a Where.
func mixed() *onnx.Graph {
	return &onnx.Graph{
		Inputs: []*onnx.ValueInfo{tokenInput(), info("x", tensor.Float32, "n", 2), info("ids", tensor.Int64, "k")},
		Nodes: []*onnx.Node{
			onnx.NewNode("ReduceSum", "", []string{"x"}, []string{"sum"}, onnx.IntAttr("keepdims", 0)),
			step(1, []string{backend.TokenInput, "sum", "ids"}, []string{"t", "taken", "k", "rows"},
				[]tensor.DType{tensor.Bool, tensor.Float32, tensor.Int64}, []int64{-1, 0, 1}),
			onnx.NewNode("Mul", "", []string{"x", "k"}, []string{"scaled"}),
			onnx.NewNode("Where", "", []string{"taken", "scaled", "x"}, []string{"y"}),
		},
		Outputs: []*onnx.ValueInfo{info("y", tensor.Float32, "n", 2), info("rows", tensor.Int64, "k")},
	}
}

func TestMixedHook(t *testing.T) {
	leakCheck(t)
	s := openGraph(t, mixed())
	x := floatValue(t, []int64{1, 2}, 1, 2)
	defer x.Release()
	ids, err := engineFor(t).NewValue(tensor.Int64, []int64{3}, nil)
	require.NoError(t, err)
	defer ids.Release()
	for _, taken := range []byte{0, 1} {
		out, err := s.Run(ctx, map[string]backend.Value{"x": x, "ids": ids}, []string{"y", "rows"}, backend.RunOptions{Hook: func(c *backend.HookCall) error {
			require.Len(t, c.Inputs, 2)
			require.Equal(t, []float32{3}, floatsOf(t, c.Inputs[0]))
			require.Empty(t, c.Inputs[0].Shape())
			require.NoError(t, c.SetOutput(0, nil, []byte{taken}))
			require.NoError(t, c.SetOutput(1, nil, bytesOf(10)))
			return c.PassThrough(2, 1)
		}})
		require.NoError(t, err)
		want := []float32{1, 2}
		if taken == 1 {
			want = []float32{10, 20}
		}
		require.Equal(t, want, floatsOf(t, out[0]))
		require.Equal(t, []int64{3}, out[1].Shape())
		out[0].Release()
		out[1].Release()
	}
}

// reshaped is a hook over a tensor with a dimension that has no name, whose output
// goes through a Reshape: onnxruntime has to load it.
func reshaped(t *testing.T, node *onnx.Node, more ...*onnx.ValueInfo) *onnx.Graph {
	shape, err := onnx.NewTensor("flat", tensor.Int64, []int64{1}, []int64{-1})
	require.NoError(t, err)
	return &onnx.Graph{
		Inputs:       []*onnx.ValueInfo{tokenInput(), info("x", tensor.Float32, "n", "m"), info("keep", tensor.Bool, "n")},
		Initializers: []*onnx.Tensor{shape},
		Nodes: []*onnx.Node{
			onnx.NewNode("Compress", "", []string{"x", "keep"}, []string{"h"}, onnx.IntAttr("axis", 0)),
			node,
			onnx.NewNode("Reshape", "", []string{"o", "flat"}, []string{"y"}),
		},
		ValueInfo: more,
		Outputs:   []*onnx.ValueInfo{info("y", tensor.Float32, "k")},
	}
}

func TestShapesOfHookOutputs(t *testing.T) {
	leakCheck(t)
	io := [][]string{{backend.TokenInput, "h"}, {"t", "o"}}
	f32 := []tensor.DType{tensor.Float32}
	unknown := info("o", tensor.Float32)
	unknown.HasShape, unknown.Shape = false, nil
	for name, g := range map[string]*onnx.Graph{
		"like":         reshaped(t, step(1, io[0], io[1], f32, []int64{0})),
		"rank":         reshaped(t, step(1, io[0], io[1], f32, []int64{-1}, onnx.IntsAttr("ranks", 2))),
		"unknown rank": reshaped(t, step(1, io[0], io[1], f32, []int64{0}, onnx.IntsAttr("ranks", -1)), unknown),
	} {
		t.Run(name, func(t *testing.T) {
			s := openGraph(t, g)
			x := floatValue(t, []int64{2, 2}, 1, 2, 3, 4)
			defer x.Release()
			keep, err := engineFor(t).NewValue(tensor.Bool, []int64{2}, []byte{0, 1})
			require.NoError(t, err)
			defer keep.Release()
			in := map[string]backend.Value{"x": x, "keep": keep}
			out, err := s.Run(ctx, in, []string{"y"}, backend.RunOptions{Hook: func(c *backend.HookCall) error { return c.PassThrough(0, 0) }})
			require.NoError(t, err)
			defer out[0].Release()
			require.Equal(t, []float32{3, 4}, floatsOf(t, out[0]))
		})
	}
	_, err := engineFor(t).NewSession(ctx, &backend.Graph{Model: build(t, reshaped(t, step(1, io[0], io[1], f32, []int64{5})))}, backend.SessionOptions{})
	require.ErrorContains(t, err, "type inference failed", "the input 5 that the output is like does not exist")
}

// A hook in the branch of an If, the token passing through it.
func TestHookInABranch(t *testing.T) {
	leakCheck(t)
	branch := func(name string, nodes ...*onnx.Node) *onnx.Graph {
		return &onnx.Graph{Name: name, Nodes: nodes, Outputs: []*onnx.ValueInfo{info(name+"_t", tensor.Int64), info(name+"_o", tensor.Float32, "n", 2)}}
	}
	g := &onnx.Graph{
		Inputs: []*onnx.ValueInfo{tokenInput(), info("x", tensor.Float32, "n", 2), info("c", tensor.Bool)},
		Nodes: []*onnx.Node{
			onnx.NewNode("If", "", []string{"c"}, []string{"t", "o"},
				onnx.GraphAttr("then_branch", branch("then", step(4, []string{backend.TokenInput, "x"}, []string{"then_t", "then_o"}, []tensor.DType{tensor.Float32}, []int64{0}))),
				onnx.GraphAttr("else_branch", branch("else", onnx.NewNode("Identity", "", []string{backend.TokenInput}, []string{"else_t"}), onnx.NewNode("Neg", "", []string{"x"}, []string{"else_o"})))),
			step(5, []string{"t", "o"}, []string{"t2", "y"}, []tensor.DType{tensor.Float32}, []int64{0}),
		},
		Outputs: []*onnx.ValueInfo{info("y", tensor.Float32, "n", 2)},
	}
	s := openGraph(t, g)
	x := floatValue(t, []int64{1, 2}, 1, 2)
	defer x.Release()
	for c, want := range [][]int64{{5}, {4, 5}} {
		flag, err := engineFor(t).NewValue(tensor.Bool, nil, []byte{byte(c)})
		require.NoError(t, err)
		defer flag.Release()
		var ids []int64
		out, err := s.Run(ctx, map[string]backend.Value{"x": x, "c": flag}, []string{"y"}, backend.RunOptions{Hook: func(c *backend.HookCall) error {
			ids = append(ids, c.ID)
			return c.PassThrough(0, 0)
		}})
		require.NoError(t, err)
		require.Equal(t, want, ids)
		out[0].Release()
	}
}

func TestManyGoroutines(t *testing.T) {
	leakCheck(t)
	s := openGraph(t, chain(6))
	var wg sync.WaitGroup
	for g := range 32 {
		wg.Go(func() {
			x := floatValue(t, []int64{1, 2}, float32(g), 1)
			defer x.Release()
			for i := range 300 {
				if err := oneOfMany(s, x, float32(g), i); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// oneOfMany runs six hooks; every tenth run is ended by one.
func oneOfMany(s backend.Session, x backend.Value, g float32, i int) error {
	visits := int64(0)
	out, err := s.Run(ctx, map[string]backend.Value{"x": x}, []string{"y"}, backend.RunOptions{Hook: func(c *backend.HookCall) error {
		if c.ID != visits {
			return fmt.Errorf("visit %d is of hook %d", visits, c.ID)
		}
		visits++
		b, err := c.Inputs[0].Bytes()
		if err != nil {
			return err
		}
		if want := bytesOf(g * float32(max(c.ID+1, 1))); string(b[:4]) != string(want) {
			return fmt.Errorf("goroutine %v, hook %d sees %x", g, c.ID, b)
		}
		if i%10 == 9 && c.ID == 3 {
			return errStop
		}
		return c.PassThrough(0, 0)
	}})
	if i%10 == 9 {
		if !errors.Is(err, errStop) {
			return fmt.Errorf("run ended with %v", err)
		}
		return nil
	}
	if err != nil {
		return err
	}
	defer out[0].Release()
	b, err := out[0].Bytes()
	if err != nil {
		return err
	}
	if got := binary.LittleEndian.Uint32(b); got != binary.LittleEndian.Uint32(bytesOf(7*g)) {
		return fmt.Errorf("goroutine %v got %x", g, b)
	}
	return nil
}
