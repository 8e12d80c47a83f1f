package ends_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/ends"
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama"
	nn "github.com/nngen-go/nngen/runtime"
)

// TestStopWhenPrunes holds that a run which a parameter stops needs nothing of
// what stands behind the stop, and that such a run computes nothing of it.
func TestStopWhenPrunes(t *testing.T) {
	sess := openLlama(t)
	in := prompt(t, "ends", "stop_norm_on/")
	p := plan(t, sess, ends.CompileStopWhen)
	require.Len(t, p.Stops, 1)
	require.NotEmpty(t, p.Stops[0].Drops)
	short := *p
	short.Taps, short.Stops = nil, []nn.Stopping{{}}
	for i, tap := range p.Taps {
		if !slices.Contains(p.Stops[0].Drops, i) {
			short.Taps = append(short.Taps, tap)
		}
	}
	for _, module := range []string{"/model/layers.1/", "/model/norm/", "/lm_head"} {
		_, top, inside := nodesOf(t, sess.Session, &short, module)
		require.Zero(t, top+inside, "%s is gone", module)
	}
	c, err := sess.Compile(p)
	require.NoError(t, err)
	defer c.Close()
	for _, flag := range []bool{true, false, true} {
		taps := make([]nn.Tensor, len(p.Taps))
		var into []*nn.Tensor
		for i := range taps {
			into = append(into, &taps[i])
		}
		require.NoError(t, c.RunInto(t.Context(), []nn.InvokeInputs{in.NNInputs()}, []nn.Tensor{nn.Scalar(flag)}, into...))
		for i := range taps {
			require.Equal(t, flag && slices.Contains(p.Stops[0].Drops, i), taps[i].IsZero(), "result %d, stopped %v", i, flag)
		}
	}
}

// TestStopEarly holds stops that a parameter decides to the interpreter.
func TestStopEarly(t *testing.T) {
	sess := openLlama(t)
	in := prompt(t, "ends", "stop_norm_on/")
	c, err := ends.CompileStopEarly(sess)
	require.NoError(t, err)
	defer c.Close()
	when, err := ends.CompileStopWhen(sess)
	require.NoError(t, err)
	defer when.Close()
	same := func(want, got nn.Tensor, say string) {
		require.Equal(t, want.IsZero(), got.IsZero(), say)
		if !want.IsZero() {
			require.NoError(t, golden.Close(want.Float32s(), got.Float32s(), golden.Abs, golden.Rel), say)
		}
	}
	var h, logits nn.Tensor
	for layer := range 2 {
		for early := range 2 {
			require.NoError(t, sess.Interpret(t.Context(), in, func(m *llama.Model) error {
				h, logits = ends.StopEarly(m, layer, early)
				return nil
			}))
			gotH, gotLogits, err := c.Run(t.Context(), in, layer, early)
			require.NoError(t, err)
			same(h, gotH, "h")
			same(logits, gotLogits, "logits")
			require.NoError(t, sess.Interpret(t.Context(), in, func(m *llama.Model) error {
				h, logits = ends.StopWhen(m, early > 0)
				return nil
			}))
			gotH, gotLogits, err = when.Run(t.Context(), in, early > 0)
			require.NoError(t, err)
			same(h, gotH, "h")
			same(logits, gotLogits, "logits")
		}
	}
	_, _, err = c.Run(t.Context(), in, 2, 1)
	require.ErrorContains(t, err, "index out of range [2] with length 2")
	_, _, err = c.Run(t.Context(), llama.Inputs{}, 0, 1)
	require.Error(t, err)
}

// TestStopAll holds a stop that a parameter decides in one of two invokes to the
// interpreter: the other has what it read.
func TestStopAll(t *testing.T) {
	sess := openLlama(t)
	in := prompt(t, "ends", "stop_norm_on/")
	c, err := ends.CompileStopAll(sess)
	require.NoError(t, err)
	defer c.Close()
	for _, flag := range []bool{true, false} {
		var a, b, logits nn.Tensor
		require.NoError(t, sess.InterpretTrace(t.Context(), func(tr *llama.Trace) error {
			a, b, logits = ends.StopAll(tr, in, in, flag)
			return nil
		}))
		gotA, gotB, gotLogits, err := c.Run(t.Context(), in, in, flag)
		require.NoError(t, err)
		sameTensor(t, a, gotA, "a")
		sameTensor(t, b, gotB, "b")
		require.Equal(t, flag, gotLogits.IsZero())
		require.Equal(t, flag, logits.IsZero())
		if !flag {
			sameTensor(t, logits, gotLogits, "logits")
		}
	}
}
