package session_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/session"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
	"github.com/nngen-go/nngen/runtime/ort"
)

func open(t *testing.T) (*gpt2.Session, func(key string) nn.Tensor) {
	sess, err := gpt2.Open(golden.Model(t, "gpt2", "torchscript"), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	file, err := golden.Open("session")
	require.NoError(t, err)
	return sess, func(key string) nn.Tensor {
		a, err := file.Array(key)
		require.NoError(t, err)
		return a.Tensor()
	}
}

func near(t *testing.T, got, want nn.Tensor) {
	require.Equal(t, want.Shape(), got.Shape())
	require.NoError(t, golden.Close(got.Float32s(), want.Float32s(), golden.Abs, golden.Rel))
}

// TestPatch hands a value of one run to the next, which has more tokens.
func TestPatch(t *testing.T) {
	sess, array := open(t)
	clean, corrupt := gpt2.Inputs{InputIDs: array("patch/in0.input_ids")}, gpt2.Inputs{InputIDs: array("patch/in1.input_ids")}
	want := array("patch/logits")
	ctx := t.Context()
	t.Run("compiled", func(t *testing.T) {
		last, err := session.CompileLast(sess)
		require.NoError(t, err)
		put, err := session.CompilePut(sess)
		require.NoError(t, err)
		h, scale, err := last.Run(ctx, clean)
		require.NoError(t, err)
		before := ort.LiveObjects()
		logits, err := put.Run(ctx, corrupt, h, scale)
		require.NoError(t, err)
		require.LessOrEqual(t, ort.LiveObjects(), before+2, "h and scale are the values that the first run made: only the ids and the logits are new")
		near(t, logits, want)
	})
	t.Run("interpreted", func(t *testing.T) {
		var h, scale, logits nn.Tensor
		require.NoError(t, sess.Interpret(ctx, clean, func(m *gpt2.Model) error {
			h, scale = session.Last(m)
			return nil
		}))
		require.NoError(t, sess.Interpret(ctx, corrupt, func(m *gpt2.Model) error {
			logits = session.Put(m, h, scale)
			return nil
		}))
		near(t, logits, want)
	})
}

// TestLoop runs a trace for each layer and sums what they give: one compilation,
// with Go's own loop around it.
func TestLoop(t *testing.T) {
	sess, array := open(t)
	in := gpt2.Inputs{InputIDs: array("loop/in.input_ids")}
	halved, err := session.CompileHalved(sess)
	require.NoError(t, err)
	compiled, interpreted := nn.Zeros(nn.Float32, 96), nn.Zeros(nn.Float32, 96)
	for layer := range 2 {
		last, err := halved.Run(t.Context(), in, layer)
		require.NoError(t, err)
		compiled = compiled.Add(last)
		require.NoError(t, sess.Interpret(t.Context(), in, func(m *gpt2.Model) error {
			interpreted = interpreted.Add(session.Halved(m, layer))
			return nil
		}))
	}
	near(t, compiled, array("loop/total"))
	near(t, interpreted, array("loop/total"))
}

// TestEmptyInvoke holds an invoke over all rows, and invokes of helpers, to the
// reference.
func TestEmptyInvoke(t *testing.T) {
	sess, _ := open(t)
	golden.Run(t, "session", sess, []golden.Case{
		{Name: "empty", Trace: session.Empty, Compile: session.CompileEmpty, Results: "mine theirs everyone logits"},
	})
}
