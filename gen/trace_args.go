package gen

import (
	"fmt"
	"go/token"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/nngen-go/nngen/ast"
	"github.com/nngen-go/nngen/internal/tensor"
)

// inputsName is the parameter for the model's inputs in the one-invoke form.
func (f *traceFunc) inputsName() string { return f.scope.name("in") }

// params are the parameters of the generated methods after the context: the
// inputs where the function takes a *Model, then the user's own. Slices: a
// variadic parameter becomes a slice, because something follows it.
func (f *traceFunc) params(slices bool) []jen.Code {
	var list []jen.Code
	if f.t.Form == ast.OneInvoke {
		list = append(list, jen.Id(f.inputsName()).Qual(f.t.Model.Path, "Inputs"))
	}
	for _, p := range f.t.Params {
		typ := p.Type
		if slices && variadic(p) {
			typ = ast.Join(ast.Text("[]"+strings.TrimPrefix(typ[0].Text, "...")), typ[1:])
		}
		list = append(list, jen.Id(p.Name).Add(code(typ, returnError)))
	}
	return list
}

func variadic(p ast.Param) bool {
	return len(p.Type) > 0 && p.Type[0].Import == "" && strings.HasPrefix(p.Type[0].Text, "...")
}

// arguments passes the parameters on.
func (f *traceFunc) arguments() []jen.Code {
	var list []jen.Code
	if f.t.Form == ast.OneInvoke {
		list = append(list, jen.Id(f.inputsName()))
	}
	for _, p := range f.t.Params {
		a := jen.Id(p.Name)
		if variadic(p) {
			a.Op("...")
		}
		list = append(list, a)
	}
	return list
}

// inputs is the list of the invokes' inputs.
func (f *traceFunc) inputs() *jen.Statement {
	return jen.Index().Add(nn("InvokeInputs")).ValuesFunc(func(g *jen.Group) {
		for _, i := range f.t.Invokes {
			switch {
			case f.t.Form == ast.OneInvoke:
				g.Id(f.inputsName()).Dot("NNInputs").Call()
			case len(i.Inputs) == 0:
				g.Nil() // an empty invoke: all rows, no inputs of its own
			case simple(i.Inputs):
				g.Add(code(i.Inputs, returnError)).Dot("NNInputs").Call()
			default:
				g.Parens(code(i.Inputs, returnError)).Dot("NNInputs").Call()
			}
		}
	})
}

// simple reports whether code is one identifier.
func simple(c ast.Code) bool {
	return len(c) == 1 && c[0].Import == "" && token.IsIdentifier(strings.TrimSpace(c[0].Text))
}

// args is the list of the plan's parameters. Expressions are computed first,
// each on the line that the user wrote it on.
func (f *traceFunc) args(g *jen.Group) *jen.Statement {
	if len(f.t.ParamExprs) == 0 {
		return jen.Nil()
	}
	mapped := false
	list := make([]jen.Code, len(f.t.ParamExprs))
	for i, p := range f.t.ParamExprs {
		value := f.convert(i)
		if !simple(p.Expr) {
			if p.Line > 0 {
				g.Comment(f.lineMark(p.Line))
				mapped = true
			}
			name := fmt.Sprintf("nn_arg%d", i)
			g.Id(name).Op(":=").Add(value)
			value = jen.Id(name)
		}
		if !p.Tensor {
			value = nn("Scalar").Call(value)
		}
		list[i] = value
	}
	if mapped {
		g.Comment(resetMark)
	}
	return jen.Index().Add(nn("Tensor")).Values(list...)
}

// convert is parameter i of the plan as Go of the plan's type.
func (f *traceFunc) convert(i int) *jen.Statement {
	p := f.t.ParamExprs[i]
	e := code(p.Expr, returnError)
	if p.Tensor || p.Expr.String() == "true" {
		return e
	}
	name := "float32"
	switch f.t.Plan.Params[i].Type.DType {
	case tensor.Int64:
		name = "int64"
	case tensor.Bool:
		name = "bool"
	case tensor.Float64:
		name = "float64"
	}
	typed := func(q ast.Param) bool { return q.Name == p.Expr.String() && q.Type.String() == name }
	if slices.ContainsFunc(f.t.Params, typed) {
		return e
	}
	return jen.Id(name).Parens(e)
}
