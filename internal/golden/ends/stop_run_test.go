package ends_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/ends"
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama"
	nn "github.com/nngen-go/nngen/runtime"
)

// stopper is the Go of a trace whose first step stops the run.
type stopper struct {
	steps int
	then  func()
}

func (s *stopper) Step(step *nn.Step) error {
	s.steps++
	step.SetBool(0, true)
	if s.then != nil {
		s.then()
	}
	return nil
}

// TestStopEndsRun holds that a compiled run that stops does not go on: its second
// step, at the second layer, never runs. What the run has given by then is kept,
// also when the context ends.
func TestStopEndsRun(t *testing.T) {
	sess := openLlama(t)
	in := prompt(t, "ends", "stop_norm_on/")
	c, err := sess.CompileSteps(plan(t, sess, ends.CompileStopLoop))
	require.NoError(t, err)
	defer c.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	f := &stopper{then: cancel}
	taps := make([]nn.Tensor, len(c.Plan().Taps))
	var into []*nn.Tensor
	for i := range taps {
		into = append(into, &taps[i])
	}
	require.NoError(t, c.RunSteps(ctx, f, []nn.InvokeInputs{in.NNInputs()}, []nn.Tensor{nn.Scalar[float32](0)}[:len(c.Plan().Params)], into...))
	require.Equal(t, 1, f.steps)
	for i, tap := range c.Plan().Taps {
		if tap.Value.Name == "logits" {
			require.True(t, taps[i].IsZero(), "%s comes after the stop", tap.Name)
		}
	}
}

// TestStopForms holds stops in mid-run to the interpreter, at each layer and at none.
func TestStopForms(t *testing.T) {
	sess := openLlama(t)
	in := prompt(t, "ends", "stop_norm_on/")
	loop, err := ends.CompileStopLoop(sess)
	require.NoError(t, err)
	defer loop.Close()
	later, err := ends.CompileStopLater(sess)
	require.NoError(t, err)
	defer later.Close()
	behind, err := ends.CompileStopBehind(sess)
	require.NoError(t, err)
	defer behind.Close()
	var norms []float32
	require.NoError(t, sess.Interpret(t.Context(), in, func(m *llama.Model) error {
		for _, l := range m.Model.Layers {
			norms = append(norms, l.Output().Norm().Item())
		}
		return nil
	}))
	same := func(a, b nn.Tensor) {
		require.Equal(t, a.IsZero(), b.IsZero())
		if !a.IsZero() {
			require.NoError(t, golden.Close(a.Float32s(), b.Float32s(), golden.Abs, golden.Rel))
		}
	}
	var layers []int
	for _, limit := range []float32{0, (norms[0] + norms[1]) / 2, 1e6} {
		var embed, h, a, b nn.Tensor
		var layer int
		require.NoError(t, sess.Interpret(t.Context(), in, func(m *llama.Model) error {
			embed, h, layer = ends.StopLoop(m, limit)
			return nil
		}))
		gotEmbed, gotH, gotLayer, err := loop.Run(t.Context(), in, limit)
		require.NoError(t, err)
		require.Equal(t, layer, gotLayer)
		same(embed, gotEmbed)
		same(h, gotH)
		layers = append(layers, layer)
		require.NoError(t, sess.Interpret(t.Context(), in, func(m *llama.Model) error {
			a, b = ends.StopLater(m, limit)
			return nil
		}))
		gotA, gotB, err := later.Run(t.Context(), in, limit)
		require.NoError(t, err)
		same(a, gotA)
		same(b, gotB)
		require.NoError(t, sess.Interpret(t.Context(), in, func(m *llama.Model) error {
			a, b = ends.StopBehind(m, limit+1)
			return nil
		}))
		gotA, gotB, err = behind.Run(t.Context(), in, limit+1)
		require.NoError(t, err)
		same(a, gotA)
		same(b, gotB)
	}
	require.Equal(t, []int{0, 1, -1}, layers)
}
