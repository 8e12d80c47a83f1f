package gen

import (
	"github.com/dave/jennifer/jen"

	"github.com/nngen-go/nngen/internal/plan"
)

// paramSteps are the decoding steps at which a parameter is given.
func paramSteps(p plan.Param) []jen.Code {
	if p.Steps == nil {
		return nil
	}
	list := nn("StepRange").ValuesFunc(func(g *jen.Group) {
		for _, r := range p.Steps {
			g.ValuesFunc(func(g *jen.Group) {
				for _, n := range []struct {
					name string
					v    int64
				}{{"From", r.From}, {"To", r.To}, {"By", r.By}} {
					if n.v != 0 {
						g.Id(n.name).Op(":").Lit(int(n.v))
					}
				}
			})
		}
	})
	return []jen.Code{jen.Id("Steps").Op(":").Index().Add(list)}
}
