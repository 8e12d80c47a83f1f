package hooks_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden/hooks"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

// generated compares a decode loop as compiled with the same interpreted.
func generated(t *testing.T, run func(log *hooks.Log) ([][]int64, error), f func(m *gpt2.Model, log *hooks.Log)) {
	t.Helper()
	var compiled, interpreted hooks.Log
	got, err := run(&compiled)
	require.NoError(t, err)
	want, err := nn.InterpretGenerate(context.Background(), open(t).Session, text.NNInputs(), func(m *gpt2.Model) error {
		f(m, &interpreted)
		return nil
	}, nn.MaxNewTokens(5))
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.Equal(t, interpreted.Lines, compiled.Lines)
	require.NotEmpty(t, compiled.Lines)
}

// TestGenerateDefers: what a trace defers is done at the end of each decoding step.
func TestGenerateDefers(t *testing.T) {
	sess, ctx := open(t), context.Background()
	counted, err := hooks.CompileCounted(sess)
	require.NoError(t, err)
	defer counted.Close()
	prepared, err := hooks.CompilePrepared(sess)
	require.NoError(t, err)
	defer prepared.Close()
	for _, scale := range []float32{1, 40} {
		generated(t, func(log *hooks.Log) ([][]int64, error) {
			return counted.Generate(ctx, text, log, scale, nn.MaxNewTokens(5))
		}, func(m *gpt2.Model, log *hooks.Log) { hooks.Counted(m, log, scale) })
		generated(t, func(log *hooks.Log) ([][]int64, error) {
			return prepared.Generate(ctx, text, log, scale, nn.MaxNewTokens(5))
		}, func(m *gpt2.Model, log *hooks.Log) { hooks.Prepared(m, log, scale) })
	}
}

// TestGenerateRecovered: a step whose panic is recovered from has no logits,
// which is said; one that does not panic goes on.
func TestGenerateRecovered(t *testing.T) {
	sess, ctx := open(t), context.Background()
	risky, err := hooks.CompileRisky(sess)
	require.NoError(t, err)
	defer risky.Close()
	generated(t, func(log *hooks.Log) ([][]int64, error) {
		log.Add("begun")
		return risky.Generate(ctx, text, log, 1e6, nn.MaxNewTokens(5))
	}, func(m *gpt2.Model, log *hooks.Log) {
		if len(log.Lines) == 0 {
			log.Add("begun")
		}
		hooks.Risky(m, log, 1e6)
	})
	var log hooks.Log
	_, err = risky.Generate(ctx, text, &log, 0, nn.MaxNewTokens(5))
	var own *nn.Error
	require.True(t, errors.As(err, &own), "%v", err)
	require.Equal(t, "NN3163", own.Code)
	require.ErrorContains(t, err, "too large")
	require.Equal(t, []string{"recovered: too large"}, log.Lines)
	require.NoError(t, risky.Run(ctx, text, &log, 0))
}

// TestNils: a nil that Go is handed keeps its type.
func TestNils(t *testing.T) {
	sess := open(t)
	for _, limit := range []float32{0, 1e6} {
		_, lines := logged(t, sess, hooks.Nils, hooks.CompileNils, limit)
		require.Equal(t, "[] map[string][]float32 *int func() int", lines[0])
	}
}

// TestHelpersThatDefer: what a helper defers is done when the helper is over,
// with its results as they are then, also when it panics.
func TestHelpersThatDefer(t *testing.T) {
	sess := open(t)
	for limit, n := range map[float32]int{0: 3, 8: 10, 1e6: 6} {
		o, lines := logged(t, sess, hooks.Helped, hooks.CompileHelped, limit)
		require.Equal(t, limit == 0, o.err != nil)
		require.Len(t, lines, n, "%v", lines)
	}
}
