package gen

import (
	"flag"
	"go/format"
	"go/token"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/ast"
	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/tensor"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with testdata/NAME, or writes it under -update.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run go test ./gen -update and read what it writes")
	require.Equal(t, string(want), string(got))
}

// requireFormatted asserts that gofmt would leave a file as it is.
func requireFormatted(t *testing.T, src []byte) {
	t.Helper()
	again, err := format.Source(src)
	require.NoError(t, err)
	require.Equal(t, string(again), string(src), "gofmt changes it")
}

const appPath = "example.com/app/probes"

func nnCode(name string) ast.Code {
	return ast.Code{{Text: name, Import: runtimePath, Name: "nn"}}
}

func imports() []ast.Import {
	return []ast.Import{{Path: "example.com/app/gpt2", Name: "gpt2"}, {Path: runtimePath, Name: "nn"}}
}

func tensorParam(name string) ast.Param {
	return ast.Param{Name: name, Type: nnCode("Tensor"), Kind: ast.TensorParam}
}

func resid() tensor.Type {
	return tensor.Type{DType: tensor.Float32, Shape: tensor.Shape{"batch", "seq", "768"}}
}

// steer is the first example of the design: one invoke, a write, one result.
func steer() *ast.Trace {
	return &ast.Trace{
		Func: "Steer", Doc: "Steer adds alpha·v to the residual stream after block 6.",
		Package: ast.Package{Path: appPath, Name: "probes"},
		File:    "/app/probes/steer.go", Pos: token.Position{Filename: "/app/probes/steer.go", Offset: 300, Line: 13, Column: 1},
		Imports: imports(), Model: ast.Accessor{Path: "example.com/app/gpt2", Name: "gpt2"}, Form: ast.OneInvoke,
		Params:  []ast.Param{tensorParam("v"), {Name: "alpha", Type: ast.Text("float32"), Kind: ast.ScalarParam}},
		Results: []ast.Result{{Name: "logits", Field: "Logits", Type: nnCode("Tensor"), Expr: ast.Text(ast.TapRef("0")), Tap: 0}},
		Err:     ast.Text("nil"),
		Plan: &plan.Plan{
			Name: "Steer", Model: "sha256:00", Invokes: []string{"Steer"},
			Params: []plan.Param{
				{Name: "v", Type: tensor.Type{DType: tensor.Float32}},
				{Name: "alpha", Type: tensor.Type{DType: tensor.Float32, Shape: tensor.Shape{}}},
			},
			Nodes: []plan.Node{
				{Op: "Scale", In: []plan.Ref{{Kind: plan.Arg, Name: "v"}, {Kind: plan.Arg, Name: "alpha"}}, Out: []string{"t0"}, Line: 15},
				{Op: "Add", In: []plan.Ref{{Kind: plan.Model, Name: "/transformer/h.6/Add_1_output_0"}, {Kind: plan.Result, Name: "t0"}}, Out: []string{"t1"}, Line: 15},
			},
			Writes:  []plan.Write{{At: "transformer.h.6.output", Tensor: "/transformer/h.6/Add_1_output_0", Value: plan.Ref{Kind: plan.Result, Name: "t1"}, Line: 15}},
			Taps:    []plan.Tap{{Name: "logits", Value: plan.Ref{Kind: plan.Model, Name: "logits"}, Line: 16}},
			Checks:  []plan.Check{{Value: plan.Ref{Kind: plan.Result, Name: "t1"}, Tensor: "/transformer/h.6/Add_1_output_0", Want: resid(), At: "transformer.h.6.output", Line: 15}},
			Tensors: map[string]tensor.Type{"/transformer/h.6/Add_1_output_0": resid(), "logits": {DType: tensor.Float32}},
			Mediators: []plan.Mediator{{
				{At: "transformer.h.6.output", Event: plan.Value, Placement: plan.Graph, Rows: plan.AllRows, Line: 15},
				{At: "transformer.h.6.output", Event: plan.Swap, Placement: plan.Graph, Rows: plan.AllRows, Line: 15},
				{At: "lm_head.output", Event: plan.Value, Placement: plan.TapOut, Rows: plan.AllRows, Line: 16},
				{At: "", Event: plan.End, Rows: plan.AllRows},
			}},
		},
		Invokes:    []ast.Invoke{{Name: "Steer", Line: 13}},
		ParamExprs: []ast.ParamExpr{{Expr: ast.Text("v"), Tensor: true, Name: "v"}, {Expr: ast.Text("alpha"), Name: "alpha"}},
	}
}

