package probes_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/internal/golden/attach/probes"
	"github.com/nngen-go/nngen/internal/golden/attach/toys"
	"github.com/nngen-go/nngen/internal/golden/torchscript/gpt2"
	nn "github.com/nngen-go/nngen/runtime"
	"github.com/nngen-go/nngen/runtime/serve"
)

// clamped is the golden case clamp_relu as an edit.
func clamped(t *testing.T, sae *toys.ToySAE) nn.Edit {
	file, err := golden.Open("attach")
	require.NoError(t, err)
	feature, err := file.Array("clamp_relu/arg.feature")
	require.NoError(t, err)
	value, err := file.Array("clamp_relu/arg.value")
	require.NoError(t, err)
	return probes.EditClamped(int(feature.Tensor().Ints()[0]), sae, value.Tensor().Item())
}

func openWith(t *testing.T, edits ...nn.Edit) *gpt2.Session {
	sess, err := gpt2.Open(golden.Model(t, "gpt2", "torchscript"), append(golden.Options(), nn.WithEdits(edits...))...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sess.Close()) })
	return sess
}

// again writes edits and reads them back.
func again(t *testing.T, edits ...nn.Edit) ([]nn.Edit, string) {
	var data bytes.Buffer
	require.NoError(t, nn.WriteEdits(&data, edits...))
	text := data.String()
	out, err := nn.ReadEdits(&data)
	require.NoError(t, err)
	return out, text
}

// TestEditsOfAttachments: an edit that clamps a feature of an autoencoder gives
// what PyTorch gives, interpreted and compiled, made and read, here and far away.
func TestEditsOfAttachments(t *testing.T) {
	edit := clamped(t, load(t, toys.LoadToySAE, "toysae.safetensors"))
	read, _ := again(t, edit)
	under := []golden.Case{{Name: "clamp_relu", Trace: probes.Logits, Compile: probes.CompileLogits, Results: "logits"}}
	for name, e := range map[string]nn.Edit{"made": edit, "read": read[0]} {
		t.Run(name, func(t *testing.T) { golden.Run(t, "attach", openWith(t, e), under) })
	}
	held := openWith(t)
	far, err := gpt2.Open(golden.Served(t, held.Session, serve.Options{}), nn.WithEdits(edit))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, far.Close()) })
	golden.RunCompiled(t, "attach", far, under)
}

// TestEditsShareNames: two edits and the trace on top of them each have an
// attachment of the same name, and each sees its own.
func TestEditsShareNames(t *testing.T) {
	sae := load(t, toys.LoadToySAE, "toysae.safetensors")
	other := load(t, toys.LoadToySAE, "toysae.safetensors")
	other.WDec = other.WDec.Scale(-3)
	in := gpt2.Inputs{InputIDs: nn.From([]int64{3, 17, 5, 40, 2, 9}, 2, 3)}
	features := func(edits ...nn.Edit) []float32 {
		sess := openWith(t, edits...)
		c, err := probes.CompileReads(sess, sae)
		require.NoError(t, err)
		defer c.Close()
		got, err := c.Run(t.Context(), in)
		require.NoError(t, err)
		var live []float32
		require.NoError(t, sess.Interpret(t.Context(), in, func(m *gpt2.Model) error {
			live = probes.Reads(m, sae).Float32s()
			return nil
		}))
		require.InDeltaSlice(t, live, got.Float32s(), 1e-4)
		return live
	}
	none := features()
	one := features(clamped(t, sae))
	both := features(clamped(t, sae), probes.EditClamped(1, other, 2))
	require.NotEqual(t, none, one)
	require.NotEqual(t, one, both)
	require.NotEqual(t, features(clamped(t, sae), probes.EditClamped(1, sae, 2)), both)
}

// TestEditsRefuseAttachments holds what an edit's attachments have to be.
func TestEditsRefuseAttachments(t *testing.T) {
	sess := openWith(t)
	_, err := sess.With(probes.EditClamped(1, nil, 2))
	require.ErrorContains(t, err, "sae is nil: load it first")
	require.ErrorContains(t, err, "NN3180")
	_, err = sess.With(probes.EditClamped(1, &toys.ToySAE{}, 2))
	require.ErrorContains(t, err, "sae.WEnc is not set")
	require.ErrorContains(t, nn.WriteEdits(&bytes.Buffer{}, probes.EditClamped(1, nil, 2)), "sae is nil")

	_, text := again(t, clamped(t, load(t, toys.LoadToySAE, "toysae.safetensors")))
	for name, k := range map[string]struct{ old, new, want string }{
		"other name": {`"name": "sae.WEnc",`, `"name": "sae.Enc",`, "NN3171"},
		"none":       {`"arrays"`, `"values"`, "NN3171"},
		"too large":  {"48\n", "48,\n1099511627776\n", "NN3171"},
		"newer":      {`"version": 2`, `"version": 3`, "NN3171"},
	} {
		t.Run(name, func(t *testing.T) {
			i := strings.LastIndex(text, k.old)
			require.Positive(t, i, "the file has no %q", k.old)
			if k.old == `"version": 2` {
				i = strings.Index(text, k.old)
			}
			damaged := text[:i] + k.new + text[i+len(k.old):]
			require.True(t, json.Valid([]byte(damaged)))
			_, err := nn.ReadEdits(strings.NewReader(damaged))
			require.ErrorContains(t, err, k.want)
		})
	}
}
