package gen

import (
	"strconv"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/nngen-go/nngen/ast"
)

// visits adds what a trace over decoding steps has in place of the methods of
// others: its Go around the model's runs, Run and Generate, which give the results.
func (f *traceFunc) visits() {
	f.visitSteps()
	res, err, ids, opts := f.scope.name("res"), f.scope.name("err"), f.scope.name("ids"), f.scope.name("opts")
	if n := f.t.ErrorName; n != "" && n != "_" {
		err = n
	}
	ctx := jen.Id(f.scope.name("ctx"))
	recv := jen.Id(f.t.Frame.Recv)
	call := func(method, into string, more ...jen.Code) *jen.Statement {
		steps := jen.Id(f.scope.name("c")).Dot("steps").Call(append(append([]jen.Code{recv}, f.cacheList(into)...), f.visitArguments()...)...)
		return jen.Id(f.scope.name("c")).Dot("c").Dot(method).Call(append([]jen.Code{ctx, f.inputs(), steps}, more...)...)
	}
	var results, values []jen.Code
	for _, r := range f.t.Results {
		name := r.Name
		if name == "" {
			name = "_"
		}
		results = append(results, jen.Id(name).Add(code(r.Type, returnError)))
		values = append(values, jen.Id(res).Dot(r.Field))
	}
	f.file.Add(note("Run runs the model once, as step 0, with %s in it. The results belong to the caller until they are released.", f.t.Func))
	f.method("Run", f.params(false), append(results, jen.Id(err).Error())...).Block(
		jen.Var().Id(res).Id(f.n.result),
		jen.Id(err).Op("=").Id(f.scope.name("c")).Dot("RunInto").Call(append([]jen.Code{ctx, jen.Op("&").Id(res)}, f.arguments()...)...),
		jen.Return(append(values, jen.Id(err))...),
	).Line()
	f.file.Add(note("RunInto is Run into a struct."))
	params := append([]jen.Code{jen.Id(res).Op("*").Id(f.n.result)}, f.params(false)...)
	f.method("RunInto", params, jen.Error()).BlockFunc(func(g *jen.Group) {
		f.visitFrame(g)
		f.caches(g, res)
		g.Id(err).Op(":=").Add(call("RunVisits", res))
		f.visitResults(g, res)
		f.returnResults(g, nil, err)
	}).Line()
	f.file.Add(note("Generate continues the prompt with %s over its steps. It gives prompt and new tokens of each row, and the results; where ctx ends it, what there was by then.", f.t.Func))
	params = append(f.params(true), jen.Id(opts).Op("...").Add(nn("GenerateOption")))
	results = append([]jen.Code{jen.Id(ids).Index().Index().Int64()}, append(results, jen.Id(err).Error())...)
	f.method("Generate", params, results...).BlockFunc(func(g *jen.Group) {
		f.visitFrame(g)
		if len(f.t.Results) > 0 {
			g.Var().Id(res).Id(f.n.result)
		}
		f.caches(g, res)
		g.List(jen.Id(ids), jen.Id(err)).Op("=").Add(call("GenerateVisits", res, jen.Id(opts).Op("...")))
		f.visitResults(g, "&"+res)
		f.returnResults(g, append([]jen.Code{jen.Id(ids)}, values...), err)
	}).Line()
}

// visitFrame declares the frame, which lives over all steps.
func (f *traceFunc) visitFrame(g *jen.Group) {
	g.Id(f.t.Frame.Recv).Op(":=").New(jen.Id(f.n.frame))
}

// visitResults takes the results out of the frame.
func (f *traceFunc) visitResults(g *jen.Group, res string) {
	if len(f.t.Results) == 0 {
		return
	}
	target := jen.Op("*").Id(res)
	if res[0] == '&' {
		target = jen.Id(res[1:])
	}
	g.Add(target).Op("=").Id(f.n.result).ValuesFunc(func(g *jen.Group) {
		for _, r := range f.t.Results {
			value := code(r.Expr, returnError)
			if r.Cache > 0 {
				value = jen.Id(strings.TrimPrefix(res, "&")).Dot(r.Field)
			}
			g.Id(r.Field).Op(":").Add(value)
		}
	})
}

// returnResults returns, with the function's own error where the run had none.
func (f *traceFunc) returnResults(g *jen.Group, values []jen.Code, err string) {
	if f.t.HasError {
		g.If(jen.Id(err).Op("==").Nil()).Block(jen.Id(err).Op("=").Add(code(f.t.Err, returnError)))
	}
	g.Return(append(values, jen.Id(err))...)
}

// visitParams are the parameters that the Go around the runs has: the user's own.
func (f *traceFunc) visitParams() []jen.Code {
	var list []jen.Code
	for _, p := range f.t.Params {
		list = append(list, jen.Id(p.Name).Add(code(sliced(p), returnError)))
	}
	return list
}

func (f *traceFunc) visitArguments() []jen.Code {
	var list []jen.Code
	for _, p := range f.t.Params {
		list = append(list, jen.Id(p.Name))
	}
	return list
}

// sliced is a parameter's type, of a variadic one that of the slice.
func sliced(p ast.Param) ast.Code {
	if !variadic(p) {
		return p.Type
	}
	return ast.Join(ast.Text("[]"+p.Type[0].Text[len("..."):]), p.Type[1:])
}

