package gen

import (
	"fmt"

	"github.com/dave/jennifer/jen"
)

// cacheNames gives each accessor type the name of its view of caches.
func (w *accessorFile) cacheNames() map[string]string {
	taken := map[string]bool{}
	for _, t := range w.tree.types {
		taken[t.name] = true
		if t.source != nil {
			taken[t.source.Name] = true
		}
	}
	names := map[string]string{}
	for i, t := range w.tree.types {
		name := t.name + "Cache"
		if i == 0 {
			name = "Cache"
		}
		for taken[name] {
			name += "_"
		}
		taken[name] = true
		names[t.name] = name
	}
	return names
}

// caches adds a view for each accessor type, and the ways to ask for a cache.
func (w *accessorFile) caches() {
	names := w.cacheNames()
	for i, t := range w.tree.types {
		doc, base := fmt.Sprintf("%s is the view of a %s in a cache.", names[t.name], t.name), "CacheView"
		if i == 0 {
			doc, base = "Cache is what a run kept of the model's modules: a view for each, under the names that accessors have.", "Cache"
		}
		w.declare(doc, jen.Type().Id(names[t.name]).StructFunc(func(g *jen.Group) {
			g.Add(nn(base))
			for _, f := range t.fields {
				f.typ = names[f.typ]
				g.Id(f.name).Add(fieldType(f)).Tag(f.tag())
			}
		}))
	}
	options := jen.Id("opts").Op("...").Add(nn("CacheOption"))
	w.declare("Cache keeps what modules give in this run, in the rows of the invoke: what edits and invokes have made of it.\nIt is made before any module is read or written.",
		jen.Func().Params(jen.Id("m").Op("*").Id("Model")).Id("Cache").Params(options).Op("*").Id("Cache").Block(
			jen.Return(nn("NewCache").Types(jen.Id("Cache")).Call(jen.Op("&").Id("m").Dot("Envoy"), jen.Id("opts").Op("...")))))
	w.declare("Cache keeps what modules give in this run, in all rows. It is made before Run.",
		jen.Func().Params(jen.Id("t").Op("*").Id("Trace")).Id("Cache").Params(options.Clone()).Op("*").Id("Cache").Block(
			jen.Return(nn("TraceCache").Types(jen.Id("Cache")).Call(jen.Id("t").Dot("Trace"), jen.Id("opts").Op("...")))))
}
