package gen

import (
	"github.com/dave/jennifer/jen"

	"github.com/nngen-go/nngen/internal/plan"
)

// skipped is a module that is left out.
func skipped(k plan.Skipped) *jen.Statement {
	list := []jen.Code{jen.Id("Module").Op(":").Lit(k.Module)}
	if len(k.Inputs) > 0 {
		list = append(list, jen.Id("Inputs").Op(":").Add(texts(k.Inputs)))
	}
	list = append(list, jen.Id("Outputs").Op(":").Add(texts(k.Outputs)), jen.Id("Given").Op(":").Lit(k.Given))
	if k.When != "" {
		list = append(list, jen.Id("When").Op(":").Lit(k.When))
	}
	return jen.Values(place(list, k.File, k.Line)...)
}

// stopping is a place that ends the run.
func stopping(k plan.Stopping) *jen.Statement {
	var list []jen.Code
	if k.When != nil {
		list = append(list, jen.Id("When").Op(":").Add(nn("When")).Call(ref(*k.When)), jen.Id("Text").Op(":").Lit(k.Text))
	}
	if len(k.Drops) > 0 {
		list = append(list, jen.Id("Drops").Op(":").Index().Int().ValuesFunc(func(g *jen.Group) {
			for _, i := range k.Drops {
				g.Lit(i)
			}
		}))
	}
	return jen.Values(integer(list, "Line", k.Line)...)
}
