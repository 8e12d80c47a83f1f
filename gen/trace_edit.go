package gen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/nngen-go/nngen/ast"
)

// editName is the function that makes an edit of the user's function.
func editName(fn string) string {
	if upperFirst(fn) == fn {
		return "Edit" + fn
	}
	return "edit" + upperFirst(fn)
}

// edit adds the function that makes an edit of the parameters' values.
func (f *traceFunc) edit() {
	name := editName(f.t.Func)
	doc := fmt.Sprintf("%s is %s with these values, to be put under every trace of a session: with nn.WithEdits or Session.With.", name, f.t.Func)
	if text := strings.TrimSpace(f.t.Doc); text != "" {
		doc += "\n\n" + text
	}
	params, call := f.signature()
	f.file.Add(note("%s", doc))
	f.file.Func().Id(name).Params(params...).Add(nn("Edit")).BlockFunc(func(g *jen.Group) {
		f.statements(g, f.t.Before, returnError)
		m := f.scope.name("m")
		list := []jen.Code{
			jen.Id(f.n.plan).Call(), f.args(g),
			jen.Func().Params(jen.Id(m).Op("*").Qual(f.t.Model.Path, "Model")).Block(jen.Id(f.t.Func).Call(append([]jen.Code{jen.Id(m)}, call...)...)),
		}
		for _, p := range f.t.Attached {
			list = append(list, nn("Attach").Call(jen.Lit(p.Name), jen.Id(p.Name)))
		}
		g.Return(nn("NewEdit").Call(list...))
	}).Line()
}

// signature is the function's parameters as the user has them, attachments among
// the others, and as they are passed on.
func (f *traceFunc) signature() (params, call []jen.Code) {
	list := slices.Concat(f.t.Params, f.t.Attached)
	slices.SortFunc(list, func(a, b ast.Param) int { return a.Place - b.Place })
	for _, p := range list {
		params = append(params, jen.Id(p.Name).Add(code(p.Type, returnError)))
		a := jen.Id(p.Name)
		if variadic(p) {
			a.Op("...")
		}
		call = append(call, a)
	}
	return params, call
}
