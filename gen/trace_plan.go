package gen

import (
	"maps"
	"slices"

	"github.com/dave/jennifer/jen"
)

func nn(name string) *jen.Statement { return jen.Qual(runtimePath, name) }

// planFunc declares the function that gives the plan. A function, so that a
// program which does not use the trace does not carry it.
func (f *traceFunc) planFunc() *jen.Statement {
	p := f.t.Plan
	body := jen.ValuesFunc(func(g *jen.Group) {
		field := func(comment, name string, value *jen.Statement) {
			s := jen.Line()
			if comment != "" {
				s.Add(note("%s", comment)).Line()
			}
			g.Add(s.Id(name).Op(":").Add(value))
		}
		field("", "Name", jen.Lit(p.Name))
		field("", "File", nn("FileOf").Call(jen.Id(f.t.Func)))
		field("", "Model", jen.Lit(p.Model))
		field("", "Invokes", texts(p.Invokes))
		if len(p.Aliases) > 0 {
			field("", "Aliases", jen.Qual(f.t.Model.Path, "Aliases"))
		}
		if len(p.Params) > 0 {
			field("What is given to each run.", "Params", jen.Index().Add(nn("Param")).Add(rows(len(p.Params), func(i int) *jen.Statement {
				return jen.Values(append([]jen.Code{jen.Id("Name").Op(":").Lit(p.Params[i].Name), jen.Id("Type").Op(":").Add(typeLit(p.Params[i].Type))}, paramSteps(p.Params[i])...)...)
			})))
		}
		if len(p.Weights) > 0 {
			field("What is given when it is compiled.", "Weights", jen.Index().Add(nn("Param")).Add(rows(len(p.Weights), func(i int) *jen.Statement {
				return jen.Values(jen.Id("Name").Op(":").Lit(p.Weights[i].Name), jen.Id("Type").Op(":").Add(typeLit(p.Weights[i].Type)))
			})))
		}
		if len(p.Nodes) > 0 {
			field("What is added to the model's graph.", "Nodes", jen.Index().Add(nn("Node")).Add(rows(len(p.Nodes), func(i int) *jen.Statement {
				return node(p.Nodes[i])
			})))
		}
		if len(p.Writes) > 0 {
			field("Which of the model's tensors are replaced, in the order of the run.", "Writes",
				jen.Index().Add(nn("Write")).Add(rows(len(p.Writes), func(i int) *jen.Statement { return write(p.Writes[i]) })))
		}
		if len(p.Taps) > 0 {
			field("What leaves the run.", "Taps", jen.Index().Add(nn("Tap")).Add(rows(len(p.Taps), func(i int) *jen.Statement {
				t := p.Taps[i]
				return tap(t)
			})))
		}
		f.cachePlans(field)
		if len(p.Checks) > 0 {
			field("What only the sizes of a run can tell.", "Checks",
				jen.Index().Add(nn("Check")).Add(rows(len(p.Checks), func(i int) *jen.Statement { return check(p.Checks[i]) })))
		}
		if len(p.Skips) > 0 {
			field("Which modules are left out.", "Skips",
				jen.Index().Add(nn("Skipped")).Add(rows(len(p.Skips), func(i int) *jen.Statement { return skipped(p.Skips[i]) })))
		}
		if len(p.Stops) > 0 {
			field("Where the run ends.", "Stops",
				jen.Index().Add(nn("Stopping")).Add(rows(len(p.Stops), func(i int) *jen.Statement { return stopping(p.Stops[i]) })))
		}
		f.choices(field)
		if len(p.Tensors) > 0 {
			names := slices.Sorted(maps.Keys(p.Tensors))
			field("What is known of the model's tensors that the plan names.", "Tensors",
				jen.Map(jen.String()).Add(nn("Type")).Add(rows(len(names), func(i int) *jen.Statement {
					return jen.Lit(names[i]).Op(":").Add(typeBody(p.Tensors[names[i]]))
				})))
		}
		field("", "Mediators", f.mediatorList())
		g.Line()
	})
	return note("%s is %s, compiled, as data.", f.n.plan, f.t.Func).Line().
		Func().Id(f.n.plan).Params().Op("*").Add(nn("Plan")).Block(jen.Return(jen.Op("&").Add(nn("Plan")).Add(body)))
}
