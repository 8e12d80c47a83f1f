package ends_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/ends"
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama"
	nn "github.com/nngen-go/nngen/runtime"
	"github.com/nngen-go/nngen/runtime/serve"
)

// TestRemoteEdit puts edits under traces of a model that another process holds,
// when it is opened and on copies; they are this caller's alone.
func TestRemoteEdit(t *testing.T) {
	held, err := llama.Open(golden.Model(t, "llama", "torchscript"), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, held.Close()) })
	url := golden.Served(t, held.Session, serve.Options{})
	one, err := llama.Open(url, nn.WithEdits(ends.EditLouder(1.5)))
	require.NoError(t, err)
	both, err := one.With(ends.EditShift(1))
	require.NoError(t, err)
	none, err := both.Without()
	require.NoError(t, err)
	require.Len(t, both.Edits(), 2)
	for name, sess := range map[string]*llama.Session{"one": one, "both": both, "none": none} {
		t.Run(name, func(t *testing.T) {
			golden.RunCompiled(t, "tracing", sess, []golden.Case{
				{Name: "edit", Trace: ends.Halve, Compile: ends.CompileHalve, Results: "h0_" + name + " logits_" + name},
			})
		})
	}
	near := edited(t, ends.EditLouder(1.5), ends.EditShift(1))
	in := llama.Inputs{InputIDs: nn.From([]int64{3, 17, 5, 40, 2, 9}, 2, 3)}
	want, err := near.Generate(t.Context(), in, nn.MaxNewTokens(5))
	require.NoError(t, err)
	got, err := both.Generate(t.Context(), in, nn.MaxNewTokens(5))
	require.NoError(t, err)
	require.Equal(t, want, got)
	plain, err := none.Generate(t.Context(), in, nn.MaxNewTokens(5))
	require.NoError(t, err)
	require.NotEqual(t, want, plain, "the edits move the output")

	_, err = llama.Open(url, nn.WithEdits(nn.Edit{}))
	require.ErrorContains(t, err, "NN3183")
	_, err = one.With(nn.Edit{})
	require.ErrorContains(t, err, "NN3183")
	for _, s := range []*llama.Session{one, none, both} {
		require.NoError(t, s.Close())
	}
}

// TestRemoteEnds: skips and stops are data too.
func TestRemoteEnds(t *testing.T) {
	held, err := llama.Open(golden.Model(t, "llama", "torchscript"), golden.Options()...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, held.Close()) })
	far, err := llama.Open(golden.Served(t, held.Session, serve.Options{}), nn.WithEdits(ends.EditBypass(1)))
	require.NoError(t, err)
	defer far.Close()
	c, err := ends.CompileHalve(far)
	require.ErrorContains(t, err, "NN3106", "the trace uses what the edit skips")
	require.Nil(t, c)
}
