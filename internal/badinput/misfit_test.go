package badinput

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden"
	"github.com/nngen-go/nngen/modelspec"
	nn "github.com/nngen-go/nngen/runtime"
)

// TestSpecOfAnotherModel: every fixture is refused by every other's accessors.
func TestSpecOfAnotherModel(t *testing.T) {
	all := golden.Fixtures(t)
	for _, f := range all {
		for _, g := range all {
			s, err := nn.Open(f.Info(), g.Path)
			if f == g || f.Spec.Fingerprint == g.Spec.Fingerprint {
				require.NoError(t, err)
				require.NoError(t, s.Close())
				continue
			}
			require.ErrorContains(t, err, "is not the model that package "+f.Net+" was generated for", "%s by %s", g.Path, f.Name())
			require.ErrorContains(t, err, "nngen spec")
		}
	}
}

// TestPlanOfAnotherModel: a compiled trace says which model it was made for.
func TestPlanOfAnotherModel(t *testing.T) {
	gpt, bert := fixture(t, "gpt2", "torchscript"), fixture(t, "bert", "torchscript")
	_, err := gpt.Open(t).Compile(tap(bert))
	require.ErrorContains(t, err, "plan Tap was compiled for model "+bert.Spec.Fingerprint)
	require.ErrorContains(t, err, "nngen generate")
}

// TestUnknownSpecKeys: a key that is misspelt anywhere is an error on its line,
// with the key that was meant, and nothing is generated.
func TestUnknownSpecKeys(t *testing.T) {
	f := fixture(t, "gpt2", "torchscript")
	good := string(modelspec.Write(f.Spec))
	for from, to := range map[string]string{
		"nnspec:": "nspec:", "opset:": "opsett:", "modules:": "module:", "rename:": "renames:",
		"- path:": "- paths:", "  nodes:": "  node_s:", "role: output": "rol: output", "consumers:": "consumer:",
	} {
		require.Contains(t, good, from)
		dir := t.TempDir()
		bad := strings.Replace(good, from, to, 1)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "gpt2.nnspec.yaml"), []byte(bad), 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/app\n\ngo 1.26\n"), 0o600))
		code, out := nngen(t, dir, "generate", ".")
		require.Equal(t, 1, code, "%s: %s", to, out)
		line := strings.Count(bad[:strings.Index(bad, to)], "\n") + 1
		require.Regexp(t, `gpt2\.nnspec\.yaml:\d+:\d+: `, out)
		key := strings.Trim(strings.TrimSuffix(strings.Fields(strings.TrimPrefix(strings.TrimSpace(from), "- "))[0], ":"), " ")
		require.Contains(t, out, "write "+key, "line %d, %s: %s", line, to, out)
		require.NoFileExists(t, filepath.Join(dir, "model_nngen.go"))
	}
}

// TestInputsThatDoNotFit: wrong shape, dtype, name, and missing inputs, at each
// way to run; each message names the input, and the session goes on working.
func TestInputsThatDoNotFit(t *testing.T) {
	f := fixture(t, "llama", "torchscript")
	s := f.Open(t)
	good := f.Inputs(t)
	with := func(name string, x nn.Tensor) nn.InvokeInputs {
		in := nn.InvokeInputs{}
		for k, v := range good {
			in[k] = v
		}
		in[name] = x
		return in
	}
	c, err := s.Compile(tap(f))
	require.NoError(t, err)
	ways := map[string]func(in nn.InvokeInputs) error{
		"raw":      func(in nn.InvokeInputs) error { _, err := s.RunRaw(ctx, in); return err },
		"compiled": func(in nn.InvokeInputs) error { _, err := c.Run(ctx, []nn.InvokeInputs{in}, nil); return err },
		"interpreted": func(in nn.InvokeInputs) error {
			return nn.Interpret(ctx, s, in, func(m *golden.Points) error { m.Output(); return nil })
		},
	}
	ids := good["input_ids"].Shape()
	for name, run := range ways {
		t.Run(name, func(t *testing.T) {
			for _, k := range []struct {
				in   nn.InvokeInputs
				want string
			}{
				{nil, "input"},
				{nn.InvokeInputs{"attention_mask": good["attention_mask"]}, "is missing"},
				{with("input_ids", nn.Zeros(nn.Float32, ids...)), `input "input_ids" is float32`},
				{with("input_ids", nn.Zeros(nn.Int64, ids[1])), `input "input_ids"`},
				{with("attention_mask", nn.Zeros(nn.Int64, ids[0], 99)), `"attention_mask"`},
				{with("past_key_values.0.key", nn.Zeros(nn.Float32, 1, 1, 1, 1)), `"past_key_values.0.key"`},
				{with("input_id", nn.Zeros(nn.Int64, 1)), `the model has no input "input_id"`},
			} {
				err := run(k.in)
				require.ErrorContains(t, err, k.want)
				clear(t, err.Error())
			}
			require.NoError(t, run(good), "the session goes on working")
		})
	}
}
