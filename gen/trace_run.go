package gen

import (
	"fmt"
	"go/token"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/nngen-go/nngen/ast"
	"github.com/nngen-go/nngen/internal/tensor"
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

// inputsName is the parameter for the model's inputs in the one-invoke form.
func (f *traceFunc) inputsName() string { return f.scope.name("in") }

// params are the parameters of the generated methods after the context: the
// inputs where the function takes a *Model, then the user's own. Slices: a
// variadic parameter becomes a slice, because something follows it.
func (f *traceFunc) params(slices bool) []jen.Code {
	var list []jen.Code
	if f.t.Form == ast.OneInvoke {
		list = append(list, jen.Id(f.inputsName()).Qual(f.t.Model.Path, "Inputs"))
	}
	for _, p := range f.t.Params {
		typ := p.Type
		if slices && variadic(p) {
			typ = ast.Join(ast.Text("[]"+strings.TrimPrefix(typ[0].Text, "...")), typ[1:])
		}
		list = append(list, jen.Id(p.Name).Add(code(typ, returnError)))
	}
	return list
}

func variadic(p ast.Param) bool {
	return len(p.Type) > 0 && p.Type[0].Import == "" && strings.HasPrefix(p.Type[0].Text, "...")
}

// arguments passes the parameters on.
func (f *traceFunc) arguments() []jen.Code {
	var list []jen.Code
	if f.t.Form == ast.OneInvoke {
		list = append(list, jen.Id(f.inputsName()))
	}
	for _, p := range f.t.Params {
		a := jen.Id(p.Name)
		if variadic(p) {
			a.Op("...")
		}
		list = append(list, a)
	}
	return list
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

// inputs is the list of the invokes' inputs.
func (f *traceFunc) inputs() *jen.Statement {
	return jen.Index().Add(nn("InvokeInputs")).ValuesFunc(func(g *jen.Group) {
		for _, i := range f.t.Invokes {
			switch {
			case f.t.Form == ast.OneInvoke:
				g.Id(f.inputsName()).Dot("NNInputs").Call()
			case len(i.Inputs) == 0:
				g.Nil() // an empty invoke: all rows, no inputs of its own
			case simple(i.Inputs):
				g.Add(code(i.Inputs, returnError)).Dot("NNInputs").Call()
			default:
				g.Parens(code(i.Inputs, returnError)).Dot("NNInputs").Call()
			}
		}
	})
}

// simple reports whether code is one identifier.
func simple(c ast.Code) bool {
	return len(c) == 1 && c[0].Import == "" && token.IsIdentifier(strings.TrimSpace(c[0].Text))
}

// args is the list of the plan's parameters. Expressions are computed first,
// each on the line that the user wrote it on.
func (f *traceFunc) args(g *jen.Group) *jen.Statement {
	if len(f.t.ParamExprs) == 0 {
		return jen.Nil()
	}
	mapped := false
	list := make([]jen.Code, len(f.t.ParamExprs))
	for i, p := range f.t.ParamExprs {
		value := f.convert(i)
		if !simple(p.Expr) {
			if p.Line > 0 {
				g.Comment(f.lineMark(p.Line))
				mapped = true
			}
			name := fmt.Sprintf("nn_arg%d", i)
			g.Id(name).Op(":=").Add(value)
			value = jen.Id(name)
		}
		if !p.Tensor {
			value = nn("Scalar").Call(value)
		}
		list[i] = value
	}
	if mapped {
		g.Comment(resetMark)
	}
	return jen.Index().Add(nn("Tensor")).Values(list...)
}

// convert is parameter i of the plan as Go of the plan's type.
func (f *traceFunc) convert(i int) *jen.Statement {
	p := f.t.ParamExprs[i]
	e := code(p.Expr, returnError)
	if p.Tensor {
		return e
	}
	name := "float32"
	switch f.t.Plan.Params[i].Type.DType {
	case tensor.Int64:
		name = "int64"
	case tensor.Bool:
		name = "bool"
	case tensor.Float64:
		name = "float64"
	}
	typed := func(q ast.Param) bool { return q.Name == p.Expr.String() && q.Type.String() == name }
	if slices.ContainsFunc(f.t.Params, typed) {
		return e
	}
	return jen.Id(name).Parens(e)
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
