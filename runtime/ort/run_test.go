package ort

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/runtime/backend"
)

var ctx = context.Background()

func TestRun(t *testing.T) {
	leakCheck(t)
	s := openGraph(t, twice())
	require.Equal(t, []backend.Info{{Name: "x", DType: tensor.Float32, Shape: []int64{-1, 2}, Dims: []string{"n", ""}}}, s.Inputs())
	require.Equal(t, "y", s.Outputs()[0].Name)
	x := floatValue(t, []int64{2, 2}, 1, 2, 3, 4)
	defer x.Release()
	out, err := s.Run(ctx, map[string]backend.Value{"x": x}, []string{"y"}, backend.RunOptions{})
	require.NoError(t, err)
	defer out[0].Release()
	require.Equal(t, []int64{2, 2}, out[0].Shape())
	require.Equal(t, []float32{2, 4, 6, 8}, floatsOf(t, out[0]))
}

func TestZeroSize(t *testing.T) {
	leakCheck(t)
	s := openGraph(t, twice())
	x := floatValue(t, []int64{0, 2})
	defer x.Release()
	out, err := s.Run(ctx, map[string]backend.Value{"x": x}, []string{"y"}, backend.RunOptions{})
	require.NoError(t, err)
	defer out[0].Release()
	require.Equal(t, []int64{0, 2}, out[0].Shape())
	require.Empty(t, floatsOf(t, out[0]))
}

func TestEveryDType(t *testing.T) {
	leakCheck(t)
	for _, dt := range []tensor.DType{
		tensor.Float32, tensor.Float64, tensor.Float16, tensor.BFloat16, tensor.Bool, tensor.Int8, tensor.Int16,
		tensor.Int32, tensor.Int64, tensor.Uint8, tensor.Uint16, tensor.Uint32, tensor.Uint64,
	} {
		t.Run(dt.String(), func(t *testing.T) {
			s := openGraph(t, &onnx.Graph{
				Nodes:   []*onnx.Node{onnx.NewNode("Reshape", "", []string{"x", "shape"}, []string{"y"})},
				Inputs:  []*onnx.ValueInfo{info("x", dt, 3), info("shape", tensor.Int64, 2)},
				Outputs: []*onnx.ValueInfo{info("y", dt, "a", "b")},
			})
			data := make([]byte, 3*dt.Size())
			for i := range data {
				data[i] = byte(i % 2)
			}
			x, err := engineFor(t).NewValue(dt, []int64{3}, data)
			require.NoError(t, err)
			defer x.Release()
			shape, err := engineFor(t).NewValue(tensor.Int64, []int64{2}, []byte{3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0})
			require.NoError(t, err)
			defer shape.Release()
			out, err := s.Run(ctx, map[string]backend.Value{"x": x, "shape": shape}, []string{"y"}, backend.RunOptions{})
			require.NoError(t, err)
			defer out[0].Release()
			require.Equal(t, dt, out[0].DType())
			require.Equal(t, []int64{3, 1}, out[0].Shape())
			got, err := out[0].Bytes()
			require.NoError(t, err)
			require.Equal(t, data, got)
		})
	}
}

func TestInto(t *testing.T) {
	leakCheck(t)
	s := openGraph(t, twice())
	x := floatValue(t, []int64{1, 2}, 1, 2)
	defer x.Release()
	y, err := engineFor(t).NewValue(tensor.Float32, []int64{1, 2}, nil)
	require.NoError(t, err)
	defer y.Release()
	require.Equal(t, []float32{0, 0}, floatsOf(t, y))
	in := map[string]backend.Value{"x": x}
	out, err := s.Run(ctx, in, []string{"y"}, backend.RunOptions{Into: []backend.Value{y}})
	require.NoError(t, err)
	require.Same(t, y, out[0])
	require.Equal(t, []float32{2, 4}, floatsOf(t, y))

	small, err := engineFor(t).NewValue(tensor.Float32, []int64{2, 2}, nil)
	require.NoError(t, err)
	defer small.Release()
	_, err = s.Run(ctx, in, []string{"y"}, backend.RunOptions{Into: []backend.Value{small}})
	require.Error(t, err)
	require.Equal(t, []float32{0, 0, 0, 0}, floatsOf(t, small), "a value to write to stays the caller's after an error")
}

