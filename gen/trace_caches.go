package gen

import (
	"github.com/dave/jennifer/jen"

	"github.com/nngen-go/nngen/ast"
)

// cacheResults gives, for each cache of the plan, the results that it is.
func (f *traceFunc) cacheResults() [][]ast.Result {
	out := make([][]ast.Result, len(f.t.Plan.Caches))
	for _, r := range f.t.Results {
		if r.Cache > 0 {
			out[r.Cache-1] = append(out[r.Cache-1], r)
		}
	}
	return out
}

// caches makes the caches that the run will fill, of what the caller has from a
// run before where there is one.
func (f *traceFunc) caches(g *jen.Group, res string) {
	for i, list := range f.cacheResults() {
		first := jen.Id(res).Dot(list[0].Field)
		g.Add(first).Op("=").Add(nn("CacheOf")).Call(jen.Id(f.scope.name("c")).Dot("c"), jen.Lit(i), first.Clone())
		for _, r := range list[1:] {
			g.Id(res).Dot(r.Field).Op("=").Add(first.Clone())
		}
	}
}

// caching adds to the run's destinations those of the caches.
func (f *traceFunc) caching(into []jen.Code, res string) []jen.Code {
	if len(f.t.Plan.Caches) == 0 {
		return into
	}
	args := []jen.Code{jen.Id(f.scope.name("c")).Dot("c"), jen.Index().Op("*").Add(nn("Tensor")).Values(into...)}
	return []jen.Code{nn("Caching").Call(append(args, f.cacheList(res)...)...).Op("...")}
}

func (f *traceFunc) cacheList(res string) []jen.Code {
	var list []jen.Code
	for _, rs := range f.cacheResults() {
		list = append(list, jen.Id(res).Dot(rs[0].Field))
	}
	return list
}

// generateInto adds the decode loop that keeps caches.
func (f *traceFunc) generateInto() {
	if len(f.t.Plan.Caches) == 0 {
		return
	}
	res, opts, c := f.scope.name("res"), f.scope.name("opts"), f.scope.name("c")
	f.file.Add(note("GenerateInto is Generate that fills the caches of %s: each step adds an entry for each module. Other results are left as they are.", res))
	params := append([]jen.Code{jen.Id(res).Op("*").Id(f.n.result)}, f.params(true)...)
	params = append(params, jen.Id(opts).Op("...").Add(nn("GenerateOption")))
	f.method("GenerateInto", params, jen.Index().Index().Int64(), jen.Error()).BlockFunc(func(g *jen.Group) {
		f.caches(g, res)
		all := jen.Append(jen.Index().Add(nn("GenerateOption")).Values(nn("KeepCaches").Call(f.cacheList(res)...)), jen.Id(opts).Op("...")).Op("...")
		args := []jen.Code{jen.Id(f.scope.name("ctx")), jen.Id(f.inputsName())}
		for _, p := range f.t.Params {
			args = append(args, jen.Id(p.Name))
		}
		g.Return(jen.Id(c).Dot("Generate").Call(append(args, all)...))
	}).Line()
}

// cachePlans is what the plan says of caches.
func (f *traceFunc) cachePlans(field func(comment, name string, value *jen.Statement)) {
	list := f.t.Plan.Caches
	if len(list) == 0 {
		return
	}
	field("Which of the taps are caches.", "Caches", jen.Index().Add(nn("CachePlan")).Add(rows(len(list), func(i int) *jen.Statement {
		c := list[i]
		code := []jen.Code{jen.Id("Name").Op(":").Lit(c.Name), jen.Id("First").Op(":").Lit(c.First), jen.Id("Count").Op(":").Lit(c.Count)}
		for _, flag := range []struct {
			name string
			set  bool
		}{{"Device", c.Device}, {"Some", c.Some}, {"Hidden", c.Hidden}} {
			if flag.set {
				code = append(code, jen.Id(flag.name).Op(":").True())
			}
		}
		code = append(integer(code, "Line", c.Line), jen.Id("Entries").Op(":").Index().Add(nn("CacheEntry")).Add(rows(len(c.Entries), func(k int) *jen.Statement {
			e := c.Entries[k]
			list := []jen.Code{jen.Id("Module").Op(":").Lit(e.Module)}
			list = places(list, "Outputs", e.Outputs)
			list = places(list, "Inputs", e.Inputs)
			return jen.Values(append(list, jen.Id("Output").Op(":").Lit(e.Output), jen.Id("Input").Op(":").Lit(e.Input))...)
		})))
		return jen.Values(code...)
	})))
}

func places(list []jen.Code, name string, at []int) []jen.Code {
	if len(at) == 0 {
		return list
	}
	return append(list, jen.Id(name).Op(":").Index().Int().ValuesFunc(func(g *jen.Group) {
		for _, n := range at {
			g.Lit(n)
		}
	}))
}

// computed reports whether a result is made by Go: it is no tap and no cache.
func computed(r ast.Result) bool { return r.Tap < 0 && r.Cache == 0 }

// isCache reports whether a tap belongs to a cache.
func (f *traceFunc) isCache(tap int) bool { return f.t.Plan.CacheAt(tap) != nil }

// cachesDirect marks the results that are caches as filled.
func (f *traceFunc) cachesDirect(direct map[int]bool) {
	for i, r := range f.t.Results {
		if r.Cache > 0 {
			direct[i] = true
		}
	}
}
