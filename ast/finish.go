package ast

import (
	"go/ast"
	"sort"
	"strconv"
)

func itoa(n int) string { return strconv.Itoa(n) }

// finish turns what evaluation left into a Trace.
func (ev *evaluator) finish() *Trace {
	f, fd := ev.main, ev.tf.decl
	t := &Trace{
		Func: fd.Name.Name, Doc: docText(fd), NoHooks: ev.tf.directive.nohooks, Edit: ev.tf.directive.edit,
		Package: Package{ev.tf.src.path, ev.tf.src.name, ev.tf.src.dir},
		Pos:     ev.position(fd.Name.Pos()), Form: ev.form,
		Model: Accessor{ev.acc.path, ev.importName(ev.acc.path)},
	}
	t.File = t.Pos.Filename
	ev.keptCaches()
	ev.besideSkips()
	ev.besideStops()
	var exprs []code
	for _, c := range ev.results {
		exprs = append(exprs, f.resultCode(c))
	}
	if len(ev.diags) > 0 {
		return nil
	}
	top := ev.top
	if l := f.scope.label; l.used {
		top = &resBlock{stmts: []*resStmt{{kind: groupStmt, label: l, blocks: []*resBlock{ev.top}}}}
	}
	ev.settle(top, exprs)
	sections := ev.divide(top)
	if len(ev.diags) > 0 || sections == nil {
		return nil
	}
	if ev.stepVar != nil && !ev.editOverSteps() {
		ev.layoutVisits(t, sections, exprs)
	} else {
		ev.layout(t, sections, exprs)
	}
	if t.Edit && !ev.pureEdit(t) {
		return nil
	}
	ev.fillPlan(t)
	return t
}

// divide cuts the residual code into what runs before, in and after the run;
// nil if it has to be collected again, in the order of service.
func (ev *evaluator) divide(top *resBlock) []*resBlock {
	d, pieces := placed(ev, top)
	for ev.earlyChoices(top) {
		d, pieces = placed(ev, top)
	}
	ev.lateChoices()
	d.lateInputs()
	d.finish()
	if d.steps > 0 && ev.sched.several() && !ev.mode.flat {
		ev.sched.mixed = true
		return nil
	}
	if pos, born := d.firstFeed(); pos.IsValid() && ev.tf.directive.nohooks {
		where := "//nngen:trace nohooks excludes"
		if ev.tf.directive.edit {
			where = "an edit cannot have"
		}
		r := ev.report(pos, "NN1301", "this needs Go in mid-run, which %s: a value of the run goes back into the model by way of Go", where)
		r.Hint = "keep the value in the graph: use the tensor operations instead of taking it out with Item, Float32s, …; or leave nohooks out"
		ev.relate(r, born, "the value leaves the graph here")
	}
	d.fuse(pieces)
	if ev.settleSteps(d, top) {
		return ev.divide(top)
	}
	return d.sections(pieces)
}

// resultCode gives a result as code, at the end of the function.
func (f *frame) resultCode(c *cell) code {
	if cacheOfResult(c) >= 0 {
		return txt("nil") // the generator hands it to the run
	}
	if f.ev.hasDefer {
		return code{{v: c.result}}
	}
	at := ast.Expr(&ast.Ident{NamePos: f.call.fn.(*ast.FuncDecl).Name.Pos(), Name: nameOf(c)})
	if t, ok := c.val.(*tensorVal); ok && c.res == nil && t.sym == nil {
		f.fail(at.Pos(), "NN1501", "set it on every path, in an invoke before Run", "the result %s is never set", resultName(c, f.ev.results))
		return txt("nn_invalid")
	}
	v := heldResult(c)
	if isInvalid(v) {
		return txt("nn_invalid")
	}
	return f.codeOf(v, c.typ, at)
}

func resultName(c *cell, all []*cell) string {
	if c.obj != nil {
		return c.name
	}
	for i, o := range all {
		if o == c {
			return strconv.Itoa(i)
		}
	}
	return ""
}

