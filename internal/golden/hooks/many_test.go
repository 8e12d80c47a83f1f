package hooks_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden/hooks"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
)

// TestManyAtOnce: goroutines share a session, each with a frame of its own; runs
// that fail or are cancelled leave the others alone.
func TestManyAtOnce(t *testing.T) {
	sess := open(t)
	limit, err := hooks.CompileLimit(sess)
	require.NoError(t, err)
	defer limit.Close()
	recovered, err := hooks.CompileRecovered(sess)
	require.NoError(t, err)
	defer recovered.Close()
	type want struct {
		logits []float32
		hot    int
	}
	maxes := []float32{1, 5, 10, 13, 15, 20, 30, 1000}
	wants := make([]want, len(maxes))
	for i, max := range maxes {
		logits, hot, err := limit.Run(context.Background(), text, max)
		require.NoError(t, err)
		wants[i] = want{logits.Float32s(), hot}
	}
	var all sync.WaitGroup
	for g := range 32 {
		all.Go(func() {
			for i := range 20 {
				k := (g + i) % len(maxes)
				logits, hot, err := limit.Run(context.Background(), text, maxes[k])
				if err != nil || hot != wants[k].hot || !equal(logits.Float32s(), wants[k].logits) {
					t.Errorf("goroutine %d, run %d: hot %d, want %d, error %v", g, i, hot, wants[k].hot, err)
				}
				if _, err := recovered.Run(context.Background(), text, &hooks.Log{}, 5000); err == nil {
					t.Error("an index out of range is no error")
				}
				ctx, cancel := context.WithCancel(context.Background())
				cancel()
				if _, _, err := limit.Run(ctx, text, 1); !errors.Is(err, context.Canceled) {
					t.Errorf("a cancelled run gives %v", err)
				}
			}
		})
	}
	all.Wait()
}

func equal(a, b []float32) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return len(a) == len(b)
}

// TestGenerate: Go runs in mid-run at each decoding step, as interpreted.
func TestGenerate(t *testing.T) {
	sess := open(t)
	c, err := hooks.CompileNormed(sess)
	require.NoError(t, err)
	defer c.Close()
	for _, scale := range []float32{1, 30} {
		got, err := c.Generate(context.Background(), text, scale, nn.MaxNewTokens(6))
		require.NoError(t, err)
		want, err := nn.InterpretGenerate(context.Background(), sess.Session, text.NNInputs(), func(m *gpt2.Model) error {
			hooks.Normed(m, scale)
			return nil
		}, nn.MaxNewTokens(6))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}
