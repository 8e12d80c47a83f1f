package ast_test

import (
	"fmt"
	goast "go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/ast"
)

// assemble lays a trace out as one function, as the generator does.
func assemble(t *ast.Trace) string {
	var b strings.Builder
	fmt.Fprintf(&b, "func nn_check%s(", t.Func)
	for _, p := range t.Params {
		fmt.Fprintf(&b, "%s %s, ", p.Name, p.Type)
	}
	b.WriteString(") (")
	for i, r := range t.Results {
		name := r.Name
		if name == "" || name == "_" {
			name = fmt.Sprintf("nn_r%d", i)
		}
		fmt.Fprintf(&b, "%s %s, ", name, r.Type)
	}
	errName := t.ErrorName
	if errName == "" || errName == "_" {
		errName = "nn_err"
	}
	fmt.Fprintf(&b, "%s error) {\n", errName)
	zero := func(c ast.Code) string {
		var names []string
		for i, r := range t.Results {
			name := r.Name
			if name == "" || name == "_" {
				name = fmt.Sprintf("nn_r%d", i)
			}
			names = append(names, name)
		}
		return strings.ReplaceAll(c.String(), "return nn_zero, ", "return "+strings.Join(append(names, ""), ", "))
	}
	b.WriteString(ast.InvokeVar + " := -1\n_ = " + ast.InvokeVar + "\n")
	midRun(&b, t)
	open, end := "", ""
	if t.Visits != nil { // what follows a step is a function of its own
		b.WriteString("var nn_step, nn_steps int\n_, _ = nn_step, nn_steps\n")
		open, end = "{\n", "}\n"
	}
	for _, s := range t.Before {
		b.WriteString(zero(s.Code) + "\n")
	}
	for i, p := range t.ParamExprs {
		if p.Tensor {
			fmt.Fprintf(&b, "var nn_x%d nn_rt.Tensor = %s\n_ = nn_x%d\n", i, p.Expr, i)
		} else {
			fmt.Fprintf(&b, "nn_x%d := nn_rt.Scalar(%s)\n_ = nn_x%d\n", i, p.Expr, i)
		}
	}
	for _, inv := range t.Invokes {
		if len(inv.Inputs) > 0 {
			fmt.Fprintf(&b, "_ = (%s).NNInputs()\n", inv.Inputs)
		}
	}
	b.WriteString("var nn_taps *nn_checkTaps\n_ = nn_taps\n" + open)
	for _, s := range t.After {
		b.WriteString(zero(s.Code) + "\n")
	}
	b.WriteString(end)
	b.WriteString("return ")
	for _, r := range t.Results {
		b.WriteString(r.Expr.String() + ", ")
	}
	b.WriteString(t.Err.String() + "\n}\n\n")
	return hoisted(t) + steps(t) + b.String()
}

// hoisted gives the types that functions declare.
func hoisted(t *ast.Trace) string {
	var b strings.Builder
	for _, d := range t.Types {
		fmt.Fprintf(&b, "type %s %s\n", d.Name, d.Def)
	}
	return b.String()
}

// midRun declares what the generator does for deferred calls and steps.
func midRun(b *strings.Builder, t *ast.Trace) {
	if t.Frame != nil {
		fmt.Fprintf(b, "%s := new(nn_frame%s)\n_ = %s\n", t.Frame.Recv, t.Func, t.Frame.Recv)
	}
	if t.Defers == "nn_defers" {
		b.WriteString("var nn_defers nn_rt.Defers\n")
	}
	for _, l := range t.Locals {
		if t.HasError && l.Name == fmt.Sprintf("nn_r%d", len(t.Results)) {
			fmt.Fprintf(b, "var %s %s\n", l.Name, l.Type)
		}
	}
}

// steps gives the frame of a trace and its method Step.
func steps(t *ast.Trace) string {
	if t.Frame == nil {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "type nn_frame%s struct {\n", t.Func)
	for _, f := range t.Frame.Fields {
		fmt.Fprintf(&b, "%s %s\n", f.Name, f.Type)
	}
	fmt.Fprintf(&b, "}\nfunc (%s *nn_frame%s) Step(%s *nn_rt.Step) error {\nswitch %s.State() {\n", t.Frame.Recv, t.Func, t.Frame.Arg, t.Frame.Arg)
	for i, s := range t.Steps {
		fmt.Fprintf(&b, "case %d: // %v\n", i, s.States)
		for _, st := range s.Stmts {
			b.WriteString(strings.ReplaceAll(st.Code.String(), "return nn_zero, ", "return ") + "\n")
		}
	}
	b.WriteString("}\nreturn nil\n}\n\n")
	return b.String()
}

// source gives the assembled functions as a file beside the user's.
func source(traces []*ast.Trace) string {
	imports := map[string]string{ast.RuntimePath: "nn_rt"}
	body := "type nn_checkTaps struct{}\nfunc (*nn_checkTaps) Tensor(i int) (t nn_rt.Tensor) { return }\nfunc (*nn_checkTaps) Result(i int) (t nn_rt.Tensor) { return }\n\n"
	lines := map[string]bool{}
	for _, t := range traces {
		for _, i := range t.Imports {
			lines[fmt.Sprintf("import %s %q\n", i.Name, i.Path)] = true
		}
		body += assemble(t)
	}
	var list []string
	for l := range lines {
		list = append(list, l)
	}
	sort.Strings(list)
	return "package probes\n\nimport nn_rt \"" + imports[ast.RuntimePath] + "\"\n" + strings.Join(list, "") + "\n" + body
}

type testImporter struct{ accessors map[string]*types.Package }

func (i *testImporter) Import(path string) (*types.Package, error) {
	if p := std()[path]; p != nil {
		return p, nil
	}
	if p := i.accessors[path]; p != nil {
		return p, nil
	}
	a, ok := models()[path]
	if !ok {
		return nil, fmt.Errorf("no package %s", path)
	}
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, path, a.Source, 0)
	if err != nil {
		return nil, err
	}
	conf := types.Config{Importer: i}
	p, err := conf.Check(path, fset, []*goast.File{f}, nil)
	i.accessors[path] = p
	return p, err
}

// checkCode type-checks the residual code of traces beside the user's files.
func checkCode(t *testing.T, files map[string][]byte, traces []*ast.Trace) {
	t.Helper()
	fset := token.NewFileSet()
	var parsed []*goast.File
	src := strings.Replace(source(traces), `nn_rt "nn_rt"`, fmt.Sprintf("nn_rt %q", ast.RuntimePath), 1)
	for name, data := range files {
		f, err := parser.ParseFile(fset, name, data, 0)
		require.NoError(t, err)
		parsed = append(parsed, f)
	}
	if len(parsed) > 0 {
		src = strings.Replace(src, "package probes", "package "+parsed[0].Name.Name, 1)
	}
	f, err := parser.ParseFile(fset, "check.go", src, 0)
	require.NoError(t, err, "%s", src)
	parsed = append(parsed, f)
	conf := types.Config{Importer: &testImporter{map[string]*types.Package{}}, Error: func(err error) {
		t.Errorf("the residual code does not compile: %v\n%s", err, src)
	}}
	_, _ = conf.Check("example.com/app/probes", fset, parsed, nil)
}