// fillResults fills the results, the error apart.
func (ev *evaluator) fillResults(t *Trace, p *printer, exprs []code) {
	t.Err = Text("nil")
	if ev.returned.IsValid() {
		t.ReturnLine = ev.prog.Fset.Position(ev.returned).Line
	}
	for i, c := range ev.results {
		name := ""
		if c.obj != nil && c.name != "nn_r" {
			name = c.name
		}
		if isError(c.typ) && i == len(ev.results)-1 {
			t.HasError, t.ErrorName, t.Err = true, name, p.code(exprs[i], 0)
			continue
		}
		r := Result{Name: name, Type: p.typ(c.typ), Expr: p.code(exprs[i], 0), Tap: -1, Cache: cacheOfResult(c) + 1}
		r.Field = "Result" + itoa(i)
		if name != "" {
			r.Field = exported(name)
		}
		if len(exprs[i]) == 1 && exprs[i][0].tap != nil {
			r.Tap = exprs[i][0].tap.tap
		}
		t.Results = append(t.Results, r)
	}
	uniqueFields(t.Results)
}

// uniqueFields keeps results like "a" and "A" apart.
func uniqueFields(rs []Result) {
	seen := map[string]bool{}
	for i := range rs {
		base := rs[i].Field
		if !ast.IsExported(base) {
			base = "R" + base
			rs[i].Field = base
		}
		for n := 2; seen[rs[i].Field]; n++ {
			rs[i].Field = base + "_" + itoa(n)
		}
		seen[rs[i].Field] = true
	}
}

// fillParams fills the parameters of the function, of the plan, and the invokes.
func (ev *evaluator) fillParams(t *Trace, p *printer) {
	sig := ev.tf.obj.Signature()
	for i, prm := range ev.params {
		typ := p.typ(prm.typ)
		if sig.Variadic() && i == len(ev.params)-1 {
			typ = Join(Text("..."), Text(""), trimSlice(typ))
		}
		if prm.kind == attachmentParam {
			t.Attached = append(t.Attached, Param{Name: prm.name, Type: typ, Kind: prm.kind, Place: i})
			continue
		}
		t.Params = append(t.Params, Param{Name: prm.name, Type: typ, Kind: prm.kind, Place: i, Changed: prm.v != nil && prm.v.changed})
	}
	for _, pp := range ev.graph.params {
		if !pp.live || pp.step > 0 {
			continue
		}
		t.ParamExprs = append(t.ParamExprs, ParamExpr{Expr: p.code(pp.code, 0), Tensor: pp.tensor, Name: pp.name, Line: ev.line(pp.pos)})
	}
	for _, inv := range ev.sched.invokes {
		iv := Invoke{Name: inv.name, Line: ev.line(inv.pos)}
		if inv.inputs != nil {
			iv.Inputs = p.code(inv.inputs.code, 0)
		}
		t.Invokes = append(t.Invokes, iv)
	}
}

// trimSlice turns "[]T" into "T".
func trimSlice(c Code) Code {
	out := append(Code(nil), c...)
	if len(out) > 0 && len(out[0].Text) >= 2 && out[0].Text[:2] == "[]" {
		out[0].Text = out[0].Text[2:]
		if out[0].Text == "" {
			out = out[1:]
		}
	}
	return out
}

// usedImports lists the packages that the trace's code refers to.
func (ev *evaluator) usedImports(t *Trace) []Import {
	seen := map[string]bool{}
	see := func(c Code) {
		for _, f := range c {
			if f.Import != "" {
				seen[f.Import] = true
			}
		}
	}
	for _, s := range t.Before {
		see(s.Code)
	}
	for _, s := range t.After {
		see(s.Code)
	}
	for _, b := range t.Steps {
		for _, s := range b.Stmts {
			see(s.Code)
		}
	}
	if t.Frame != nil {
		for _, f := range t.Frame.Fields {
			see(f.Type)
		}
	}
	for _, p := range t.ParamExprs {
		see(p.Expr)
	}
	for _, p := range append(t.Attached, t.Params...) {
		see(p.Type)
	}
	for _, l := range t.Locals {
		see(l.Type)
	}
	for _, d := range t.Types {
		see(d.Def)
	}
	for _, r := range t.Results {
		see(r.Type)
		see(r.Expr)
	}
	for _, i := range t.Invokes {
		see(i.Inputs)
	}
	see(t.Err)
	var out []Import
	for _, path := range sortedKeys(seen) {
		out = append(out, Import{path, ev.importName(path)})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Path < out[j].Path })
	return out
}
