package ast_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/ast"
	"github.com/nngen-go/nngen/gen"
	"github.com/nngen-go/nngen/internal/diag"
	"github.com/nngen-go/nngen/modelspec"
)

// inside compiles the body of a trace function against the GPT-2 fixture's own
// spec, which lists operations; the second layer lacks its division.
func inside(t *testing.T, body string) ([]*ast.Trace, diag.List) {
	t.Helper()
	file := filepath.Join("..", "modelspec", "testdata", "gpt2.torchscript.nnspec.yaml")
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	spec, diags := modelspec.Read(file, data)
	require.Empty(t, diags)
	for _, m := range spec.Modules {
		if m.Path == "transformer.h.1.attn" {
			var kept []*modelspec.Operation
			for _, o := range m.Operations {
				if o.Name != "Div" {
					kept = append(kept, o)
				}
			}
			m.Operations = kept
		}
	}
	src, err := gen.Accessors(spec, "inside", "inside.nnspec.yaml")
	require.NoError(t, err)
	given := map[string]ast.AccessorPackage{"example.com/app/inside": {Dir: "inside", Spec: spec, SpecFile: file, Source: src}}
	for path, a := range models() {
		given[path] = a
	}
	text := "package probes\n\nimport (\n\t\"example.com/app/inside\"\n\tnn \"github.com/nngen-go/nngen/runtime\"\n)\n\n" +
		"//nngen:trace\nfunc F(m *inside.Model, cond bool, pick int) (out nn.Tensor) {\n" + body + "\n}\n"
	if strings.Contains(body, "old.") {
		text = strings.ReplaceAll(text, "example.com/app/inside", "example.com/app/gpt2")
		text = strings.ReplaceAll(strings.ReplaceAll(text, "inside.Model", "gpt2.Model"), "old.", "m.")
	}
	prog, diags := ast.LoadSources("example.com/app/probes", map[string][]byte{"f.go": []byte(text)}, given, std())
	if len(diags) > 0 {
		return nil, diags
	}
	return ast.Compile(prog)
}

// TestOperations: reads and writes inside modules become taps and writes of the
// model's own tensors; inputs are rewritten for their node alone.
func TestOperations(t *testing.T) {
	traces, diags := inside(t, `
	ops := m.Transformer.H[0].Attn.Source()
	half := func(op nn.Operation) { op.SetOutput(op.Output().Scale(0.5)) }
	q := ops.Split.OutputAt(0)
	ops.Split.SetOutputAt(2, q)
	half(ops.Softmax)
	ops.MatMul1.SetInputAt(1, ops.MatMul1.Inputs()[1].Neg())
	for _, op := range m.Transformer.H[1].MLP.Act.Operations() {
		if op.Name() == "Tanh" {
			half(op)
		}
	}
	add, _ := m.Transformer.H[1].Operation("Add1")
	return add.Output()`)
	require.NoError(t, diags.Err())
	require.Len(t, traces, 1)
	at := map[string][]int{}
	var names []string
	for _, w := range traces[0].Plan.Writes {
		names = append(names, w.At)
		at[w.At] = w.Consumers
	}
	require.Equal(t, []string{
		"transformer.h.0.attn.source.Split.output.2", "transformer.h.0.attn.source.Softmax.output",
		"transformer.h.0.attn.source.MatMul1.input.1", "transformer.h.1.mlp.act.source.Tanh.output",
	}, names)
	require.Len(t, at["transformer.h.0.attn.source.MatMul1.input.1"], 1)
	require.Nil(t, at["transformer.h.0.attn.source.Softmax.output"])
	require.Equal(t, "/transformer/h.1/Add_1_output_0", traces[0].Plan.Taps[0].Value.Name)
}