// patch has two invokes, inputs as parameters and attributes of every kind.
func patch() *ast.Trace {
	t := steer()
	t.Func, t.Doc, t.Form, t.Pos.Offset = "Patch", "", ast.ManyInvokes, 600
	in := ast.Code{{Text: "Inputs", Import: "example.com/app/gpt2", Name: "gpt2"}}
	t.Params = []ast.Param{{Name: "clean", Type: in, Kind: ast.InputsParam}, {Name: "pair", Type: ast.Join(ast.Text("[2]"), in), Kind: ast.OtherParam}}
	t.Invokes = []ast.Invoke{{Name: "clean", Inputs: ast.Text("clean"), Line: 22}, {Name: "pair[1]", Inputs: ast.Text("pair[1]"), Line: 26}, {Name: "invoke 2", Line: 30}}
	t.ParamExprs = nil
	t.Plan = &plan.Plan{
		Name: "Patch", Model: "sha256:00", Invokes: []string{"clean", "pair[1]", "invoke 2"},
		Nodes: []plan.Node{{
			Op: "NarrowRows", In: []plan.Ref{{Kind: plan.Model, Name: "h"}, {Kind: plan.Arg, Name: plan.RowBounds}}, Out: []string{"a"},
			Attrs: map[string]any{
				"scale": int64(1), "axis": int64(0), "list": []int64{-1, 2}, "eps": 1e-5, "name": "a\"b\n", "keep": true,
				"low": math.Inf(-1), "zero": math.Copysign(0, -1),
			},
		}},
		Writes: []plan.Write{{At: "x.input", Tensor: "h", Value: plan.Ref{Kind: plan.Result, Name: "a"}, Consumers: []int{3, 4}}},
		Taps:   []plan.Tap{{Name: "logits", Value: plan.Ref{Kind: plan.Result, Name: "a"}}},
		Mediators: []plan.Mediator{
			{{At: "transformer.h.5.output", Event: plan.Value, Placement: plan.Graph, Rows: 0, Line: 23}, {At: "ready", Event: plan.Barrier, Rows: 0, Line: 24}},
			{{At: "ready", Event: plan.Barrier, Rows: 1, Line: 27}, {At: "transformer.h.5.output", Event: plan.Swap, Placement: plan.Graph, Rows: 1, Visit: 1, Line: 28}},
			{{At: "", Event: plan.End, Rows: plan.AllRows}},
		},
	}
	return t
}

