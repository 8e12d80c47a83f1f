package gen

import (
	"github.com/dave/jennifer/jen"

	"github.com/nngen-go/nngen/internal/plan"
)

// tap is what leaves the run: a value, or the one of several that is chosen.
func tap(t plan.Tap) *jen.Statement {
	list := []jen.Code{jen.Id("Name").Op(":").Lit(t.Name), jen.Id("Value").Op(":").Add(ref(t.Value))}
	if len(t.Choices) > 0 {
		choices := jen.Index().Add(nn("Ref")).ValuesFunc(func(g *jen.Group) {
			for _, r := range t.Choices {
				g.Add(ref(r))
			}
		})
		list = append(list, jen.Id("Choices").Op(":").Add(choices), jen.Id("Choice").Op(":").Lit(t.Choice))
	}
	return jen.Values(place(list, t.File, t.Line)...)
}

// choices adds what parameters pick from, and the order that they must leave.
func (f *traceFunc) choices(field func(comment, name string, value *jen.Statement)) {
	p := f.t.Plan
	if len(p.Choices) > 0 {
		field("Which modules are chosen when it is run.", "Choices", jen.Index().Add(nn("Choice")).Add(rows(len(p.Choices), func(i int) *jen.Statement {
			c := p.Choices[i]
			list := []jen.Code{jen.Id("Param").Op(":").Lit(c.Param), jen.Id("Of").Op(":").Add(texts(c.Of))}
			return jen.Values(place(list, c.File, c.Line)...)
		})))
	}
	if len(p.Orders) > 0 {
		field("What has to come first in the run, whatever is chosen.", "Orders", jen.Index().Add(nn("Order")).Add(rows(len(p.Orders), func(i int) *jen.Statement {
			o := p.Orders[i]
			return jen.Values(jen.Line().Id("First").Op(":").Add(access(o.First)), jen.Line().Id("Then").Op(":").Add(access(o.Then)), jen.Line())
		})))
	}
}

func access(a plan.Access) *jen.Statement {
	moments := jen.Index().Int().ValuesFunc(func(g *jen.Group) {
		for _, m := range a.Moments {
			g.Lit(m)
		}
	})
	list := []jen.Code{jen.Id("At").Op(":").Add(texts(a.At)), jen.Id("Moments").Op(":").Add(moments)}
	if a.Choice != "" {
		list = append(list, jen.Id("Choice").Op(":").Lit(a.Choice))
	}
	if a.When != "" {
		list = append(list, jen.Id("When").Op(":").Lit(a.When))
	}
	if a.Write {
		list = append(list, jen.Id("Write").Op(":").True())
	}
	if a.Skip {
		list = append(list, jen.Id("Skip").Op(":").True())
	}
	return nn("Access").Values(place(list, a.File, a.Line)...)
}
