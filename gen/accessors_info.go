package gen

import (
	"strconv"

	"github.com/dave/jennifer/jen"

	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// info adds what a compiled trace needs to know of the model, as a literal, so
// that no program parses the spec unless it interprets.
func (w *accessorFile) info() {
	w.file.Comment("//go:embed " + embedPattern(w.source))
	w.file.Var().Id("spec").Index().Byte()
	w.file.Line()
	w.declare("Fingerprint is that of the model's graph. Opening a model with another one is an error.",
		jen.Const().Id("Fingerprint").Op("=").Lit(w.spec.Fingerprint))
	body := []jen.Code{
		jen.Id("Name").Op(":").Lit(w.spec.Model),
		jen.Id("Fingerprint").Op(":").Id("Fingerprint"),
		jen.Id("Opset").Op(":").Lit(int(w.spec.Opset)),
		jen.Id("Batch").Op(":").Lit(w.spec.Batch),
	}
	if len(w.spec.Symbols) > 0 {
		body = append(body, jen.Id("Symbols").Op(":").Index().Add(nn("SymbolInfo")).Add(rows(len(w.spec.Symbols), func(i int) *jen.Statement {
			s := w.spec.Symbols[i]
			return jen.Values(jen.Id("Name").Op(":").Lit(s.Name), jen.Id("Input").Op(":").Lit(s.Input), jen.Id("Axis").Op(":").Lit(s.Axis))
		})))
	}
	if len(w.tree.aliases) > 0 {
		body = append(body, jen.Id("Aliases").Op(":").Id("Aliases"))
	}
	body = append(body,
		jen.Id("Inputs").Op(":").Index().Add(nn("InputInfo")).Add(values(w.spec.Inputs)),
		jen.Id("Outputs").Op(":").Index().Add(nn("OutputInfo")).Add(values(w.spec.Outputs)),
		jen.Id("Spec").Op(":").Id("spec"),
	)
	w.declare("info is what running the model needs to know of it.",
		jen.Var().Id("info").Op("=").Add(nn("ModelInfo")).Add(rows(len(body), func(i int) *jen.Statement { return jen.Add(body[i]) })))
}

// embedPattern names the spec's file for go:embed, which wants names with
// spaces quoted.
func embedPattern(name string) string {
	for _, r := range name {
		if r == ' ' || r == '"' || r == '`' {
			return strconv.Quote(name)
		}
	}
	return name
}

// values lists graph inputs or outputs, one a line.
func values(vs []modelspec.Value) *jen.Statement {
	return rows(len(vs), func(i int) *jen.Statement {
		v := vs[i]
		list := []jen.Code{
			jen.Id("Name").Op(":").Lit(v.Name), jen.Id("Role").Op(":").Lit(string(v.Role)), jen.Id("DType").Op(":").Add(dtype(v.Type.DType)),
		}
		if v.Type.Shape.RankKnown() {
			list = append(list, jen.Id("Shape").Op(":").Add(shapeTexts(v.Type.Shape)))
		}
		if v.Pair != "" {
			list = append(list, jen.Id("Pair").Op(":").Lit(v.Pair))
		}
		if v.Class != "" {
			list = append(list, jen.Id("Class").Op(":").Lit(v.Class))
		}
		if v.Rows != modelspec.OrderUnknown {
			list = append(list, jen.Id("Rows").Op(":").Lit(string(v.Rows)))
		}
		return jen.Values(list...)
	})
}

func shapeTexts(s tensor.Shape) *jen.Statement {
	dims := make([]string, len(s))
	for i, d := range s {
		dims[i] = string(d)
	}
	return texts(dims)
}

// inputs adds the type of the values that a user gives to a run.
func (w *accessorFile) inputs() {
	w.declare("Inputs are the values that a run is given. Masks and positions that are left out are filled in.",
		jen.Type().Id("Inputs").StructFunc(func(g *jen.Group) {
			for _, in := range w.tree.inputs {
				g.Add(note("%s is the graph input %s: %s", in.name, quoteName(in.value.Name), in.value.Type))
				g.Id(in.name).Add(nn("Tensor")).Tag(map[string]string{"nn": in.value.Name})
			}
		}))
	w.declare("NNInputs gives the inputs by the names that the model's graph has for them.",
		jen.Func().Params(jen.Id("in").Id("Inputs")).Id("NNInputs").Params().Add(nn("InvokeInputs")).Block(
			jen.Return(nn("InvokeInputs").Add(rows(len(w.tree.inputs), func(i int) *jen.Statement {
				in := w.tree.inputs[i]
				return jen.Lit(in.value.Name).Op(":").Id("in").Dot(in.name)
			})))))
}