// cacheParams are the caches that a run fills, which it makes anew.
func (f *traceFunc) cacheParams() []jen.Code {
	var list []jen.Code
	for i := range f.t.Plan.Caches {
		list = append(list, jen.Id(cacheParam(i)).Add(nn("AnyCache")))
	}
	return list
}

func cacheParam(i int) string { return "nn_cache" + strconv.Itoa(i) }

// visitSteps adds the Go ahead of each run and behind it.
func (f *traceFunc) visitSteps() {
	fr := f.t.Frame
	f.file.Add(note("steps is the Go of %s around the model's runs: at each step, and once more when the last is over.", f.t.Func))
	params := append(append([]jen.Code{jen.Id(fr.Recv).Op("*").Id(f.n.frame)}, f.cacheParams()...), f.visitParams()...)
	recv := jen.Id(f.scope.name("c")).Op("*").Id(f.n.compiled)
	ints := func(more ...jen.Code) []jen.Code {
		return append([]jen.Code{jen.List(jen.Id("nn_step"), jen.Id("nn_steps")).Int()}, more...)
	}
	failed := jen.Id("nn_failed").Error()
	begin := jen.Func().Params(ints()...).Params(jen.Id("nn_args").Index().Add(nn("Tensor")), failed).BlockFunc(func(g *jen.Group) {
		f.catchVisit(g)
		f.lastVisit(g)
		f.newStep(g)
		f.statements(g, f.t.Before, returnNilError)
		g.Return(f.args(g), jen.Nil())
	})
	after := jen.Func().Params(ints(jen.Id("nn_taps").Op("*").Add(nn("Taps")))...).Params(failed).BlockFunc(func(g *jen.Group) {
		f.catchVisit(g)
		f.statements(g, f.t.After, returnError)
		g.Return(jen.Nil())
	})
	f.file.Func().Params(recv).Id("steps").Params(params...).Add(nn("Visits")).Block(
		jen.Return(nn("Visits").ValuesFunc(func(g *jen.Group) {
			if len(f.t.Steps) > 0 {
				g.Line().Id("Frame").Op(":").Id(fr.Recv)
			}
			g.Line().Id("Last").Op(":").Lit(f.t.Visits.Last)
			if f.t.Visits.Result {
				g.Line().Id("Result").Op(":").True()
			}
			if n := len(f.t.Plan.Caches); n > 0 {
				g.Line().Id("Caches").Op(":").Index().Add(nn("AnyCache")).ValuesFunc(func(g *jen.Group) {
					for i := range n {
						g.Id(cacheParam(i))
					}
				})
			}
			if f.t.Visits.Wanted != nil {
				g.Line().Id("Wants").Op(":").Add(f.visitWants())
			}
			g.Line().Id("Begin").Op(":").Add(begin)
			g.Line().Id("After").Op(":").Add(after)
			g.Line()
		})),
	).Line()
}

// visitWants says which of what leaves the runs a step fetches.
func (f *traceFunc) visitWants() *jen.Statement {
	var order []string
	taps := map[string][]jen.Code{}
	conds := map[string]ast.Code{}
	for i, c := range f.t.Visits.Wanted {
		if len(c) == 0 {
			continue
		}
		key := c.String()
		if taps[key] == nil {
			order = append(order, key)
		}
		taps[key], conds[key] = append(taps[key], jen.Lit(i)), c
	}
	return jen.Func().Params(jen.List(jen.Id("nn_step"), jen.Id("nn_steps"), jen.Id("nn_tap")).Int()).Bool().Block(
		jen.Switch(jen.Id("nn_tap")).BlockFunc(func(g *jen.Group) {
			for _, key := range order {
				g.Case(taps[key]...).Block(jen.Return(code(conds[key], returnError)))
			}
		}),
		jen.Return(jen.True()),
	)
}

func (f *traceFunc) catchVisit(g *jen.Group) {
	g.Defer().Add(nn("Catch")).Call(jen.Lit(f.invoke()), jen.Op("&").Id("nn_failed"))
}

// lastVisit holds the steps that there are to the last that the trace names, at
// the line that names it.
func (f *traceFunc) lastVisit(g *jen.Group) {
	v := f.t.Visits
	if v.Last < 0 {
		return
	}
	check := ast.Code{{Text: "LastVisit", Import: ast.RuntimePath, Name: "nn"}, {Text: "(nn_step, nn_steps, " + strconv.Itoa(v.Last) + ")"}}
	f.statements(g, []ast.Stmt{{Line: v.Line, Code: check}}, returnNilError)
}

// newStep makes the fields of the frame zero that live in one step alone.
func (f *traceFunc) newStep(g *jen.Group) {
	fr := f.t.Frame
	var list []jen.Code
	fresh := false
	for _, v := range fr.Fields {
		switch {
		case v.Kept:
			list = append(list, jen.Id(v.Name).Op(":").Id(fr.Recv).Dot(v.Name))
		case v.Param != "":
			list = append(list, jen.Id(v.Name).Op(":").Id(v.Param))
			fresh = true
		default:
			fresh = true
		}
	}
	if fresh {
		g.Op("*").Id(fr.Recv).Op("=").Id(f.n.frame).Values(list...)
	}
}
