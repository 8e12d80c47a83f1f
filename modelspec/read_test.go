package modelspec

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/nngen-go/nngen/internal/fuzzguard"
	"github.com/nngen-go/nngen/internal/tensor"
)

const small = `nnspec: 1
model: tiny
fingerprint: sha256:00
opset: 17
ir: 8
source: node names
batch: batch
symbols:
- {name: batch, input: x, axis: 0}
inputs:
- {name: x, role: input, type: "float32 [batch, 4]"}
outputs:
- {name: y, role: output, type: "float32 [batch, 4]"}
modules:
- path: ""
  nodes: 1
  inputs:
  - {role: input, tensor: x, type: "float32 [batch, 4]", node: 0, consumers: [0]}
  outputs:
  - {role: output, tensor: y, type: "float32 [batch, 4]", node: 0}
`

func TestReadSmall(t *testing.T) {
	s, errs := Read("tiny.nnspec.yaml", []byte(small))
	require.Empty(t, errs)
	require.Equal(t, "batch", s.Batch)
	require.Equal(t, tensor.Shape{"batch", "4"}, s.Modules[0].Inputs[0].Type.Shape)
	again, errs := Read("again", Write(s))
	require.Empty(t, errs)
	require.Equal(t, s, again)
}

func TestReadErrors(t *testing.T) {
	tests := []struct {
		name, old, new string
		want           []string // position and text of each diagnostic
		hint           string
	}{
		{"unknown key", "opset: 17", "opzet: 17", []string{`f.yaml:1:1: the spec lacks the key opset [NN1004]`, `f.yaml:4:1: unknown key "opzet" of the spec [NN1002]`}, "write opset"},
		{"key of a point", "consumers: [0]}", "consumer: [0]}", []string{
			`f.yaml:18:5: an input lacks the key consumers [NN1004]`,
			`f.yaml:18:67: unknown key "consumer" of a point [NN1002]`,
		}, "write consumers"},
		{"wrong type", "nodes: 1", "nodes: many", []string{`f.yaml:16:10: nodes is a whole number, this is the text "many" [NN1003]`}, ""},
		{"negative", "axis: 0", "axis: -1", []string{`f.yaml:9:33: axis is a whole number from 0, this is "-1" [NN1003]`}, ""},
		{"bad dimension", `"float32 [batch, 4]", node: 0}`, `"float32 [batch, 4x]", node: 0}`, []string{
			`f.yaml:20:37: bad type "float32 [batch, 4x]": dimension "4x": "4x" is neither a number nor a name [NN1006]`,
		}, `write it like "float32 [batch, seq, 768]"; ? is an open dimension`},
		{"bad dtype", `type: "float32 [batch, 4]"}
outputs`, `type: "float23 [batch, 4]"}
outputs`, []string{`f.yaml:11:32: bad type "float23 [batch, 4]": unknown element type "float23" [NN1006]`}, ""},
		{"unknown symbol", `"float32 [batch, 4]", node: 0}`, `"float32 [batsh, 4]", node: 0}`, []string{
			`f.yaml:20:37: dimension batsh uses "batsh", which is none of the symbols [NN1014]`,
		}, "write batch"},
		{"bad path", `path: ""`, `path: "a..b"`, []string{
			`f.yaml:15:3: module "a..b" comes before its parent "a." [NN1015]`,
			`f.yaml:15:3: the first module is the root, whose path is "" [NN1015]`,
			`f.yaml:15:9: bad module path "a..b": there is no name between two dots [NN1007]`,
		}, ""},
		{"role", "role: output, tensor", "role: outptu, tensor", []string{`f.yaml:20:12: unknown role "outptu" [NN1008]`}, "write output"},
		{"version", "nnspec: 1", "nnspec: 2", []string{`f.yaml:1:1: this is a spec of format 2, nngen reads 1 [NN1009]`}, "write it again with nngen spec"},
		{"twice", "ir: 8", "ir: 8\nir: 9", []string{`f.yaml:6:1: key "ir" of the spec is given twice [NN1005]`}, ""},
		{"syntax", "ir: 8", "ir: [8", nil, ""},
		{"two documents", "ir: 8", "---\nir: 8", nil, ""},
		{"anchor", "ir: 8", "ir: *x", nil, ""},
		{"batch", "batch: batch", "batch: rows", []string{`f.yaml:7:1: batch is "rows", which is none of the symbols [NN1014]`}, ""},
		{"two mains", `  - {role: output, tensor: y, type: "float32 [batch, 4]", node: 0}
`, `  - {role: output, tensor: y, type: "float32 [batch, 4]", node: 0}
  - {role: output, tensor: z, type: "float32 [batch, 4]", node: 0}
`, []string{`f.yaml:21:5: module "" has two tensors of the role output in visit 0 [NN1015]`}, "give one of them the role other"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, 1, min(1, strings.Count(small, tt.old)), "the test's text is there")
			text := strings.Replace(small, tt.old, tt.new, 1)
			s, errs := Read("f.yaml", []byte(text))
			require.Nil(t, s)
			require.NotEmpty(t, errs)
			if tt.want == nil {
				return
			}
			var got []string
			hints := ""
			for _, e := range errs {
				got = append(got, e.Error())
				hints += e.Hint + "\n"
			}
			require.Equal(t, tt.want, got)
			require.Contains(t, hints, tt.hint)
		})
	}
}

