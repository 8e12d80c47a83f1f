package gen

import (
	"maps"
	"math"
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/tensor"
)

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

// dtypeNames gives the constants of package nn.
var dtypeNames = map[tensor.DType]string{
	tensor.Float32: "Float32", tensor.Float64: "Float64", tensor.Float16: "Float16", tensor.BFloat16: "BFloat16",
	tensor.Int8: "Int8", tensor.Int16: "Int16", tensor.Int32: "Int32", tensor.Int64: "Int64",
	tensor.Uint8: "Uint8", tensor.Uint16: "Uint16", tensor.Uint32: "Uint32", tensor.Uint64: "Uint64",
	tensor.Bool: "Bool",
}

// dtype is the constant of package nn, or a conversion for types that have none.
func dtype(d tensor.DType) *jen.Statement {
	if name, ok := dtypeNames[d]; ok {
		return nn(name)
	}
	return nn("DType").Call(jen.Lit(int(d)))
}
