package attachspec

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/internal/tensorfile"
)

// arrays makes "W_enc:48,64" float32 arrays.
func arrays(list ...string) []tensorfile.Array {
	var out []tensorfile.Array
	for _, s := range list {
		name, sizes, _ := strings.Cut(s, ":")
		a := tensorfile.Array{Name: name, DType: tensor.Float32}
		for part := range strings.SplitSeq(sizes, ",") {
			n := int64(0)
			if _, err := fmt.Sscan(part, &n); err == nil {
				a.Shape = append(a.Shape, n)
			}
		}
		out = append(out, a)
	}
	return out
}

func TestInfer(t *testing.T) {
	sae := []string{"W_enc:4,8", "W_dec:8,4", "b_enc:8", "b_dec:4"}
	for name, c := range map[string]struct {
		arrays []string
		config map[string]any
		want   string
	}{
		"saelens":     {sae, nil, "sae relu true none 0"},
		"gemma scope": {append(sae, "threshold:8"), nil, "sae jumprelu false none 0"},
		"settings":    {sae, map[string]any{"architecture": "topk", "k": 3.0, "apply_b_dec_to_input": false, "normalize_activations": "layer_norm"}, "sae topk false layer_norm 3"},
		"old topk":    {sae, map[string]any{"architecture": "standard", "activation_fn_str": "topk", "activation_fn_kwargs": map[string]any{"k": 2.0}}, "sae topk true none 2"},
		"torch":       {[]string{"encoder.weight:8,4", "encoder.bias:8", "decoder.weight:4,8", "bias:4"}, nil, "sae relu true none 0"},
		"sparsify":    {[]string{"encoder.weight:8,4", "encoder.bias:8", "W_dec:8,4", "b_dec:4"}, map[string]any{"k": 4.0, "activation": "topk"}, "sae topk true none 4"},
		"gated":       {append(sae, "r_mag:8"), nil, "tensors relu true none 0"},
		"topk, no k":  {sae, map[string]any{"architecture": "topk"}, "tensors relu false none 0"},
		"misfit":      {[]string{"W_enc:4,8", "W_dec:9,4"}, nil, "tensors relu false none 0"},
		"linear":      {[]string{"weight:3,4", "bias:3"}, nil, "linear relu false none 0"},
		"sklearn":     {[]string{"coef_:3,4", "intercept_:3"}, nil, "linear relu false none 0"},
		"vector":      {[]string{"direction:4"}, nil, "vector relu false none 0"},
		"lens":        {[]string{"0.weight:4,4", "0.bias:4", "1.weight:4,4", "1.bias:4"}, nil, "lens relu false none 0"},
		"anything":    {[]string{"a b:4", "a-b:4", "Apply:2", "3:1"}, nil, "tensors relu false none 0"},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := Infer("my file", arrays(c.arrays...), c.config, true)
			require.Equal(t, c.want, fmt.Sprint(s.Kind, " ", s.Activation, " ", s.SubtractBDec, " ", s.Normalize, " ", s.K))
			require.NoError(t, s.Check())
			require.Equal(t, "MyFile", s.Type)
			s.Source = "x.npz"
			back, diags := Read("x.nnattach.yaml", Write(s))
			require.Empty(t, diags)
			require.Equal(t, string(Write(s)), string(Write(back)), "what is written is read back")
		})
	}
}

func TestReadRefuses(t *testing.T) {
	good := string(Write(&Spec{
		Type: "T", Kind: Tensors, Source: "x", Activation: ReLU, Normalize: NoNorm,
		Arrays: mustInfer(t).Arrays,
	}))
	for name, c := range map[string]struct{ old, new, want string }{
		"not YAML":    {"type: T", "type: [", "not YAML"},
		"unknown key": {"type: T", "type: T\ncolour: red", `unknown key "colour"`},
		"twice":       {"type: T", "type: T\ntype: U", "given twice"},
		"version":     {"nnattach: 1", "nnattach: 9", "format 9"},
		"kind":        {"kind: tensors", "kind: car", `kind "car"`},
		"Go name":     {"type: T", "type: t", "exported Go type"},
		"missing":     {"kind: tensors\n", "", "lacks the key kind"},
		"type":        {`"float32 [4]"`, `"float32 4"`, "is not DTYPE [SHAPE]"},
		"dtype":       {`"float32 [4]"`, `"float99 [4]"`, "float99"},
		"symbol":      {`"float32 [4]"`, `"float32 [n]"`, "sizes are numbers"},
		"name":        {`name: "v"`, "name: \"a`b\"", "cannot be written in a struct tag"},
		"count":       {`name: "v"`, `name: "v", count: 3`, "%d in it"},
		"needs":       {"kind: tensors", "kind: sae", "needs the field WEnc"},
		"alias":       {"type: T", "type: &a T\nsource: *a", "alias"},
		"two":         {"type: T", "---\ntype: T", "something after it"},
	} {
		text := strings.Replace(good, c.old, c.new, 1)
		if name == "alias" {
			text = strings.Replace(text, "source: \"x\"\n", "", 1)
		}
		_, diags := Read("x.nnattach.yaml", []byte(text))
		require.NotEmpty(t, diags, name)
		require.Equal(t, "NN1610", diags[0].Code, name)
		require.Contains(t, diags.Err().Error(), c.want, name)
	}
}

func mustInfer(t *testing.T) *Spec {
	s, _ := Infer("T", arrays("v:4", "w:2,2"), nil, false)
	require.Equal(t, Tensors, s.Kind)
	return s
}

func TestKeepsEdits(t *testing.T) {
	s, _ := Infer("T", arrays("W_enc:4,8", "W_dec:8,4"), nil, false)
	old := *s
	old.Type, old.Activation, old.K = "Mine", TopK, 3
	s.Keep(&old, true)
	require.Equal(t, "Mine topk 3", fmt.Sprint(s.Type, " ", s.Activation, " ", s.K))
}

// FuzzRead reads any bytes: what is accepted is written and read back the same.
func FuzzRead(f *testing.F) {
	s, _ := Infer("T", arrays("W_enc:4,8", "W_dec:8,4"), nil, false)
	f.Add(Write(s))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, diags := Read("x", data)
		if len(diags) > 0 {
			return
		}
		back, diags := Read("x", Write(s))
		if len(diags) > 0 || string(Write(back)) != string(Write(s)) {
			t.Fatalf("%v\n%s", diags, Write(s))
		}
	})
}
