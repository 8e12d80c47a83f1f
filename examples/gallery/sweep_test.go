package main

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/examples/demo/opticks"
	in "github.com/nngen-go/nngen/examples/gallery/interventions"
	"github.com/nngen-go/nngen/internal/golden"
	nn "github.com/nngen-go/nngen/runtime"
)

// sweeping is what the tests of sweeps share: one model, and the goldens of one case.
type sweeping struct {
	t    *testing.T
	ctx  context.Context
	file *golden.File
	name string
	sess *opticks.Session
}

func openSweep(t *testing.T, name string) *sweeping {
	file, err := golden.Open("gallery")
	require.NoError(t, err)
	m := &models{opts: golden.Options()}
	t.Cleanup(m.close)
	sess, err := m.open("opticks")
	require.NoError(t, err)
	return &sweeping{t, t.Context(), file, name, sess.(*opticks.Session)}
}

func (s *sweeping) array(name string) golden.Array {
	a, err := s.file.Array(s.name + "/" + name)
	require.NoError(s.t, err)
	return a
}

func (s *sweeping) inputs(prefix string) opticks.Inputs {
	a := s.array(prefix + ".input_ids")
	return opticks.Inputs{InputIDs: nn.From(a.Ints, a.Shape...)}
}

// each calls f for every cell of a table and compares what it gives with the
// cell's golden. Those of different layers differ, so a choice that is not made is seen.
func (s *sweeping) each(columns int, f func(layer, column int) (nn.Tensor, error)) {
	want := s.array("logits")
	size := len(want.Floats) / (in.Layers * columns)
	require.Error(s.t, golden.Close(want.Floats[:size], want.Floats[len(want.Floats)-size:], effect, 0))
	for layer := range in.Layers {
		for column := range columns {
			got, err := f(layer, column)
			require.NoError(s.t, err)
			at := (layer*columns + column) * size
			require.NoError(s.t, golden.Close(got.Float32s(), want.Floats[at:at+size], 1e-5, 1e-4), "layer %d, column %d", layer, column)
		}
	}
}

// TestPatchSweep: one compilation and one session patch every layer and position.
func TestPatchSweep(t *testing.T) {
	s := openSweep(t, "patch_sweep")
	c, err := in.CompilePatchAt(s.sess)
	require.NoError(t, err)
	defer c.Close()
	clean, corrupt := s.inputs("in0"), s.inputs("in1")
	s.each(8, func(layer, column int) (nn.Tensor, error) { return c.Run(s.ctx, clean, corrupt, layer, 13+column) })
	_, err = c.Run(s.ctx, clean, corrupt, in.Layers, 0)
	require.ErrorContains(t, err, "choose.go:35:1: panic in invoke 0: runtime error: index out of range [6] with length 6")
}

// TestHeadSweep switches every head off, one at a time.
func TestHeadSweep(t *testing.T) {
	s := openSweep(t, "head_sweep")
	c, err := in.CompileAblateHeadAt(s.sess)
	require.NoError(t, err)
	defer c.Close()
	prompt := s.inputs("in")
	s.each(in.HeadCount, func(layer, head int) (nn.Tensor, error) { return c.Run(s.ctx, prompt, layer, head) })
}

// TestSteerSweep steers at every layer with several strengths, 0 among them.
func TestSteerSweep(t *testing.T) {
	s := openSweep(t, "steer_sweep")
	c, err := in.CompileSteerAt(s.sess)
	require.NoError(t, err)
	defer c.Close()
	prompt, v := s.inputs("in"), nn.From(s.array("arg.v").Floats)
	s.each(3, func(layer, column int) (nn.Tensor, error) {
		return c.Run(s.ctx, prompt, layer, v, []float32{-2, 0, 2}[column])
	})
}

// TestLensSweep reads the vocabulary after every layer.
func TestLensSweep(t *testing.T) {
	s := openSweep(t, "lens_sweep")
	c, err := in.CompileLensAt(s.sess)
	require.NoError(t, err)
	defer c.Close()
	prompt := s.inputs("in")
	s.each(1, func(layer, _ int) (nn.Tensor, error) { return c.Run(s.ctx, prompt, layer) })
}
