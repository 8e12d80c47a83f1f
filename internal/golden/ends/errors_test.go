package ends_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/ends"
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama"
	nn "github.com/nngen-go/nngen/runtime"
)

func prompt(t *testing.T, name, prefix string) llama.Inputs {
	f, err := golden.Open(name)
	require.NoError(t, err)
	take := func(key string) nn.Tensor {
		a, err := f.Array(prefix + key)
		require.NoError(t, err)
		return a.Tensor()
	}
	return llama.Inputs{InputIDs: take("in.input_ids"), AttentionMask: take("in.attention_mask"), PositionIDs: take("in.position_ids")}
}

func codeOf(t *testing.T, err error) string {
	var e *nn.Error
	require.True(t, errors.As(err, &e), "%v", err)
	return e.Code
}

// TestSkipMisuse holds interpreted runs to the errors of skips.
func TestSkipMisuse(t *testing.T) {
	sess := openLlama(t)
	in := prompt(t, "ends", "skip_row/")
	for code, f := range map[string]func(m *llama.Model) error{
		"NN3102": func(m *llama.Model) error {
			x := m.Model.Layers[0].MLP.Output()
			m.Model.Layers[0].Skip(x)
			return nil
		},
		"NN3106": func(m *llama.Model) error {
			l := m.Model.Layers[0]
			l.Skip(l.Input())
			l.MLP.SetOutput(l.MLP.Output())
			return nil
		},
		"NN3108": func(m *llama.Model) error { m.Skip(m.Model.EmbedTokens.Output()); return nil },
		"NN3130": func(m *llama.Model) error {
			l := m.Model.Layers[0]
			l.Skip(l.Input().At(nn.All, nn.RangeFrom(2)))
			m.LMHead.Output()
			return nil
		},
		"NN3110": func(m *llama.Model) error {
			m.Model.Layers[0].Skip(nn.Tensor{})
			m.LMHead.Output()
			return nil
		},
	} {
		err := sess.Interpret(t.Context(), in, f)
		require.Error(t, err, code)
		require.Equal(t, code, codeOf(t, err))
		require.Contains(t, err.Error(), "errors_test.go", "the user's line is told")
	}
	err := sess.InterpretTrace(t.Context(), func(tr *llama.Trace) error {
		tr.Invoke(in, func(m *llama.Model) {
			l := m.Model.Layers[0]
			l.Skip(l.Input())
		})
		tr.Invoke(in, func(m *llama.Model) { m.LMHead.Output() })
		tr.Run()
		return nil
	})
	require.Equal(t, "NN3107", codeOf(t, err))
}

// TestSkippedCache holds both ways to run to one answer where the steps of a
// generation need what a skipped layer would have put into the cache.
func TestSkippedCache(t *testing.T) {
	sess := openLlama(t)
	in := prompt(t, "ends", "skip_row/")
	c, err := ends.CompileSkipLayer(sess)
	require.NoError(t, err)
	defer c.Close()
	_, err = c.Generate(t.Context(), in, nn.MaxNewTokens(2))
	require.Equal(t, "NN3109", codeOf(t, err))
	require.ErrorContains(t, err, "model.layers.1 is skipped, but \"present.1.key\", which it makes too, is needed")
	body := func(m *llama.Model) error { ends.SkipLayer(m); return nil }
	_, err = sess.InterpretGenerate(t.Context(), in, body, nn.MaxNewTokens(2))
	require.Equal(t, "NN3109", codeOf(t, err))
	require.ErrorContains(t, err, "model.layers.1 is skipped, but \"present.1.key\", which it makes too, is needed")
}
