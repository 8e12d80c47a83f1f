package gen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/nngen-go/nngen/ast"
)

// declarations adds the compiled type, its constructor and the result type.
func (f *traceFunc) declarations() {
	doc := fmt.Sprintf("%s is %s, compiled into the graph of one session. Any number of goroutines may use it at once.", f.n.compiled, f.t.Func)
	if text := strings.TrimSpace(f.t.Doc); text != "" {
		doc += "\n\n" + text
	}
	w := f.file
	w.Add(note("%s", doc))
	w.Type().Id(f.n.compiled).Struct(jen.Id("c").Op("*").Add(nn("Compiled"))).Line()

	params, options := f.attached()
	s, opts, c, err := f.scope.name("s"), f.scope.name("opts"), f.scope.name("c"), f.scope.name("err")
	w.Add(note("%s puts %s into the model's graph and opens a session over it, which may take seconds.", f.n.compile, f.t.Func))
	w.Func().Id(f.n.compile).
		Params(slices.Concat([]jen.Code{jen.Id(s).Op("*").Qual(f.t.Model.Path, "Session")}, params, []jen.Code{jen.Id(opts).Op("...").Add(nn("CompileOption"))})...).
		Params(jen.Op("*").Id(f.n.compiled), jen.Error()).
		Block(
			jen.List(jen.Id(c), jen.Id(err)).Op(":=").Id(s).Dot(f.compiler()).Call(jen.Id(f.n.plan).Call(), options(opts)),
			jen.If(jen.Id(err).Op("!=").Nil()).Block(jen.Return(jen.Nil(), jen.Id(err))),
			jen.Return(jen.Op("&").Id(f.n.compiled).Values(jen.Id("c").Op(":").Id(c)), jen.Nil()),
		).Line()

	w.Add(note("%s holds the results of one run of %s.", f.n.result, f.t.Func))
	w.Type().Id(f.n.result).StructFunc(func(g *jen.Group) {
		for _, r := range f.t.Results {
			g.Id(r.Field).Add(code(r.Type, returnError))
		}
	}).Line()
}

// compiler is the method of a session that takes the plan.
func (f *traceFunc) compiler() string {
	if f.t.Visits != nil {
		return "CompileVisits"
	}
	if f.t.Frame != nil {
		return "CompileSteps"
	}
	return "Compile"
}

// runner is the method of nn.Compiled that runs the plan, with what is passed
// first: the frame, where there is one.
func (f *traceFunc) runner(ctx, ins, args jen.Code, into []jen.Code) *jen.Statement {
	c := jen.Id(f.scope.name("c")).Dot("c")
	if f.t.Frame == nil {
		return c.Dot("RunInto").Call(append([]jen.Code{ctx, ins, args}, into...)...)
	}
	return c.Dot("RunSteps").Call(append([]jen.Code{ctx, jen.Id(f.t.Frame.Recv), ins, args}, into...)...)
}

func (f *traceFunc) method(name string, params []jen.Code, results ...jen.Code) *jen.Statement {
	recv := jen.Id(f.scope.name("c")).Op("*").Id(f.n.compiled)
	ctx := jen.Id(f.scope.name("ctx")).Qual("context", "Context")
	return f.file.Func().Params(recv).Id(name).Params(append([]jen.Code{ctx}, params...)...).Params(results...)
}

// run adds Run: the results as the user's function has them.
func (f *traceFunc) run() {
	res, err := f.scope.name("res"), f.scope.name("err")
	if f.t.ErrorName != "" && f.t.ErrorName != "_" {
		err = f.t.ErrorName
	}
	var results []jen.Code
	var values []jen.Code
	for _, r := range f.t.Results {
		name := r.Name
		if name == "" {
			name = "_"
		}
		results = append(results, jen.Id(name).Add(code(r.Type, returnError)))
		values = append(values, jen.Id(res).Dot(r.Field))
	}
	call := append([]jen.Code{jen.Id(f.scope.name("ctx")), jen.Op("&").Id(res)}, f.arguments()...)
	f.file.Add(note("Run runs the model once with %s in it. The results belong to the caller until they are released.", f.t.Func))
	f.method("Run", f.params(false), append(results, jen.Id(err).Error())...).Block(
		jen.Var().Id(res).Id(f.n.result),
		jen.Id(err).Op("=").Id(f.scope.name("c")).Dot("RunInto").Call(call...),
		jen.Return(append(values, jen.Id(err))...),
	).Line()
}

