package ort

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/runtime/backend"
)

// webgpu gives the options of a session on the WebGPU provider. It runs without
// a GPU in the environment that scripts/webgpu-env prints.
func webgpu(t *testing.T) backend.SessionOptions {
	if os.Getenv("NNGEN_TEST_WEBGPU") != "1" {
		t.Skip("NNGEN_TEST_WEBGPU is not 1: `make test-webgpu` runs this on a software driver")
	}
	return backend.SessionOptions{Optimization: backend.OptimizeBasic, Providers: []backend.Provider{{Name: "WebGPU"}}}
}

func TestWebGPUProvider(t *testing.T) {
	webgpu(t)
	for _, p := range Doctor(ctx).Providers {
		if p.Name == "WebGPU" {
			require.NoError(t, p.Problem, p.Advice)
		}
	}
}

func TestWebGPUValues(t *testing.T) {
	leakCheck(t)
	o := webgpu(t)
	s := open(t, &backend.Graph{Model: build(t, twice())}, o)
	second := open(t, &backend.Graph{Model: build(t, twice())}, o)
	x := floatValue(t, []int64{2, 2}, 1, 2, 3, 4)
	defer x.Release()
	keep := backend.RunOptions{KeepOnDevice: map[string]bool{"y": true}}
	out, err := s.Run(ctx, map[string]backend.Value{"x": x}, []string{"y"}, keep)
	require.NoError(t, err)
	y := out[0]
	defer y.Release()
	require.False(t, y.OnHost())
	require.Equal(t, []int64{2, 2}, y.Shape())
	_, err = y.Bytes()
	require.ErrorIs(t, err, errOnDevice)

	host, err := y.ToHost()
	require.NoError(t, err)
	defer host.Release()
	require.Equal(t, []float32{2, 4, 6, 8}, floatsOf(t, host))

	// A device value goes into another session, and its result stays too.
	out, err = second.Run(ctx, map[string]backend.Value{"x": y}, []string{"y"}, keep)
	require.NoError(t, err)
	defer out[0].Release()
	require.False(t, out[0].OnHost())
	host2, err := out[0].ToHost()
	require.NoError(t, err)
	defer host2.Release()
	require.Equal(t, []float32{4, 8, 12, 16}, floatsOf(t, host2))

	// The same without keeping comes to the host.
	out, err = second.Run(ctx, map[string]backend.Value{"x": y}, []string{"y"}, backend.RunOptions{})
	require.NoError(t, err)
	defer out[0].Release()
	require.Equal(t, []float32{4, 8, 12, 16}, floatsOf(t, out[0]))

	// A session of the CPU alone takes a device value too, by way of a copy; it cannot write to one.
	cpu := openGraph(t, twice())
	out, err = cpu.Run(ctx, map[string]backend.Value{"x": y}, []string{"y"}, backend.RunOptions{})
	require.NoError(t, err)
	defer out[0].Release()
	require.Equal(t, []float32{4, 8, 12, 16}, floatsOf(t, out[0]))
	_, err = cpu.Run(ctx, map[string]backend.Value{"x": x}, []string{"y"}, backend.RunOptions{Into: []backend.Value{y}})
	require.ErrorContains(t, err, "a device that the session does not use")

	// A session of the device writes to it.
	out, err = second.Run(ctx, map[string]backend.Value{"x": x}, []string{"y"}, backend.RunOptions{Into: []backend.Value{y}})
	require.NoError(t, err)
	require.Same(t, y, out[0])
	again, err := y.ToHost()
	require.NoError(t, err)
	defer again.Release()
	require.Equal(t, []float32{2, 4, 6, 8}, floatsOf(t, again))
}

func TestWebGPUKeptAndNot(t *testing.T) {
	leakCheck(t)
	g := twice()
	g.Nodes = append(g.Nodes, onnx.NewNode("Neg", "", []string{"y"}, []string{"z"}), onnx.NewNode("Shape", "", []string{"y"}, []string{"shape"}))
	g.Outputs = append(g.Outputs, info("z", tensor.Float32, "n", 2), info("shape", tensor.Int64, 2))
	s := open(t, &backend.Graph{Model: build(t, g)}, webgpu(t))
	x := floatValue(t, []int64{2, 2}, 1, 2, 3, 4)
	defer x.Release()
	into, err := engineFor(t).NewValue(tensor.Float32, []int64{2, 2}, nil)
	require.NoError(t, err)
	defer into.Release()
	out, err := s.Run(ctx, map[string]backend.Value{"x": x}, []string{"y", "z", "shape"}, backend.RunOptions{
		KeepOnDevice: map[string]bool{"y": true}, Into: []backend.Value{nil, into},
	})
	require.NoError(t, err)
	defer out[0].Release()
	defer out[2].Release()
	require.False(t, out[0].OnHost())
	require.Same(t, into, out[1])
	require.Equal(t, []float32{-2, -4, -6, -8}, floatsOf(t, into))
	require.True(t, out[2].OnHost())
	require.Equal(t, []int64{2}, out[2].Shape())
}

func TestWebGPUHooks(t *testing.T) {
	leakCheck(t)
	s := open(t, &backend.Graph{Model: build(t, chain(3))}, webgpu(t))
	x := floatValue(t, []int64{1, 2}, 1, 2)
	defer x.Release()
	out, err := s.Run(ctx, map[string]backend.Value{"x": x}, []string{"y"}, backend.RunOptions{
		KeepOnDevice: map[string]bool{"y": true},
		Hook: func(c *backend.HookCall) error {
			if c.ID == 1 {
				require.Equal(t, []float32{2, 4}, floatsOf(t, c.Inputs[0]))
				return c.SetOutput(0, []int64{1, 2}, bytesOf(100, 200))
			}
			return c.PassThrough(0, 0)
		},
	})
	require.NoError(t, err)
	defer out[0].Release()
	host, err := out[0].ToHost()
	require.NoError(t, err)
	defer host.Release()
	require.Equal(t, []float32{102, 204}, floatsOf(t, host))
}

func TestWebGPUValueOutlivesItsSession(t *testing.T) {
	leakCheck(t)
	s, err := engineFor(t).NewSession(ctx, &backend.Graph{Model: build(t, twice())}, webgpu(t))
	require.NoError(t, err)
	x := floatValue(t, []int64{1, 2}, 1, 2)
	defer x.Release()
	out, err := s.Run(ctx, map[string]backend.Value{"x": x}, []string{"y"}, backend.RunOptions{KeepOnDevice: map[string]bool{"y": true}})
	require.NoError(t, err)
	require.NoError(t, s.Close())
	host, err := out[0].ToHost()
	require.NoError(t, err)
	require.Equal(t, []float32{2, 4}, floatsOf(t, host))
	out[0].Release()
	host.Release()
}
