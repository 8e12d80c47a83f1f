package ends_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/ends"
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama"
	nn "github.com/nngen-go/nngen/runtime"
)

// TestSkipChosenPrunes holds that each layer that may be chosen stands in a
// branch of its own, whole: the chosen one is not computed.
func TestSkipChosenPrunes(t *testing.T) {
	sess := openLlama(t)
	without := map[string]*nn.Plan{
		"/model/layers.0/": plan(t, sess, ends.CompileSkipFirst), "/model/layers.1/": plan(t, sess, ends.CompileSkipLayer),
	}
	for module, skipped := range without {
		_, of, _ := nodesOf(t, sess.Session, plan(t, sess, ends.CompileRaw), module)
		_, shared, _ := nodesOf(t, sess.Session, skipped, module) // that others need too
		require.Greater(t, of, shared+30)
		for _, p := range []*nn.Plan{plan(t, sess, ends.CompileSkipChosen), plan(t, sess, ends.CompileSkipChosenInvokes)} {
			_, top, inside := nodesOf(t, sess.Session, p, module)
			require.Equal(t, shared, top, "%s: nothing of %s is computed where it is skipped", p.Name, module)
			require.Equal(t, of, top+inside, "%s: and all of it where it is not", p.Name)
		}
	}
	const second = "/model/layers.1/"
	_, of, _ := nodesOf(t, sess.Session, plan(t, sess, ends.CompileRaw), second)
	for _, p := range []*nn.Plan{plan(t, sess, ends.CompileSkipBoth), plan(t, sess, ends.CompileSkipEmpty), plan(t, sess, ends.CompileSkipWhenAll)} {
		_, top, inside := nodesOf(t, sess.Session, p, second)
		require.Zero(t, top, p.Name)
		require.GreaterOrEqual(t, inside, of, p.Name)
	}
}

// TestSkipWhenForms holds conditional skips to the interpreter: with values for
// all that a layer makes, of a chosen layer, and from an invoke with all rows.
func TestSkipWhenForms(t *testing.T) {
	sess := openLlama(t)
	in := prompt(t, "ends", "skip_row/")
	same := func(want, got nn.Tensor, say string) {
		require.Equal(t, want.Shape(), got.Shape(), say)
		require.NoError(t, golden.Close(want.Float32s(), got.Float32s(), golden.Abs, golden.Rel), say)
	}
	var key, value, logits, a, b nn.Tensor
	require.NoError(t, sess.Interpret(t.Context(), in, func(m *llama.Model) error {
		key, value, logits = ends.SkipWhenAll(m, false, nn.Tensor{}, nn.Tensor{})
		return nil
	}))
	k, v := key.Scale(2), value.Scale(3)
	all, err := ends.CompileSkipWhenAll(sess)
	require.NoError(t, err)
	defer all.Close()
	chosen, err := ends.CompileSkipChosenWhen(sess)
	require.NoError(t, err)
	defer chosen.Close()
	empty, err := ends.CompileSkipEmpty(sess)
	require.NoError(t, err)
	defer empty.Close()
	var first []float32
	for _, flag := range []bool{true, false} {
		require.NoError(t, sess.Interpret(t.Context(), in, func(m *llama.Model) error {
			key, value, logits = ends.SkipWhenAll(m, flag, k, v)
			return nil
		}))
		gotKey, gotValue, gotLogits, err := all.Run(t.Context(), in, flag, k, v)
		require.NoError(t, err)
		same(key, gotKey, "key")
		same(value, gotValue, "value")
		same(logits, gotLogits, "logits")
		if flag {
			same(k, gotKey, "what was given is there")
			first = gotLogits.Float32s()
		} else {
			require.Error(t, golden.Close(first, gotLogits.Float32s(), golden.Abs, golden.Rel), "the skip moves the logits")
		}
		for layer := range 2 {
			require.NoError(t, sess.Interpret(t.Context(), in, func(m *llama.Model) error {
				key, logits = ends.SkipChosenWhen(m, layer, flag, k, v)
				return nil
			}))
			gotKey, gotLogits, err := chosen.Run(t.Context(), in, layer, flag, k, v)
			require.NoError(t, err)
			same(key, gotKey, "key")
			same(logits, gotLogits, "logits")
		}
		require.NoError(t, sess.InterpretTrace(t.Context(), func(tr *llama.Trace) error {
			a, b = ends.SkipEmpty(tr, in, in, flag)
			return nil
		}))
		gotA, gotB, err := empty.Run(t.Context(), in, in, flag)
		require.NoError(t, err)
		same(a, gotA, "logits0")
		same(b, gotB, "logits1")
	}
	_, _, err = chosen.Run(t.Context(), in, 2, true, k, v)
	require.ErrorContains(t, err, "index out of range [2] with length 2")
}

// TestSkipWhenGenerates holds a step of a decode loop that skips with all values,
// those of the cache too, to the interpreter.
func TestSkipWhenGenerates(t *testing.T) {
	sess := openLlama(t)
	in := prompt(t, "ends", "skip_row/")
	var k, v nn.Tensor
	require.NoError(t, sess.Interpret(t.Context(), in, func(m *llama.Model) error {
		k, v, _ = ends.SkipWhenAll(m, false, nn.Tensor{}, nn.Tensor{})
		return nil
	}))
	c, err := ends.CompileSkipWhenAll(sess)
	require.NoError(t, err)
	defer c.Close()
	for _, flag := range []bool{true, false} {
		ids, err := c.Generate(t.Context(), in, flag, k, v, nn.MaxNewTokens(1))
		require.NoError(t, err)
		want, err := sess.InterpretGenerate(t.Context(), in, func(m *llama.Model) error {
			ends.SkipWhenAll(m, flag, k, v)
			return nil
		}, nn.MaxNewTokens(1))
		require.NoError(t, err)
		require.Equal(t, want, ids)
	}
}
