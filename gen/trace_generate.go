package gen

import (
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/nngen-go/nngen/ast"
)

func (f *traceFunc) generate() {
	opts := f.scope.name("opts")
	f.file.Add(note("Generate continues the prompt with %s in every step, and gives prompt and new tokens of each row.", f.t.Func))
	params := append(f.params(true), jen.Id(opts).Op("...").Add(nn("GenerateOption")))
	results := []jen.Code{jen.Index().Index().Int64(), jen.Error()}
	caught := len(f.t.Before) > 0 && f.t.Defers == ""
	if caught {
		results = []jen.Code{jen.Id("nn_ids").Index().Index().Int64(), jen.Id("nn_failed").Error()}
	}
	f.method("Generate", params, results...).BlockFunc(func(g *jen.Group) {
		if caught {
			f.catch(g)
		}
		ctx, in := jen.Id(f.scope.name("ctx")), jen.Id(f.inputsName()).Dot("NNInputs").Call()
		c := jen.Id(f.scope.name("c")).Dot("c")
		if f.t.Frame == nil && f.t.Defers == "" {
			args := f.begin(g)
			if f.t.Form == ast.ManyInvokes {
				g.Return(c.Dot("GenerateInvokes").Call(ctx, f.inputs(), args, jen.Id(opts).Op("...")))
				return
			}
			g.Return(c.Dot("Generate").Call(ctx, in, args, jen.Id(opts).Op("...")))
			return
		}
		frame := jen.Nil()
		if f.t.Frame != nil {
			f.frameOf(g)
			frame = jen.Id(f.t.Frame.Recv)
		}
		if f.t.Defers == "nn_defers" {
			g.Var().Id("nn_defers").Add(nn("Defers"))
		}
		begin := jen.Func().Params().Params(jen.Index().Add(nn("Tensor")), jen.Error()).BlockFunc(func(g *jen.Group) {
			if f.t.Frame != nil {
				g.Op("*").Id(f.t.Frame.Recv).Op("=").Id(f.n.frame).Values()
				f.startFrame(g)
			}
			f.ownParams(g)
			f.locals(g)
			g.Return(f.begin(g), jen.Nil())
		})
		if f.t.Defers == "" {
			g.Return(c.Dot("GenerateSteps").Call(ctx, frame, in, begin, jen.Id(opts).Op("...")))
			return
		}
		g.Return(c.Dot("GenerateDeferring").Call(ctx, frame, jen.Op("&").Id(f.t.Defers), in, begin, jen.Id(opts).Op("...")))
	}).Line()
}

// begin adds what runs ahead of a decode loop, or of each of its steps, and
// gives the plan's parameters.
func (f *traceFunc) begin(g *jen.Group) *jen.Statement {
	f.namedResults(g)
	f.statements(g, f.t.Before, returnNilError)
	args := f.args(g)
	f.unusedResults(g)
	return args
}

// unusedResults keeps the variables that only results refer to declared and
// used: a generation computes no results.
func (f *traceFunc) unusedResults(g *jen.Group) {
	if len(f.t.Before) == 0 {
		return
	}
	for _, r := range f.t.Results {
		if computed(r) {
			g.Id("_").Op("=").Func().Params(jen.Id("nn_taps").Op("*").Add(nn("Taps"))).
				Block(jen.Id("_").Op("=").Add(code(r.Expr, returnError)))
		}
	}
}

// ownParams gives each decoding step the parameters as they were passed, where
// what runs ahead of it assigns to them.
func (f *traceFunc) ownParams(g *jen.Group) {
	for _, p := range f.t.Params {
		if p.Changed && len(f.t.Before) > 0 && !f.inFrame(p.Name) {
			g.Id(p.Name).Op(":=").Id(p.Name)
			g.Id("_").Op("=").Id(p.Name)
		}
	}
}

// inFrame reports whether a parameter is a field of the frame from the start.
func (f *traceFunc) inFrame(name string) bool {
	return f.t.Frame != nil && slices.ContainsFunc(f.t.Frame.Fields, func(v ast.Field) bool { return v.Param == name })
}
