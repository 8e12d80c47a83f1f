package gen

import (
	"github.com/dave/jennifer/jen"

	"github.com/nngen-go/nngen/ast"
)

// deferring is the body of RunInto for a function that defers calls: what runs
// them is around the user's Go and the run. The results are read after them.
func (f *traceFunc) deferring(g *jen.Group, res string) {
	if f.t.Defers == "nn_defers" {
		g.Var().Id("nn_defers").Add(nn("Defers"))
	}
	f.locals(g)
	into, held, _ := f.destinations(res)
	if held > 0 {
		g.Var().Id(f.scope.name("held")).Index(jen.Lit(held)).Add(nn("Tensor"))
		f.releaseHeld(g, f.scope.name("held"))
	}
	err := f.scope.name("err")
	body := jen.Func().Params().Error().BlockFunc(func(g *jen.Group) {
		f.statements(g, f.t.Before, returnError)
		run := f.runner(jen.Id(f.scope.name("ctx")), f.inputs(), f.args(g), into)
		if f.t.Form == ast.ManyInvokes {
			g.Add(jen.Op(f.t.Defers).Dot("Begin").Call())
		}
		if len(f.t.After) == 0 {
			g.Return(run)
			return
		}
		g.If(jen.Id(err).Op(":=").Add(run), jen.Id(err).Op("!=").Nil()).Block(jen.Return(jen.Id(err)))
		f.taps(g, into)
		f.statements(g, f.t.After, returnError)
		g.Return(jen.Nil())
	})
	run := jen.Op(f.t.Defers).Dot("Run").Call(jen.Lit(f.invoke()), body)
	if f.t.Form == ast.ManyInvokes {
		g.Id(ast.InvokeVar).Op(":=").Lit(-1)
		run = jen.Op(f.t.Defers).Dot("RunInvokes").Call(jen.Op("&").Id(ast.InvokeVar), body)
	}
	g.If(jen.Id("nn_failed").Op(":=").Add(run), jen.Id("nn_failed").Op("!=").Nil()).Block(jen.Return(jen.Id("nn_failed")))
	f.finish(g, res, nil)
}

// locals declares the results that have no name: deferred calls see them.
func (f *traceFunc) locals(g *jen.Group) {
	for _, l := range f.t.Locals {
		g.Var().Id(l.Name).Add(code(l.Type, returnError))
	}
}
