package gen

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

func hidden(width tensor.Dim) tensor.Type {
	return tensor.Type{DType: tensor.Float32, Shape: tensor.Shape{"batch", "seq", width}}
}

// mod is a module with one input and one output of the given width.
func mod(path, class string, width tensor.Dim) *modelspec.Module {
	return &modelspec.Module{
		Path: path, Class: class, Visits: 1,
		Inputs:  []*modelspec.Point{{Tensor: path + "/in", Role: modelspec.RoleInput, Type: hidden(width), Checked: true}},
		Outputs: []*modelspec.Point{{Tensor: path + "/out", Role: modelspec.RoleOutput, Type: hidden(width), Checked: true}},
	}
}

// gpt2Spec is a small GPT-2 as a spec, with n blocks.
func gpt2Spec(n int) *modelspec.Spec {
	ids := tensor.Type{DType: tensor.Int64, Shape: tensor.Shape{"batch", "seq"}}
	s := &modelspec.Spec{
		Version: 1, Model: "gpt2", Fingerprint: "sha256:0123", Opset: 17, IR: 8, Source: modelspec.FromNodeNames, Batch: "batch",
		Symbols: []modelspec.Symbol{{Name: "batch", Input: "input_ids", Axis: 0}, {Name: "seq", Input: "input_ids", Axis: 1}},
		Inputs: []modelspec.Value{
			{Name: "input_ids", Role: modelspec.RoleInput, Type: ids, Class: "ids"},
			{Name: "attention_mask", Role: modelspec.RoleMask, Type: ids},
			{Name: "past_key_values.0.key", Role: modelspec.RolePast, Type: hidden("16"), Pair: "present.0.key"},
		},
		Outputs: []modelspec.Value{
			{Name: "logits", Role: modelspec.RoleOutput, Type: hidden("50257")},
			{Name: "present.0.key", Role: modelspec.RolePresent, Type: hidden("16"), Pair: "past_key_values.0.key"},
		},
		Rename:  map[string][]string{"transformer.h": {"layers"}, "lm_head": {"head", "unembed"}},
		Modules: []*modelspec.Module{mod("", "GPT2LMHeadModel", "50257"), mod("transformer", "GPT2Model", "768"), mod("transformer.wte", "Embedding", "768")},
	}
	if n > 0 {
		s.Modules = append(s.Modules, &modelspec.Module{Path: "transformer.h", Class: "ModuleList", Visits: 1, Absent: "a list of modules"})
	}
	for i := range n {
		at := fmt.Sprintf("transformer.h.%d", i)
		s.Modules = append(s.Modules,
			mod(at, "GPT2Block", "768"), mod(at+".ln_1", "LayerNorm", "768"), mod(at+".attn", "GPT2Attention", "768"),
			mod(at+".mlp", "GPT2MLP", "768"), mod(at+".mlp.c_fc", "Conv1D", "3072"))
	}
	s.Modules = append(s.Modules, mod("transformer.ln_f", "LayerNorm", "768"), mod("lm_head", "Linear", "50257"))
	return s
}

func TestAccessorsGolden(t *testing.T) {
	got, err := Accessors(gpt2Spec(12), "gpt2", "gpt2.nnspec.yaml")
	require.NoError(t, err)
	requireFormatted(t, got)
	golden(t, "accessors/gpt2.go.golden", got)
	for range 5 {
		again, err := Accessors(gpt2Spec(12), "gpt2", "gpt2.nnspec.yaml")
		require.NoError(t, err)
		require.Equal(t, string(got), string(again))
	}
}

// hostile are names that a model file may hold and that try to become code, to
// end a comment or a string, or to clash with what is generated.
var hostile = []string{
	"func", "type", "Output", "SetOutput", "Envoy", "Path", "Get", "nn", "string", "init", "1st", "12", "über", "层", "a b", "a-b", "a_b",
	"quote\"quote", "back`tick", "new\nline", "\n}\nfunc init() { panic(1) }\n//", "*/ panic(1) /*", "//line evil_go:1", "%d", "100%", "\u2028", "\x00", "\xff",
	"Session", "Model", "Trace", "Inputs", "Open", "Aliases", "spec", "info", "Fingerprint", "main", "_", "__", "ctx", "err", "context",
}

func hostileSpec() *modelspec.Spec {
	s := gpt2Spec(2)
	s.Model = "evil\n*/\nfunc init() {}"
	for i, name := range hostile {
		s.Modules = append(s.Modules, mod(name, name, "768"), mod(name+".child", name, tensor.N(int64(i))))
	}
	s.Inputs = append(s.Inputs, modelspec.Value{Name: "x\"\n`func", Role: modelspec.RoleInput, Type: hidden("3")}, modelspec.Value{Name: "input ids", Role: modelspec.RoleInput, Type: hidden("3")})
	s.Fingerprint = "sha256:\"\n"
	return s
}

