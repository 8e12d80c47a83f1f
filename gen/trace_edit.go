package gen

import (
	"fmt"
	"strings"

	"github.com/dave/jennifer/jen"
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
	params := f.params(false)[1:] // an edit has no inputs
	f.file.Add(note("%s", doc))
	f.file.Func().Id(name).Params(params...).Add(nn("Edit")).BlockFunc(func(g *jen.Group) {
		f.statements(g, f.t.Before, returnError)
		m := f.scope.name("m")
		call := append([]jen.Code{jen.Id(m)}, f.arguments()[1:]...)
		g.Return(nn("NewEdit").Call(jen.Id(f.n.plan).Call(), f.args(g),
			jen.Func().Params(jen.Id(m).Op("*").Qual(f.t.Model.Path, "Model")).Block(jen.Id(f.t.Func).Call(call...))))
	}).Line()
}
