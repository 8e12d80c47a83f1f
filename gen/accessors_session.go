package gen

import (
	"maps"
	"slices"

	"github.com/dave/jennifer/jen"
)

func ctxParam() *jen.Statement { return jen.Id("ctx").Qual("context", "Context") }

func inParam() *jen.Statement { return jen.Id("in").Id("Inputs") }

// body is the type of the function that interventions are written in.
func body(result *jen.Statement) *jen.Statement {
	return jen.Id("f").Func().Params(jen.Id("m").Op("*").Id("Model")).Add(result)
}

// session adds the handle of an opened model and the ways to run it.
func (w *accessorFile) session() {
	w.declare("Session is an opened model, once a process; any number of goroutines may use it at once.",
		jen.Type().Id("Session").Struct(jen.Op("*").Add(nn("Session"))))
	w.declare("Open opens the model's file. It fails if the file is another model than the spec's.",
		jen.Func().Id("Open").Params(jen.Id("path").String(), jen.Id("opts").Op("...").Add(nn("Option"))).
			Params(jen.Op("*").Id("Session"), jen.Error()).Block(
			jen.List(jen.Id("s"), jen.Id("err")).Op(":=").Add(nn("Open")).Call(jen.Id("info"), jen.Id("path"), jen.Id("opts").Op("...")),
			jen.If(jen.Id("err").Op("!=").Nil()).Block(jen.Return(jen.Nil(), jen.Id("err"))),
			jen.Return(jen.Op("&").Id("Session").Values(jen.Id("s")), jen.Nil()),
		))
	method := func(name string) *jen.Statement {
		return jen.Func().Params(jen.Id("s").Op("*").Id("Session")).Id(name)
	}
	inner := jen.Id("s").Dot("Session")
	given := jen.Id("in").Dot("NNInputs").Call()
	options := jen.Id("opts").Op("...").Add(nn("GenerateOption"))
	tokens := jen.Params(jen.Index().Index().Int64(), jen.Error())
	w.declare("Interpret runs the model once with the interventions of f, which need not be compiled.",
		method("Interpret").Params(ctxParam(), inParam(), body(jen.Error())).Error().Block(
			jen.Return(nn("Interpret").Call(jen.Id("ctx"), inner, given, jen.Id("f")))))
	w.declare("InterpretTrace runs the model once with the invokes that f registers.",
		method("InterpretTrace").Params(ctxParam(), jen.Id("f").Func().Params(jen.Id("t").Op("*").Id("Trace")).Error()).Error().Block(
			jen.Return(nn("InterpretTrace").Call(jen.Id("ctx"), inner,
				jen.Func().Params(jen.Id("t").Op("*").Add(nn("Trace"))).Error().Block(
					jen.Return(jen.Id("f").Call(jen.Op("&").Id("Trace").Values(jen.Id("Trace").Op(":").Id("t")))))))))
	for _, m := range []struct{ name, doc string }{
		{"With", "With gives a session over the same file with further edits on top of those it has; s stays as it is. Both are to be closed."},
		{"Without", "Without gives a session over the same file with none of the edits of s."},
	} {
		var params, args []jen.Code
		if m.name == "With" {
			params, args = []jen.Code{jen.Id("edits").Op("...").Add(nn("Edit"))}, []jen.Code{jen.Id("edits").Op("...")}
		}
		w.declare(m.doc, method(m.name).Params(params...).Params(jen.Op("*").Id("Session"), jen.Error()).Block(
			jen.List(jen.Id("c"), jen.Id("err")).Op(":=").Add(inner.Clone()).Dot(m.name).Call(args...),
			jen.If(jen.Id("err").Op("!=").Nil()).Block(jen.Return(jen.Nil(), jen.Id("err"))),
			jen.Return(jen.Op("&").Id("Session").Values(jen.Id("c")), jen.Nil()),
		))
	}
	w.declare("Generate continues the prompt with the model as it is.",
		method("Generate").Params(ctxParam(), inParam(), options).Add(tokens).Block(
			jen.Return(inner.Clone().Dot("Generate").Call(jen.Id("ctx"), given, jen.Id("opts").Op("...")))))
	w.declare("InterpretGenerate continues the prompt with the interventions of f in every step.",
		method("InterpretGenerate").Params(ctxParam(), inParam(), body(jen.Error()), options).Add(tokens).Block(
			jen.Return(nn("InterpretGenerate").Call(jen.Id("ctx"), inner, given, jen.Id("f"), jen.Id("opts").Op("...")))))
	w.declare("InterpretTraceGenerate continues the prompts of the invokes that f registers, with their interventions.",
		method("InterpretTraceGenerate").Params(ctxParam(), jen.Id("f").Func().Params(jen.Id("t").Op("*").Id("Trace")).Error(), options).Add(tokens).Block(
			jen.Return(nn("InterpretTraceGenerate").Call(jen.Id("ctx"), inner,
				jen.Func().Params(jen.Id("t").Op("*").Add(nn("Trace"))).Error().Block(
					jen.Return(jen.Id("f").Call(jen.Op("&").Id("Trace").Values(jen.Id("Trace").Op(":").Id("t"))))),
				jen.Id("opts").Op("...")))))
}

// trace adds the handle of one run with several invokes.
func (w *accessorFile) trace() {
	w.declare("Trace is one run of the model with several invokes.",
		jen.Type().Id("Trace").Struct(jen.Op("*").Add(nn("Trace"))))
	w.declare("Invoke registers a block of interventions with inputs of its own. It runs when Run is called.",
		jen.Func().Params(jen.Id("t").Op("*").Id("Trace")).Id("Invoke").Params(inParam(), body(jen.Null())).Block(
			nn("Invoke").Call(jen.Id("t").Dot("Trace"), jen.Id("in").Dot("NNInputs").Call(), jen.Id("f"))))
}

// aliases adds the maps between aliases and module paths.
func (w *accessorFile) aliases() {
	byPath := map[string][]string{}
	for alias, path := range w.tree.aliases {
		byPath[path] = append(byPath[path], alias)
	}
	names := slices.Sorted(maps.Keys(w.tree.aliases))
	w.declare("Aliases gives the module path of every alias.",
		jen.Var().Id("Aliases").Op("=").Map(jen.String()).String().Add(rows(len(names), func(i int) *jen.Statement {
			return jen.Lit(names[i]).Op(":").Lit(w.tree.aliases[names[i]])
		})))
	paths := slices.Sorted(maps.Keys(byPath))
	w.declare("AliasesOf gives the aliases of every module path that has any.",
		jen.Var().Id("AliasesOf").Op("=").Map(jen.String()).Index().String().Add(rows(len(paths), func(i int) *jen.Statement {
			list := slices.Sorted(slices.Values(byPath[paths[i]]))
			return jen.Lit(paths[i]).Op(":").ValuesFunc(func(g *jen.Group) {
				for _, a := range list {
					g.Lit(a)
				}
			})
		})))
}