func TestAllErrorsAtOnce(t *testing.T) {
	text := strings.NewReplacer("opset: 17", "opset: new", "ir: 8", "ri: 8", "role: output, tensor", "role: exit, tensor").Replace(small)
	_, errs := Read("f.yaml", []byte(text))
	require.Len(t, errs, 3)
}

// TestHostileNames: whatever text a model's file holds for names comes back unchanged.
func TestHostileNames(t *testing.T) {
	names := []string{"", "a\nb", `"`, `'`, `\`, "..", "../../etc", "{x: y}", "# no", "- a", "true", "1", "null", "~", "\u00e9\u4e2d\U0001f600", "\u2028", "\x01\x7f\u0085\ufeff", " lead", "trail ", "a: b", "onnx::MatMul_1", "*x", "&x", "!t", "|", ">", "%", "@", "`", "\t"}
	for i, name := range names {
		t.Run(fmt.Sprint(i), func(t *testing.T) { roundTrip(t, name) })
	}
	rapid.Check(t, func(rt *rapid.T) { roundTrip(rt, rapid.String().Draw(rt, "name")) })
}

type failer interface {
	require.TestingT
	Helper()
}

func roundTrip(t failer, name string) {
	t.Helper()
	path := cleanPath(strings.ToValidUTF8(name, "?"))
	s := &Spec{
		Version: Version, Model: name, Fingerprint: name, Opset: 17, Source: FromNodeNames,
		Rename: map[string][]string{name + "2": {name, "x"}}, Map: map[string]string{path: name}, Notes: []string{name},
		Inputs: []Value{{Name: name, Role: RoleInput, Type: tensor.Type{DType: tensor.Float32, Shape: tensor.Dims(2)}, Class: name}},
		Modules: []*Module{{Visits: 1, Class: name, Weights: map[string]string{name: name}, Absent: name, Outputs: []*Point{
			{Tensor: name, Role: RoleOutput, Type: tensor.Type{DType: tensor.Float32, Shape: tensor.Shape{}}, Absent: name},
		}}},
	}
	if path != "" && !strings.Contains(path, ".") {
		s.Modules = append(s.Modules, &Module{Path: path, Visits: 1})
	}
	data := Write(s)
	got, errs := Read("f.yaml", data)
	require.Empty(t, errs, "%s", data)
	got.places = nil
	require.Equal(t, s, got)
	require.Equal(t, string(data), string(Write(got)))
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(small))
	files, _ := filepath.Glob("testdata/*.nnspec.yaml")
	for _, name := range files {
		if data, err := os.ReadFile(name); err == nil && len(data) < 1<<12 {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		defer fuzzguard.Input()()
		s, errs := Read("f.yaml", data)
		if (s == nil) == (len(errs) == 0) {
			t.Fatal("a spec, or diagnostics")
		}
		if s != nil {
			if _, errs := Read("f.yaml", Write(s)); len(errs) > 0 {
				t.Fatalf("written spec does not read: %v", errs)
			}
		}
	})
}

// TestReadWeights: a weight is its tensor's name, or that and its type; what is read is written again.
func TestReadWeights(t *testing.T) {
	text := strings.Replace(small, "  nodes: 1\n", "  nodes: 1\n  weights:\n    bias: b\n    weight: {tensor: w, type: \"float32 [4, 8]\"}\n", 1)
	s, errs := Read("tiny.nnspec.yaml", []byte(text))
	require.NoError(t, errs.Err())
	m := s.Modules[0]
	require.Equal(t, map[string]string{"bias": "b", "weight": "w"}, m.Weights)
	require.Equal(t, map[string]tensor.Type{"weight": {DType: tensor.Float32, Shape: tensor.Shape{"4", "8"}}}, m.Sizes)
	again, errs := Read("tiny.nnspec.yaml", Write(s))
	require.NoError(t, errs.Err())
	require.Equal(t, s.Modules, again.Modules)

	_, errs = Read("tiny.nnspec.yaml", []byte(strings.Replace(text, "tensor: w, ", "", 1)))
	require.ErrorContains(t, errs.Err(), "tensor")
}