// TestHostileNames: whatever a file holds, what comes out is the same few
// declarations, each module can be found by its tag, and nothing else is code.
func TestHostileNames(t *testing.T) {
	got, err := Accessors(hostileSpec(), "evil", "evil.nnspec.yaml")
	require.NoError(t, err)
	requireFormatted(t, got)
	file, err := parser.ParseFile(token.NewFileSet(), "x.go", got, parser.ParseComments)
	require.NoError(t, err)
	tags := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if f, ok := n.(*ast.Field); ok && f.Tag != nil {
			text, err := strconv.Unquote(f.Tag.Value)
			require.NoError(t, err)
			tags[text] = true
		}
		if d, ok := n.(*ast.FuncDecl); ok {
			require.NotEqual(t, "init", d.Name.Name)
		}
		return true
	})
	for _, name := range hostile {
		require.True(t, tags["nn:"+strconv.Quote(name)], "no field for %q", name)
	}
	for _, l := range strings.Split(string(got), "\n") {
		require.False(t, strings.HasPrefix(l, "//line"), l)
	}
}

// withOperations gives a module operations in a row, from its input to its output.
func withOperations(m *modelspec.Module, names ...string) *modelspec.Module {
	last := m.Inputs[0].Tensor
	for i, name := range names {
		in := &modelspec.Point{Tensor: last, Role: modelspec.RoleInput, Type: m.Inputs[0].Type, Node: i, Consumers: []int{i}}
		last = m.Path + "/" + name
		out := &modelspec.Point{Tensor: last, Role: modelspec.RoleOutput, Type: m.Outputs[0].Type, Node: i}
		m.Operations = append(m.Operations, &modelspec.Operation{
			Name: name, Op: strings.TrimRight(name, "0123456789"), Node: i, Inputs: []*modelspec.Point{in}, Outputs: []*modelspec.Point{out},
		})
	}
	return m
}

// TestAccessorsOfOperations: modules of one type share one struct of operations,
// which says what not all of them have; a type without any gets no Source.
func TestAccessorsOfOperations(t *testing.T) {
	spec := gpt2Spec(2)
	for _, m := range spec.Modules {
		switch m.Path {
		case "transformer.h.0.attn":
			withOperations(m, "MatMul0", "Softmax", "MatMul1")
		case "transformer.h.1.attn":
			withOperations(m, "MatMul0", "Div", "Softmax", "MatMul1")
		case "transformer.h.0", "transformer.h.1":
			withOperations(m, "Add")
		}
	}
	got, err := Accessors(spec, "gpt2", "gpt2.nnspec.yaml")
	require.NoError(t, err)
	requireFormatted(t, got)
	golden(t, "accessors/operations.go.golden", got)
	require.Equal(t, 2, strings.Count(string(got), ") Source() *"))
}

// manySpec has n modules in blocks of different widths, so that few share a type.
func manySpec(n int) *modelspec.Spec {
	s := gpt2Spec(0)
	s.Modules = append(s.Modules, mod("m", "", "1"), &modelspec.Module{Path: "m.h", Visits: 1, Absent: "a list of modules"})
	for i := range n / 10 {
		at := fmt.Sprintf("m.h.%d", i)
		s.Modules = append(s.Modules, mod(at, fmt.Sprintf("Block%d", i), tensor.N(int64(i+1))))
		for j := range 9 {
			part := mod(fmt.Sprintf("%s.part_%d", at, j), "Part", tensor.N(int64(i*10+j)))
			s.Modules = append(s.Modules, withOperations(part, "MatMul0", "Softmax", "MatMul1", "Tanh", "Add"))
		}
	}
	return s
}

// TestAccessorsAreLinear: ten times the modules take about ten times as long.
func TestAccessorsAreLinear(t *testing.T) {
	timed := func(n int) time.Duration {
		spec := manySpec(n)
		best := time.Hour
		for range 2 {
			start := time.Now()
			_, err := Accessors(spec, "many", "many.nnspec.yaml")
			require.NoError(t, err)
			best = min(best, time.Since(start))
		}
		return best
	}
	small, large := timed(1_000), timed(10_000)
	require.Less(t, large, 30*small+200*time.Millisecond, "1,000 modules: %s, 10,000 modules: %s", small, large)
}

func BenchmarkAccessors(b *testing.B) {
	for _, n := range []int{100, 1_000, 10_000} {
		spec := manySpec(n)
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				if _, err := Accessors(spec, "many", "many.nnspec.yaml"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
