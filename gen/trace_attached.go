package gen

import "github.com/dave/jennifer/jen"

// attached gives the attachments as parameters of the constructor, and how its
// options are passed on: with what is attached ahead of the caller's own.
func (f *traceFunc) attached() (params []jen.Code, options func(opts string) *jen.Statement) {
	list := f.t.Attached
	for _, p := range list {
		params = append(params, jen.Id(p.Name).Add(code(p.Type, returnError)))
	}
	return params, func(opts string) *jen.Statement {
		if len(list) == 0 {
			return jen.Id(opts).Op("...")
		}
		own := jen.Index().Add(nn("CompileOption")).ValuesFunc(func(g *jen.Group) {
			for _, p := range list {
				g.Add(nn("Attach").Call(jen.Lit(p.Name), jen.Id(p.Name)))
			}
		})
		return jen.Append(own, jen.Id(opts).Op("...")).Op("...")
	}
}