// TestOperationDiagnostics: what does not exist is said, with what there is.
func TestOperationDiagnostics(t *testing.T) {
	for _, c := range []struct{ name, body, code, want, hint string }{
		{"lacks", `for _, b := range m.Transformer.H { out = b.Attn.Source().Div.Output() }; return out`, "NN1311", "transformer.h.1.attn has no operation Div", "it has: Split, Reshape0,"},
		{"several", `return m.Transformer.H[0].Attn.Source().Split.Output()`, "NN1311", "has 3 outputs: choose one with OutputAt", "nngen tree -ops"},
		{"beyond", `return m.Transformer.H[0].Attn.Source().Softmax.OutputAt(1)`, "NN1311", "has no output 1: there are 1, counted from 0", "nngen tree -ops"},
		{"negative", `return m.Transformer.H[0].Attn.Source().Softmax.OutputAt(-1)`, "NN1311", "no tensor -1", "counted from 0"},
		{"chosen", `return m.Transformer.H[0].Attn.Source().Softmax.InputAt(pick)`, "NN1402", "must be known when code is generated", "use a constant"},
		{"by name", `op, _ := m.Transformer.H[0].Attn.Operation("Softmx"); return op.Output()`, "NN1311", "has no operation Softmx", "it has: Split"},
		{"named late", `op, _ := m.Transformer.H[0].Attn.Operation([]string{"a", "b"}[pick]); return op.Output()`, "NN1306", "is chosen by a value", "constant name"},
		{"chosen by name late", `op, _ := m.Transformer.H[pick].Attn.Operation([]string{"a", "b"}[pick]); return op.Output()`, "NN1306", "is chosen by a value", "constant name"},
		{"chosen tensor of chosen", `return m.Transformer.H[pick].Attn.Source().Split.OutputAt(pick)`, "NN1402", "must be known when code is generated", "use a constant"},
		{"chosen lacks", `return m.Transformer.H[pick].Attn.Source().Div.Output()`, "NN1311", "transformer.h.1.attn has no operation Div", "it has: Split, Reshape0,"},
		{"chosen by name", `op, _ := m.Transformer.H[pick].Attn.Operation("Softmx"); return op.Output()`, "NN1311", "has no operation Softmx", "it has: Split"},
		{"chosen not there", `return m.Transformer.H[pick].Attn.Source().Softmx.Output()`, "NN1103", "has no field or method Softmx", "it has: Split, Reshape0,"},
		{"chosen several", `return m.Transformer.H[pick].Attn.Source().Split.Output()`, "NN1311", "has 3 outputs: choose one with OutputAt", "nngen tree -ops"},
		{"chosen path", `return m.Transformer.H[pick].Attn.Source().Softmax.Output().Scale(float32(len(m.Transformer.H[pick].Attn.Source().Softmax.Path())))`, "NN1306", "Path of an operation in a module that is chosen", "constant index"},
		{"chosen dtype", `m.Transformer.H[pick].Attn.Source().Softmax.SetOutput(nn.From([]int64{1}, 1)); return out`, "NN1408", "transformer.h[pick].attn.source.Softmax.output is float32 [batch, 4, seq, seq]", ""},
		{"chosen too late", `y := m.LMHead.Output(); m.Transformer.H[pick].Attn.Source().Softmax.SetInput(m.Transformer.H[pick].Attn.Source().Softmax.Input().Neg()); return y`, "NN3102", "transformer.h[pick].attn.source.Softmax.input cannot be written any more", ""},
		{"chosen for Go", `s := m.Transformer.H[pick].Attn.Source().Softmax.Output().Mean().Item(); m.Transformer.H[0].SetOutput(m.Transformer.H[0].Output().Scale(s)); return m.LMHead.Output()`, "NN1306", "what a module gives that pick chooses", "keep it in the graph"},
		{"kept under a condition", `op := m.Transformer.H[pick].Attn.Source().Softmax; if m.Transformer.WTE.Output().Norm().Item() > 1 { op = m.Transformer.H[0].Attn.Source().Softmax }; return op.Output()`, "NN1303", "op is changed under a condition", "both cases"},
		{"mixed", `ops := []nn.Operation{m.Transformer.H[0].Attn.Source().Softmax, {}}; return ops[pick].Output()`, "NN1309", "an index of the run chooses among an operation and what is no such thing", "all of them set"},
		{"of other types", `ops := []nn.Operation{m.Transformer.H[0].Attn.Source().Softmax, m.Transformer.H[0].Source().Add0}; return ops[pick].Output()`, "NN1309", "transformer.h.0.attn.source.Softmax.output is float32 [batch, 4, seq, seq], but transformer.h.0.source.Add0.output", "one type and shape"},
		{"other operations", `for _, op := range m.Transformer.H[pick].Attn.Operations() { out = op.Output() }; return out`, "NN1309", "the operations of transformer.h.0.attn are not those of transformer.h.1.attn", "by their names"},
		{"other names", `ops := []nn.Operation{m.Transformer.H[0].Attn.Source().Softmax, m.Transformer.H[0].Attn.Source().Div}; if ops[pick].Name() == "Div" { return ops[0].Output() }; return ops[1].Output()`, "NN1306", "Name of an operation", "constant index"},
		{"steps", `i := 0; if cond { i = 1 }; op := m.Transformer.H[i].Attn.Source().Softmax; for range m.All() { op.SetOutput(op.Output().Neg()) }; return m.Result()`, "NN1321", "op is chosen by i at one step, and used at others", "choose it in the loop"},
		{"unset", `var op nn.Operation; return op.Output()`, "NN1501", "used before it is set", "set it before"},
		{"shape", `op := m.Transformer.H[0].Attn.Source().Softmax; op.SetOutput(m.Transformer.H[0].Output()); return out`, "NN1408", "transformer.h.0.attn.source.Softmax.output is float32 [batch, 4, seq, seq]", ""},
		{"order", `h := m.Transformer.H[0].Output(); op := m.Transformer.H[0].Attn.Source().Softmax; op.SetOutput(op.Output().Neg()); return h`, "NN3102", "transformer.h.0.attn.source.Softmax.output cannot be written any more", ""},
		{"not there", `return m.Transformer.H[0].Attn.Source().Softmx.Output()`, "NN1103", "has no field or method Softmx", "it has: Split, Reshape0,"},
		{"old spec", `return old.Transformer.H[0].Attn.Source().Softmax.Output()`, "NN1103", "has no field or method Source", "run nngen spec again"},
		{"old spec by name", `op, _ := old.Transformer.H[0].Attn.Operation("Softmax"); return op.Output()`, "NN1311", "has no operation Softmax", "run nngen spec again"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, diags := inside(t, c.body)
			require.NotEmpty(t, diags)
			require.Equal(t, c.code, diags[0].Code, diags.Err())
			require.Contains(t, diags[0].Message, c.want)
			require.Contains(t, diags[0].Hint, c.hint)
		})
	}
}
