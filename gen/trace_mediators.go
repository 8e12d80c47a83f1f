package gen

import (
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/nngen-go/nngen/internal/plan"
)

// events and placements give the constants of package nn.
var (
	events = map[plan.Event]string{
		plan.Value: "Value", plan.Swap: "Swap", plan.Skip: "Skip",
		plan.Barrier: "AtBarrier", plan.Stop: "Stop", plan.End: "End",
	}
	placements = map[plan.Placement]string{
		plan.Before: "Before", plan.TapOut: "TapOut", plan.Graph: "Graph",
		plan.Hook: "Hook", plan.After: "After", plan.Prune: "Prune",
	}
)

// mediators declares the trace's tables: the static schedule, one table per invoke.
func (f *traceFunc) mediators() *jen.Statement {
	ms := f.t.Plan.Mediators
	if len(ms) == 1 {
		return note("%s is %s, scheduled: its states in the order of the run.", f.n.mediator, f.t.Func).Line().
			Var().Id(f.n.mediator).Op("=").Add(nn("Mediator")).Add(states(ms[0]))
	}
	tables := jen.ValuesFunc(func(g *jen.Group) {
		for i, m := range ms {
			g.Add(jen.Line().Add(note("%s, line %d", invokeName(f.t.Plan, i), f.line(i))).Line().Add(states(m)))
		}
		g.Line()
	})
	return note("%ss are the invokes of %s, scheduled: the states of each in the order of the run.", f.n.mediator, f.t.Func).Line().
		Var().Id(f.n.mediator + "s").Op("=").Index().Add(nn("Mediator")).Add(tables)
}

func (f *traceFunc) line(invoke int) int {
	if invoke < len(f.t.Invokes) {
		return f.t.Invokes[invoke].Line
	}
	return f.t.Pos.Line
}

func invokeName(p *plan.Plan, i int) string {
	if i < len(p.Invokes) && p.Invokes[i] != "" {
		return p.Invokes[i]
	}
	return fmt.Sprintf("invoke %d", i)
}

// states is a mediator's table, one state a line.
func states(m plan.Mediator) *jen.Statement {
	return rows(len(m), func(i int) *jen.Statement {
		s := m[i]
		list := []jen.Code{jen.Id("At").Op(":").Lit(s.At), jen.Id("Event").Op(":").Add(nn(events[s.Event]))}
		if s.Placement != "" {
			list = append(list, jen.Id("Placement").Op(":").Add(nn(placements[s.Placement])))
		}
		list = append(list, jen.Id("Rows").Op(":").Add(rowScope(s.Rows)))
		list = integer(list, "Visit", s.Visit)
		if s.When != "" {
			list = append(list, jen.Id("When").Op(":").Lit(s.When))
		}
		return jen.Values(integer(list, "Line", s.Line)...)
	})
}

func rowScope(rows int) *jen.Statement {
	if rows == plan.AllRows {
		return nn("AllRows")
	}
	return jen.Lit(rows)
}

func (f *traceFunc) mediatorList() *jen.Statement {
	if len(f.t.Plan.Mediators) == 1 {
		return jen.Index().Add(nn("Mediator")).Values(jen.Id(f.n.mediator))
	}
	return jen.Id(f.n.mediator + "s")
}