// hot has Go before and after the run, a user error, names that collide with
// the generator's, and a variadic parameter.
func hot() *ast.Trace {
	t := steer()
	t.Func, t.Pos.Offset = "hot", 900
	t.Doc = "hot counts.\n\nLines of */ and //line evil.go:1 are text."
	t.Imports = append([]ast.Import{{Path: "fmt", Name: "fmt"}, {Path: "strings", Name: "str"}}, t.Imports...)
	t.Params = []ast.Param{{Name: "ctx", Type: ast.Text("string"), Kind: ast.OtherParam}, {Name: "strings", Type: ast.Text("...float32"), Kind: ast.OtherParam}}
	t.Results = []ast.Result{
		{Name: "logits", Field: "Logits", Type: nnCode("Tensor"), Expr: ast.Text(ast.TapRef("1")), Tap: 1},
		{Name: "n", Field: "N", Type: ast.Text("int"), Expr: ast.Text("n"), Tap: -1},
	}
	t.HasError, t.ErrorName, t.Err = true, "err", ast.Text("err")
	t.Before = []ast.Stmt{
		{Code: ast.Join(ast.Text("name := "), ast.Code{{Text: "ToUpper", Import: "strings", Name: "str"}}, ast.Text("(ctx)")), Line: 41},
		{Code: ast.Join(ast.Text("if name == \"\" {\n"), ast.Code{{Fail: true}, {Text: "Errorf", Import: "fmt", Name: "fmt"}}, ast.Text("(\"no name\")\n}")), Line: 42},
	}
	t.ParamExprs = []ast.ParamExpr{{Expr: ast.Text("strings[0] * 2"), Name: "strings[0] * 2", Line: 44}, {
		Expr: ast.Join(nnCode("Scalar"), ast.Text("(float32(len(name)))")), Name: "p1", Tensor: true, Line: 44,
	}}
	t.After = []ast.Stmt{{Code: ast.Text("if " + ast.TapRef("0") + ".Item() > strings[0] {\n\tn++\n}"), Line: 46}}
	t.Plan.Taps = append([]plan.Tap{{Name: "norm", Value: plan.Ref{Kind: plan.Result, Name: "t0"}}}, t.Plan.Taps...)
	return t
}

func TestTracesGolden(t *testing.T) {
	for name, ts := range map[string][]*ast.Trace{
		"trace/steer.go.golden": {steer()}, "trace/patch.go.golden": {patch(), steer()}, "trace/hot.go.golden": {hot()},
	} {
		got, err := Traces("/app/probes/steer.go", ts)
		require.NoError(t, err)
		requireFormatted(t, got)
		golden(t, name, got)
		again, err := Traces("/app/probes/steer.go", ts)
		require.NoError(t, err)
		require.Equal(t, got, again)
	}
}

// TestLineDirectives: a reset directive names the line under it, all others the
// user's file.
func TestLineDirectives(t *testing.T) {
	got, err := Traces("/app/probes/steer.go", []*ast.Trace{hot()})
	require.NoError(t, err)
	lines := strings.Split(string(got), "\n")
	resets := 0
	for i, l := range lines {
		if n, ok := strings.CutPrefix(l, "//line steer_nngen.go:"); ok {
			require.Equal(t, strconv.Itoa(i+2), n)
			resets++
		} else if strings.HasPrefix(l, "//line") {
			require.Regexp(t, `^//line steer\.go:\d+$`, l)
		}
	}
	require.GreaterOrEqual(t, resets, 2)
}

func TestNamesMayNotMeet(t *testing.T) {
	a, b := steer(), steer()
	b.Func = "steer"
	_, err := Traces("/app/probes/steer.go", []*ast.Trace{a, b})
	require.ErrorContains(t, err, "Steer and steer both become steerMediator")
}

// TestResultsDoNotShareATap: two results of one value are two tensors.
func TestResultsDoNotShareATap(t *testing.T) {
	tr := steer()
	again := tr.Results[0]
	again.Name, again.Field = "again", "Again"
	tr.Results = append(tr.Results, again)
	got, err := Traces("/app/probes/steer.go", []*ast.Trace{tr})
	require.NoError(t, err)
	require.Contains(t, string(got), "&res.Logits, &res.Again)")
	require.Contains(t, string(got), `{Name: "Again", Value: nn.ModelTensor("logits"), Line: 16}`)
	require.Len(t, tr.Plan.Taps, 1, "the caller's trace is left as it was")
}

func TestOutputName(t *testing.T) {
	require.Equal(t, "a/steer_nngen.go", OutputName("a/steer.go"))
}

func TestIsGenerated(t *testing.T) {
	got, err := Traces("steer.go", []*ast.Trace{steer()})
	require.NoError(t, err)
	source, ok := IsGenerated(got)
	require.True(t, ok)
	require.Equal(t, "steer.go", source)
	_, ok = IsGenerated([]byte("// Code generated by other; DO NOT EDIT.\n// source: steer.go\n"))
	require.False(t, ok)
	_, ok = IsGenerated([]byte("package a\n"))
	require.False(t, ok)
}
