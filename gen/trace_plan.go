package gen

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/tensor"
)

func nn(name string) *jen.Statement { return jen.Qual(runtimePath, name) }

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
	dtypeNames = map[tensor.DType]string{
		tensor.Float32: "Float32", tensor.Float64: "Float64", tensor.Float16: "Float16", tensor.BFloat16: "BFloat16",
		tensor.Int8: "Int8", tensor.Int16: "Int16", tensor.Int32: "Int32", tensor.Int64: "Int64",
		tensor.Uint8: "Uint8", tensor.Uint16: "Uint16", tensor.Uint32: "Uint32", tensor.Uint64: "Uint64",
		tensor.Bool: "Bool",
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

// integer adds a field unless it is zero.
func integer(list []jen.Code, name string, v int) []jen.Code {
	if v == 0 {
		return list
	}
	return append(list, jen.Id(name).Op(":").Lit(v))
}

// place adds the line of the user's text that something stands for.
func place(list []jen.Code, file string, line int) []jen.Code {
	list = integer(list, "Line", line)
	if file == "" || line == 0 {
		return list
	}
	return append(list, jen.Id("File").Op(":").Lit(file))
}

// rows is a composite literal's body with each element on a line of its own.
func rows(n int, element func(i int) *jen.Statement) *jen.Statement {
	if n == 0 {
		return jen.Values()
	}
	return jen.ValuesFunc(func(g *jen.Group) {
		for i := range n {
			g.Add(jen.Line().Add(element(i)))
		}
		g.Line()
	})
}

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

func (f *traceFunc) mediatorList() *jen.Statement {
	if len(f.t.Plan.Mediators) == 1 {
		return jen.Index().Add(nn("Mediator")).Values(jen.Id(f.n.mediator))
	}
	return jen.Id(f.n.mediator + "s")
}

func texts(list []string) *jen.Statement {
	return jen.Index().String().ValuesFunc(func(g *jen.Group) {
		for _, s := range list {
			g.Lit(s)
		}
	})
}

func ref(r plan.Ref) *jen.Statement {
	switch r.Kind {
	case plan.Model:
		return nn("ModelTensor").Call(jen.Lit(r.Name))
	case plan.Arg:
		return nn("Arg").Call(jen.Lit(r.Name))
	}
	return nn("Val").Call(jen.Lit(r.Name))
}

func node(n plan.Node) *jen.Statement {
	list := []jen.Code{jen.Id("Op").Op(":").Lit(n.Op)}
	if len(n.In) > 0 {
		list = append(list, jen.Id("In").Op(":").Index().Add(nn("Ref")).ValuesFunc(func(g *jen.Group) {
			for _, r := range n.In {
				g.Add(ref(r))
			}
		}))
	}
	list = append(list, jen.Id("Out").Op(":").Add(texts(n.Out)))
	if len(n.Attrs) > 0 {
		list = append(list, jen.Id("Attrs").Op(":").Add(attrs(n.Attrs)))
	}
	if len(n.Types) > 0 {
		list = append(list, jen.Id("Types").Op(":").Index().Add(nn("Type")).ValuesFunc(func(g *jen.Group) {
			for _, t := range n.Types {
				g.Add(typeBody(t))
			}
		}))
	}
	list = place(list, n.File, n.Line)
	if n.Then != nil && n.Else != nil {
		return jen.Values(append(list,
			jen.Line().Id("Then").Op(":").Add(branch(n.Then)),
			jen.Line().Id("Else").Op(":").Add(branch(n.Else)),
			jen.Line())...)
	}
	return jen.Values(list...)
}

// branch is one side of an If node.
func branch(b *plan.Body) *jen.Statement {
	var list []jen.Code
	if len(b.Nodes) > 0 {
		list = append(list, jen.Id("Nodes").Op(":").Index().Add(nn("Node")).Add(rows(len(b.Nodes), func(i int) *jen.Statement { return node(b.Nodes[i]) })))
	}
	out := jen.Index().Add(nn("Ref")).ValuesFunc(func(g *jen.Group) {
		for _, r := range b.Out {
			g.Add(ref(r))
		}
	})
	return jen.Op("&").Add(nn("Body")).Values(append(list, jen.Id("Out").Op(":").Add(out))...)
}

// attrs is a node's attributes in the order of their names.
func attrs(m map[string]any) *jen.Statement {
	return jen.Map(jen.String()).Any().ValuesFunc(func(g *jen.Group) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			g.Add(jen.Lit(k).Op(":").Add(attr(m[k])))
		}
	})
}

func attr(v any) *jen.Statement {
	switch v := v.(type) {
	case []int64:
		return int64s(v)
	case float64:
		return float(v)
	case int:
		return jen.Lit(int64(v))
	case float32:
		return float(float64(v))
	case tensor.DType:
		return jen.Lit(v.String())
	default: // int64, string, bool: all that plans may hold
		return jen.Lit(v)
	}
}

// float keeps the values that have no literal.
func float(v float64) *jen.Statement {
	switch {
	case math.IsInf(v, 0):
		sign := 1
		if v < 0 {
			sign = -1
		}
		return jen.Qual("math", "Inf").Call(jen.Lit(sign))
	case math.IsNaN(v):
		return jen.Qual("math", "NaN").Call()
	case v == 0 && math.Signbit(v):
		return jen.Qual("math", "Copysign").Call(jen.Lit(0), jen.Lit(-1))
	}
	return jen.Lit(v)
}

func int64s(list []int64) *jen.Statement {
	return jen.Index().Int64().ValuesFunc(func(g *jen.Group) {
		for _, n := range list {
			g.Lit(int(n))
		}
	})
}

func write(w plan.Write) *jen.Statement {
	list := []jen.Code{
		jen.Id("At").Op(":").Lit(w.At), jen.Id("Tensor").Op(":").Lit(w.Tensor), jen.Id("Value").Op(":").Add(ref(w.Value)),
	}
	if w.Consumers != nil {
		list = append(list, jen.Id("Consumers").Op(":").Index().Int().ValuesFunc(func(g *jen.Group) {
			for _, n := range w.Consumers {
				g.Lit(n)
			}
		}))
	}
	return jen.Values(integer(list, "Line", w.Line)...)
}

func check(c plan.Check) *jen.Statement {
	return jen.Values(place([]jen.Code{
		jen.Id("Value").Op(":").Add(ref(c.Value)), jen.Id("Tensor").Op(":").Lit(c.Tensor),
		jen.Id("Want").Op(":").Add(typeLit(c.Want)), jen.Id("At").Op(":").Lit(c.At),
	}, c.File, c.Line)...)
}

func typeLit(t tensor.Type) *jen.Statement { return nn("Type").Add(typeBody(t)) }

// typeBody is a tensor type without its name; an unknown rank stays nil.
func typeBody(t tensor.Type) *jen.Statement {
	list := []jen.Code{jen.Id("DType").Op(":").Add(dtype(t.DType))}
	if t.Shape.RankKnown() {
		list = append(list, jen.Id("Shape").Op(":").Add(nn("Shape")).ValuesFunc(func(g *jen.Group) {
			for _, d := range t.Shape {
				g.Lit(string(d))
			}
		}))
	}
	return jen.Values(list...)
}

// dtype is the constant of package nn, or a conversion for types that have none.
func dtype(d tensor.DType) *jen.Statement {
	if name, ok := dtypeNames[d]; ok {
		return nn(name)
	}
	return nn("DType").Call(jen.Lit(int(d)))
}