func TestRunErrors(t *testing.T) {
	leakCheck(t)
	s := openGraph(t, twice())
	x := floatValue(t, []int64{1, 2}, 1, 2)
	ints, err := engineFor(t).NewValue(tensor.Int64, []int64{1, 2}, nil)
	require.NoError(t, err)
	defer ints.Release()
	wide := floatValue(t, []int64{1, 3}, 1, 2, 3)
	defer wide.Release()
	run := func(in map[string]backend.Value, out ...string) error {
		_, err := s.Run(ctx, in, out, backend.RunOptions{})
		return err
	}
	require.ErrorContains(t, run(map[string]backend.Value{}, "y"), `input "x" (float32) is missing`)
	require.ErrorContains(t, run(map[string]backend.Value{"x": x, "z": x}, "y"), `no input "z"; it has x`)
	require.ErrorContains(t, run(map[string]backend.Value{"x": x}, "z"), `no output "z"; it has y`)
	require.ErrorContains(t, run(map[string]backend.Value{"x": x}), "at least one output")
	require.ErrorContains(t, run(map[string]backend.Value{"x": ints}, "y"), `input "x" is int64, the model takes float32`)
	require.ErrorContains(t, run(map[string]backend.Value{"x": nil}, "y"), "is nil")
	require.ErrorContains(t, run(map[string]backend.Value{"x": wide}, "y"), "invalid dimensions")
	x.Release()
	x.Release()
	require.ErrorIs(t, run(map[string]backend.Value{"x": x}, "y"), errReleased)
	_, err = x.Bytes()
	require.ErrorIs(t, err, errReleased)
	require.NoError(t, s.Close())
	require.ErrorIs(t, run(map[string]backend.Value{"x": wide}, "y"), errClosed)
}

func TestNewValueErrors(t *testing.T) {
	leakCheck(t)
	b := engineFor(t)
	_, err := b.NewValue(tensor.String, []int64{1}, nil)
	require.ErrorContains(t, err, "tensors of string")
	_, err = b.NewValue(tensor.Float32, []int64{2}, make([]byte, 7))
	require.ErrorContains(t, err, "has 8 bytes, not 7")
	_, err = b.NewValue(tensor.Float32, []int64{-1}, nil)
	require.ErrorContains(t, err, "negative")
	_, err = b.NewValue(tensor.Float32, []int64{1 << 40, 1 << 40}, nil)
	require.ErrorContains(t, err, "too large")
	_, err = b.NewValue(tensor.Float32, make([]int64, 17), nil)
	require.ErrorContains(t, err, "17 dimensions")
}

func TestBadModel(t *testing.T) {
	leakCheck(t)
	b := engineFor(t)
	_, err := b.NewSession(ctx, &backend.Graph{}, backend.SessionOptions{})
	require.ErrorContains(t, err, "empty")
	_, err = b.NewSession(ctx, &backend.Graph{Model: []byte("no model")}, backend.SessionOptions{})
	require.ErrorContains(t, err, "session not opened")
	_, err = b.NewSession(ctx, &backend.Graph{Model: build(t, twice())}, backend.SessionOptions{Optimization: "most"})
	require.ErrorContains(t, err, `unknown optimization level "most"`)
	_, err = b.NewSession(ctx, &backend.Graph{Model: build(t, twice())}, backend.SessionOptions{Providers: []backend.Provider{{Name: "Abacus"}}})
	require.ErrorContains(t, err, "provider Abacus cannot be used")
}

func TestStringsAndSequences(t *testing.T) {
	leakCheck(t)
	sequence := &onnx.ValueInfo{Name: "q", RawType: []byte{0x22, 6, 0x0a, 4, 0x0a, 2, 8, 1}} // sequence(tensor(float))
	s := openGraph(t, &onnx.Graph{
		Nodes: []*onnx.Node{
			onnx.NewNode("Cast", "", []string{"x"}, []string{"s"}, onnx.IntAttr("to", int64(tensor.String))),
			onnx.NewNode("SequenceConstruct", "", []string{"x"}, []string{"q"}),
		},
		Inputs:  []*onnx.ValueInfo{info("x", tensor.Float32, 2)},
		Outputs: []*onnx.ValueInfo{info("s", tensor.String, 2), sequence},
	})
	require.Equal(t, tensor.String, s.Outputs()[0].DType)
	require.Equal(t, tensor.Invalid, s.Outputs()[1].DType)
	x := floatValue(t, []int64{2}, 1, 2)
	defer x.Release()
	in := map[string]backend.Value{"x": x}
	out, err := s.Run(ctx, in, []string{"s"}, backend.RunOptions{})
	require.NoError(t, err)
	defer out[0].Release()
	require.Equal(t, []int64{2}, out[0].Shape())
	_, err = out[0].Bytes()
	require.ErrorContains(t, err, "tensors of string have no bytes")
	_, err = s.Run(ctx, in, []string{"s", "q"}, backend.RunOptions{})
	require.ErrorContains(t, err, "not a tensor")
}

func TestUnknownRank(t *testing.T) {
	leakCheck(t)
	g := twice()
	for _, v := range append(g.Inputs, g.Outputs...) {
		v.HasShape, v.Shape = false, nil
	}
	s := openGraph(t, g)
	require.Nil(t, s.Inputs()[0].Shape, "nil is a rank that nobody knows")
	require.Equal(t, []float32{2, 4, 6}, runOne(t, s, 1, 2, 3))
}