// runInto adds RunInto, which holds the body: the user's Go before the run, the
// run, the user's Go after it.
func (f *traceFunc) runInto() {
	res := f.scope.name("res")
	f.file.Add(note("RunInto is Run into tensors that the caller owns: what %s holds already is written to where its shape fits.", res))
	params := append([]jen.Code{jen.Id(res).Op("*").Id(f.n.result)}, f.params(false)...)
	result := jen.Error()
	if f.hasGo() && f.t.Defers == "" {
		result = jen.Id("nn_failed").Error()
	}
	f.method("RunInto", params, result).BlockFunc(func(g *jen.Group) {
		f.catch(g)
		f.caches(g, res)
		f.namedResults(g)
		f.frame(g)
		if f.t.Defers != "" {
			f.deferring(g, res)
			return
		}
		f.statements(g, f.t.Before, returnError)
		into, held, direct := f.destinations(res)
		run := f.runner(jen.Id(f.scope.name("ctx")), f.inputs(), f.args(g), f.caching(into, res))
		if f.straight(direct) {
			g.Return(run)
			return
		}
		if held > 0 {
			g.Var().Id(f.scope.name("held")).Index(jen.Lit(held)).Add(nn("Tensor"))
			f.releaseHeld(g, f.scope.name("held"))
		}
		err := f.scope.name("err")
		g.If(jen.Id(err).Op(":=").Add(run), jen.Id(err).Op("!=").Nil()).Block(jen.Return(jen.Id(err)))
		f.taps(g, into)
		f.statements(g, f.t.After, returnError)
		f.finish(g, res, direct)
	}).Line()
}

// destinations gives, for each tap, where it is written to: the field of the
// first result that it is, else a held tensor. Direct are the results so filled.
func (f *traceFunc) destinations(res string) (into []jen.Code, held int, direct map[int]bool) {
	direct = map[int]bool{}
	f.cachesDirect(direct)
	for tap := range f.t.Plan.Taps {
		if f.isCache(tap) {
			continue
		}
		at := slices.IndexFunc(f.t.Results, func(r ast.Result) bool { return r.Tap == tap })
		if at >= 0 {
			direct[at] = true
			into = append(into, jen.Op("&").Id(res).Dot(f.t.Results[at].Field))
			continue
		}
		into = append(into, jen.Op("&").Id(f.scope.name("held")).Index(jen.Lit(held)))
		held++
	}
	return into, held, direct
}

// taps declares nn_taps, by which the user's Go refers to what left the run.
func (f *traceFunc) taps(g *jen.Group, into []jen.Code) {
	s := scope{map[string]bool{}}
	for _, st := range f.t.After {
		s.see(st.Code)
	}
	for _, r := range f.t.Results {
		if computed(r) { // the others are filled by the run itself
			s.see(r.Expr)
		}
	}
	s.see(f.t.Err)
	if !s.uses("nn_taps") {
		return
	}
	g.Id("nn_out").Op(":=").Index().Op("*").Add(nn("Tensor")).Values(into...)
	typ := jen.Func().Params(jen.Id("i").Int()).Add(nn("Tensor"))
	g.Id("nn_taps").Op(":=").Struct(jen.Id("Tensor").Add(typ)).Values(
		typ.Clone().Block(jen.Return(jen.Op("*").Id("nn_out").Index(jen.Id("i")))))
}

// finish fills what the run did not fill itself.
func (f *traceFunc) finish(g *jen.Group, res string, direct map[int]bool) {
	var fill []ast.Stmt
	for i, r := range f.t.Results {
		if !direct[i] {
			fill = append(fill, ast.Stmt{Code: ast.Join(ast.Text(res+"."+r.Field+" = "), r.Expr), Line: f.t.ReturnLine})
		}
	}
	f.statements(g, fill, returnError)
	if len(f.t.Err) == 0 {
		g.Return(jen.Nil())
		return
	}
	g.Return(code(f.t.Err, returnError))
}

// generates reports whether the trace can be run over a decoding loop: no Go of
// the user's would have to run after each step, nor, where invokes share it, in one.
func (f *traceFunc) generates() bool {
	return len(f.t.After) == 0 && (f.t.Form == ast.OneInvoke || f.t.Frame == nil && f.t.Defers == "" && len(f.t.Plan.Caches) == 0)
}

// closers adds what every compiled trace has besides.
func (f *traceFunc) closers() {
	recv := func() *jen.Statement { return jen.Params(jen.Id("c").Op("*").Id(f.n.compiled)) }
	f.file.Add(note("Plan is the compiled form of %s, as data.", f.t.Func))
	f.file.Func().Add(recv()).Id("Plan").Params().Op("*").Add(nn("Plan")).Block(jen.Return(jen.Id("c").Dot("c").Dot("Plan").Call())).Line()
	f.file.Add(note("Close frees the session over the changed graph; the session that it was compiled for stays open."))
	f.file.Func().Add(recv()).Id("Close").Params().Error().Block(jen.Return(jen.Id("c").Dot("c").Dot("Close").Call())).Line()
}
