package ends_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/ends"
	"github.com/nngen-go/nngen/internal/golden/torchscript/llama"
	nn "github.com/nngen-go/nngen/runtime"
)

// TestEdit holds edits under a trace, compiled and interpreted, against nnsight's:
// one, two of them, and none.
func TestEdit(t *testing.T) {
	one, err := llama.Open(golden.Model(t, "llama", "torchscript"), append(golden.Options(), nn.WithEdits(ends.EditLouder(1.5)))...)
	require.NoError(t, err)
	both, err := one.With(ends.EditShift(1))
	require.NoError(t, err)
	none, err := both.Without()
	require.NoError(t, err)
	require.Len(t, one.Edits(), 1)
	require.Len(t, both.Edits(), 2)
	require.Empty(t, none.Edits())
	require.Equal(t, "Louder(by tensor(1.5000))", one.Edits()[0].String())
	for name, sess := range map[string]*llama.Session{"one": one, "both": both, "none": none} {
		t.Run(name, func(t *testing.T) {
			golden.Run(t, "tracing", sess, []golden.Case{
				{Name: "edit", Trace: ends.Halve, Compile: ends.CompileHalve, Results: "h0_" + name + " logits_" + name},
			})
		})
	}
	for _, s := range []*llama.Session{one, none, both} { // in any order
		require.NoError(t, s.Close())
	}
}

// edited opens the model with edits.
func edited(t *testing.T, edits ...nn.Edit) *llama.Session {
	sess, err := llama.Open(golden.Model(t, "llama", "torchscript"), append(golden.Options(), nn.WithEdits(edits...))...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	return sess
}

// again writes edits and reads them back.
func again(t *testing.T, edits ...nn.Edit) []nn.Edit {
	var data bytes.Buffer
	require.NoError(t, nn.WriteEdits(&data, edits...))
	out, err := nn.ReadEdits(&data)
	require.NoError(t, err)
	require.Len(t, out, len(edits))
	return out
}

// TestEditForms holds edits of all forms to one answer: interpreted, compiled,
// and both again when they were written and read back.
func TestEditForms(t *testing.T) {
	f, err := golden.Open("ends")
	require.NoError(t, err)
	v, err := f.Array("skip_row/arg.v")
	require.NoError(t, err)
	for name, edits := range map[string][]nn.Edit{
		"several":       {ends.EditLouder(1.5), ends.EditSometimes(v.Tensor(), true), ends.EditShift(0.5)},
		"not taken":     {ends.EditSometimes(v.Tensor(), false), ends.EditLouder(0.5)},
		"skip":          {ends.EditLouder(1.5), ends.EditBypass(0.5)},
		"skip and more": {ends.EditBypass(0.5), ends.EditLouder(1.5)},
	} {
		t.Run(name, func(t *testing.T) {
			fresh, read := edited(t, edits...), edited(t, again(t, edits...)...)
			cases := []golden.Case{
				{Name: "stop_norm_on", Trace: ends.Raw, Compile: ends.CompileRaw},
				{Name: "skip_rows", Trace: ends.Rows, Compile: ends.CompileRows},
				{Name: "stop_norm_on", Trace: ends.Inner, Compile: ends.CompileInner},
			}
			for _, c := range cases {
				plain, err := (&golden.Call{File: f, Sess: openLlama(t), Case: c}).Compiled()
				require.NoError(t, err)
				want, err := (&golden.Call{File: f, Sess: fresh, Case: c}).Interpreted()
				require.NoError(t, err)
				require.Error(t, golden.Close(want[0].(nn.Tensor).Float32s(), plain[0].(nn.Tensor).Float32s(), 1e-3, 0), "the edits move the result")
				for _, run := range []func() ([]any, error){
					(&golden.Call{File: f, Sess: fresh, Case: c}).Compiled,
					(&golden.Call{File: f, Sess: read, Case: c}).Compiled,
					(&golden.Call{File: f, Sess: read, Case: c}).Interpreted,
				} {
					got, err := run()
					require.NoError(t, err)
					for i := range got {
						require.NoError(t, golden.Close(got[i].(nn.Tensor).Float32s(), want[i].(nn.Tensor).Float32s(), golden.Abs, golden.Rel))
					}
				}
			}
		})
	}
}

// TestEditGeneration holds that every step of a generation is edited: with no
// trace, a compiled and an interpreted one, and one that names visits.
func TestEditGeneration(t *testing.T) {
	sess := edited(t, ends.EditLouder(3))
	in := prompt(t, "ends", "stop_norm_on/")
	plain, err := openLlama(t).Generate(t.Context(), in, nn.MaxNewTokens(5))
	require.NoError(t, err)
	want, err := sess.Generate(t.Context(), in, nn.MaxNewTokens(5))
	require.NoError(t, err)
	require.NotEqual(t, plain, want)
	c, err := ends.CompileRaw(sess)
	require.NoError(t, err)
	defer c.Close()
	got, err := c.Generate(t.Context(), in, nn.MaxNewTokens(5))
	require.NoError(t, err)
	require.Equal(t, want, got)
	got, err = sess.InterpretGenerate(t.Context(), in, func(m *llama.Model) error { m.LMHead.Output(); return nil }, nn.MaxNewTokens(5))
	require.NoError(t, err)
	require.Equal(t, want, got)
	got, err = sess.InterpretGenerate(t.Context(), in, func(m *llama.Model) error {
		for range m.All() {
			m.LMHead.Output()
		}
		return nil
	}, nn.MaxNewTokens(5))
	require.NoError(t, err)
	require.Equal(t, want, got)
}

// TestEditMisuse holds edits to their errors.
func TestEditMisuse(t *testing.T) {
	f, err := golden.Open("ends")
	require.NoError(t, err)
	v, err := f.Array("skip_row/arg.v")
	require.NoError(t, err)
	_, err = ends.CompileBoth(edited(t, ends.EditSometimes(v.Tensor(), true)))
	require.Equal(t, "NN3184", codeOf(t, err), "the two are one tensor, and the edit stands between them")
	_, err = ends.CompileInner(edited(t, ends.EditSometimes(v.Tensor(), true)))
	require.NoError(t, err)
	_, err = ends.CompileHalve(edited(t, ends.EditBypass(1)))
	require.Equal(t, "NN3106", codeOf(t, err), "the trace uses what the edit skips")
	sess := openLlama(t)
	_, err = sess.With(nn.Edit{})
	require.Equal(t, "NN3183", codeOf(t, err))
	other := *ends.EditLouder(1).Plan()
	other.Model = "sha256:0"
	_, err = sess.With(nn.NewEdit(&other, []nn.Tensor{nn.Scalar[float32](1)}, func(m *llama.Model) {}))
	require.Equal(t, "NN3183", codeOf(t, err))
	for _, text := range []string{"", "{}", `{"format":"nngen edits","version":9}`, `{"format":"nngen edits","version":1,"edits":[{"plan":{}}]}`} {
		_, err := nn.ReadEdits(bytes.NewReader([]byte(text)))
		require.Equal(t, "NN3171", codeOf(t, err), text)
	}
	err = edited(t, ends.EditBypass(1)).Interpret(t.Context(), prompt(t, "ends", "stop_norm_on/"), func(m *llama.Model) error {
		m.Model.Layers[1].MLP.Output()
		return nil
	})
	require.Equal(t, "NN3106", codeOf(t, err))
}
