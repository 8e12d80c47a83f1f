package gen

import (
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/nngen-go/nngen/ast"
)

// hasGo reports whether Go of the user's runs before or after the model, be it
// in a return statement alone.
func (f *traceFunc) hasGo() bool {
	return len(f.t.Before)+len(f.t.After) > 0 || slices.ContainsFunc(f.t.Results, computed)
}

// catch makes a panic of the user's Go the run's error, as the interpreter does.
func (f *traceFunc) catch(g *jen.Group) {
	if !f.hasGo() || f.t.Defers != "" { // deferred calls see the panic first
		return
	}
	if f.enters() {
		g.Id(ast.InvokeVar).Op(":=").Lit(-1)
		g.Defer().Add(nn("CatchIn")).Call(jen.Op("&").Id(ast.InvokeVar), jen.Op("&").Id("nn_failed"))
		return
	}
	g.Defer().Add(nn("Catch")).Call(jen.Lit(f.invoke()), jen.Op("&").Id("nn_failed"))
}

// enters reports whether the code before or after the run says which invoke it
// belongs to.
func (f *traceFunc) enters() bool {
	s := scope{map[string]bool{}}
	for _, st := range slices.Concat(f.t.Before, f.t.After) {
		s.see(st.Code)
	}
	return s.uses(ast.InvokeVar)
}

// invoke is the invoke that the user's Go belongs to, -1 where several have a part in it.
func (f *traceFunc) invoke() int {
	if f.t.Form == ast.ManyInvokes {
		return -1
	}
	return 0
}

// straight reports whether nothing follows the run.
func (f *traceFunc) straight(direct map[int]bool) bool {
	return len(f.t.After) == 0 && len(direct) == len(f.t.Results) && (len(f.t.Err) == 0 || f.t.Err.String() == "nil")
}

// namedResults declares the user's named results where its text refers to them.
func (f *traceFunc) namedResults(g *jen.Group) {
	declare := func(name string, typ *jen.Statement) {
		if name == "" || name == "_" || fieldOf(f.t, name) || !f.textUses(name) {
			return
		}
		g.Var().Id(name).Add(typ)
		g.Id("_").Op("=").Id(name)
	}
	for _, r := range f.t.Results {
		declare(r.Name, code(r.Type, returnError))
	}
	declare(f.t.ErrorName, jen.Error())
}

// textUses reports whether the body's text, as against its signature, has a name.
func (f *traceFunc) textUses(name string) bool {
	s := scope{map[string]bool{}}
	for _, st := range slices.Concat(f.t.Before, f.t.After) {
		s.see(st.Code)
	}
	for _, r := range f.t.Results {
		if computed(r) {
			s.see(r.Expr)
		}
	}
	for _, p := range f.t.ParamExprs {
		s.see(p.Expr)
	}
	s.see(f.t.Err)
	return s.uses(name)
}
