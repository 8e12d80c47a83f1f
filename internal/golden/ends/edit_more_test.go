package ends_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/ends"
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama"
	nn "github.com/nngen-go/nngen/runtime"
)

func sameTensor(t *testing.T, want, got nn.Tensor, say string) {
	t.Helper()
	require.Equal(t, want.Shape(), got.Shape(), say)
	require.NoError(t, golden.Close(want.Float32s(), got.Float32s(), golden.Abs, golden.Rel), say)
}

// TestEditLeavesModulesAlone holds that edits are under traces: a module that is
// called, and the model run by itself, are what the file has, as under nnsight.
func TestEditLeavesModulesAlone(t *testing.T) {
	in := prompt(t, "ends", "skip_row/")
	plain, with := openLlama(t), edited(t, ends.EditHeadBy(3), ends.EditDownBy(2))
	var mlp, called, logits, editedLogits nn.Tensor
	require.NoError(t, plain.Interpret(t.Context(), in, func(m *llama.Model) error {
		mlp, called, logits = ends.Calls(m)
		return nil
	}))
	require.NoError(t, with.Interpret(t.Context(), in, func(m *llama.Model) error {
		var a, b nn.Tensor
		a, b, editedLogits = ends.Calls(m)
		sameTensor(t, mlp, a, "interpreted, the MLP called")
		sameTensor(t, called, b, "interpreted, the head called")
		return nil
	}))
	require.Error(t, golden.Close(logits.Float32s(), editedLogits.Float32s(), golden.Abs, golden.Rel), "the edits move the logits")
	c, err := ends.CompileCalls(with)
	require.NoError(t, err)
	defer c.Close()
	a, b, got, err := c.Run(t.Context(), in)
	require.NoError(t, err)
	sameTensor(t, mlp, a, "compiled, the MLP called")
	sameTensor(t, called, b, "compiled, the head called")
	sameTensor(t, editedLogits, got, "compiled")
	raw, err := with.RunRaw(t.Context(), in.NNInputs(), "logits")
	require.NoError(t, err)
	sameTensor(t, logits, raw[0], "the model as it is")
}

// TestEditUnderCaches holds caches to what edits leave at each point: a module
// that gives the same tensor ahead of the edit keeps the value ahead of it. One
// tap cannot be both, which is said.
func TestEditUnderCaches(t *testing.T) {
	in := prompt(t, "ends", "skip_row/")
	v := nn.Full(nn.Float32, 0.5, 48)
	plain, with := openLlama(t), edited(t, ends.EditSometimes(v, true))
	var kept *llama.Cache
	require.NoError(t, with.Interpret(t.Context(), in, func(m *llama.Model) error {
		kept, _ = ends.Keep(m)
		return nil
	}))
	down, mlp := kept.Model.Layers[0].MLP.DownProj.Output(), kept.Model.Layers[0].MLP.Output()
	sameTensor(t, down.Add(v), mlp, "the edit stands between the two")

	ahead, err := ends.CompileKeepDown(with)
	require.NoError(t, err)
	defer ahead.Close()
	c, logits, err := ahead.Run(t.Context(), in)
	require.NoError(t, err)
	sameTensor(t, down, c.Model.Layers[0].MLP.DownProj.Output(), "ahead of the edit")
	behind, err := ends.CompileKeepMLP(with)
	require.NoError(t, err)
	defer behind.Close()
	c, same, err := behind.Run(t.Context(), in)
	require.NoError(t, err)
	sameTensor(t, mlp, c.Model.Layers[0].MLP.Output(), "behind the edit")
	sameTensor(t, logits, same, "both run the model with the edit")
	_, err = ends.CompileKeep(with)
	require.Equal(t, "NN3184", codeOf(t, err))

	both, err := ends.CompileKeep(plain)
	require.NoError(t, err)
	defer both.Close()
	c, raw, err := both.Run(t.Context(), in)
	require.NoError(t, err)
	require.Error(t, golden.Close(c.Model.Layers[0].MLP.DownProj.Output().Float32s(), down.Float32s(), golden.Abs, golden.Rel), "the edit of the input is ahead of both")
	require.Error(t, golden.Close(raw.Float32s(), logits.Float32s(), golden.Abs, golden.Rel))
}

// TestEditChosen holds edits that skip a layer by its number to the traces that do.
func TestEditChosen(t *testing.T) {
	in := prompt(t, "ends", "skip_row/")
	plain := openLlama(t)
	trace, err := ends.CompileSkipChosen(plain)
	require.NoError(t, err)
	defer trace.Close()
	for layer := range 2 {
		_, want, err := trace.Run(t.Context(), in, layer)
		require.NoError(t, err)
		for name, list := range map[string][]nn.Edit{
			"made": {ends.EditBypassAt(layer, 0.5)}, "read": again(t, ends.EditBypassAt(layer, 0.5)),
		} {
			sess := edited(t, list...)
			c, err := ends.CompileRaw(sess)
			require.NoError(t, err)
			got, err := c.Run(t.Context(), in)
			require.NoError(t, err)
			sameTensor(t, want, got, name)
			require.NoError(t, c.Close())
			require.NoError(t, sess.Interpret(t.Context(), in, func(m *llama.Model) error {
				sameTensor(t, want, ends.Raw(m), name+", interpreted")
				return nil
			}))
		}
	}
}
