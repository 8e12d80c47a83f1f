package ast

import (
	"go/ast"
	"go/types"
)

// A helper in whose body loops over visits stand is carried out part by part, as
// if its statements stood where it is called: in a statement of the trace
// function, of the invoke, or of another such helper.

// helper gives the declaration of a function that is called and goes through
// visits itself; nil for others.
func (ev *evaluator) helper(src *source, e *ast.CallExpr) (*source, *ast.FuncDecl) {
	o, ok := rootFunc(src.info, e.Fun)
	if !ok || o.Pkg() == nil {
		return nil, nil
	}
	in := ev.prog.sources[o.Pkg().Path()]
	if in == nil {
		return nil, nil
	}
	d := in.decls[o.Origin()]
	if d == nil || d.Body == nil || !ev.goesOn(in, d) {
		return nil, nil
	}
	return in, d
}

// goesOn reports whether a function has loops over visits, or calls such.
func (ev *evaluator) goesOn(src *source, d *ast.FuncDecl) bool {
	if known, ok := ev.goingOn[d]; ok {
		return known
	}
	if ev.goingOn == nil {
		ev.goingOn = map[*ast.FuncDecl]bool{}
	}
	ev.goingOn[d] = false // of a recursion, what the rest of it says
	f := *ev.main
	f.src = src
	found := len(f.calls(d.Body, "Iter", "All", "Next")) > 0 || len(f.helpers(d.Body)) > 0
	ev.goingOn[d] = found
	return found
}

// helpers finds the calls of such functions in a node.
func (f *frame) helpers(n ast.Node) []*ast.CallExpr { return f.helpersBut(n, false) }

func (f *frame) helpersBut(n ast.Node, literals bool) []*ast.CallExpr {
	var out []*ast.CallExpr
	ast.Inspect(n, func(n ast.Node) bool {
		if _, lit := n.(*ast.FuncLit); lit && literals {
			return false
		}
		if e, ok := n.(*ast.CallExpr); ok {
			if _, d := f.ev.helper(f.src, e); d != nil {
				out = append(out, e)
			}
		}
		return true
	})
	return out
}

// helperIn gives the one such call of a statement that the others may follow.
func (f *frame) helperIn(s ast.Stmt) *ast.CallExpr {
	switch s.(type) {
	case *ast.ExprStmt, *ast.AssignStmt, *ast.DeclStmt, *ast.ReturnStmt:
	default:
		return nil
	}
	list := f.helpersBut(s, true)
	if len(list) == 0 {
		return nil
	}
	if len(list) > 1 {
		f.fail(list[1].Pos(), "NN1321", "write two statements", "one statement calls two helpers with loops over decoding steps")
		f.ev.gave(list[1], nil)
	}
	return list[0]
}

// stepHelper carries such a call out. What it gives is there for the statement
// that it stands in.
func (f *frame) stepHelper(e *ast.CallExpr, visit, reached int64) int64 {
	src, d := f.ev.helper(f.src, e)
	name := d.Name.Name
	f.ev.gave(e, nil) // nothing, where something is wrong
	if f.call != nil && f.call.depth >= maxDepth {
		f.fail(e.Pos(), "NN1207", "end the recursion on a constant argument", "calls nest deeper than %d at generate time", maxDepth)
		panic(abort{}) // what stands around would only repeat it
	}
	in := *f
	in.src = src
	for _, what := range []string{"Next", "Result"} {
		for _, c := range in.calls(d.Body, what) {
			f.fail(c.Pos(), "NN1321", "call it in the trace function or the invoke itself", "%s stands in a helper", what)
			return reached
		}
	}
	if defersIn(d.Body) {
		f.fail(d.Name.Pos(), "NN1321", "do it in the caller", "%s defers calls: over decoding steps nothing tells when to make them", name)
		return reached
	}
	fv, args := f.fixedCall(e)
	if fv == nil {
		return reached
	}
	g := f.nested()
	g.src, g.env, g.loops, g.inner = src, newEnv(nil), nil, true
	g.call = &callCtx{parent: f.call, kind: inlineCall, steps: true, pos: e.Pos(), fn: d, targs: fv.targs, sig: fv.sig}
	if f.call != nil {
		g.call.depth = f.call.depth + 1
	}
	for _, o := range paramsOf(g, d) {
		if src.isReassigned(o) {
			f.fail(o.Pos(), "NN1321", "copy it into a variable", "the parameter %s of %s, which has loops over decoding steps, is changed", o.Name(), name)
			return reached
		}
	}
	g.bindReceiver(fv, e)
	f.bindParams(g, d.Type, fv, args, e)
	g.declareResults(d.Type, f.depth())
	for i, c := range g.call.results {
		if c.obj == nil {
			c.obj = fv.sig.Results().At(i)
		}
		g.carry(c, e)
	}
	reached = g.stepwise(d.Body.List, visit, reached)
	f.ev.gave(e, g.call.results)
	return reached
}

// gave notes what such a call has returned.
func (ev *evaluator) gave(e *ast.CallExpr, results []*cell) {
	if ev.helped == nil {
		ev.helped = map[*ast.CallExpr][]*cell{}
	}
	ev.helped[e] = results
}

// fixedCall evaluates the function and what it is given, which is the same at every step.
func (f *frame) fixedCall(e *ast.CallExpr) (*funcVal, []value) {
	g := f.into(&resBlock{}, rscope{kind: scopeGroup, label: &resLabel{}})
	g.env = f.env
	fv, ok := g.expr(e.Fun).(*funcVal)
	if !ok {
		return nil, nil
	}
	args := g.args(e)
	if args == nil {
		return nil, nil
	}
	fixed := len(g.out.stmts) == 0 && !e.Ellipsis.IsValid() && (fv.recv == nil || fixedValue(fv.recv))
	for _, v := range args {
		c, isCode := v.(*codeVal)
		lit := holds(v, func(x value) bool { l, ok := x.(*funcVal); return ok && l.lit != nil })
		t, isTensor := v.(*tensorVal)
		given := isTensor && t.sym != nil && t.sym.param != nil && t.sym.param.feed == nil
		fixed = fixed && !lit && (fixedValue(v) || isCode && f.stable(c) || given)
	}
	if !fixed {
		f.fail(e.Pos(), "NN1321", "give it modules, constants and parameters of the trace function, and let it return what it finds",
			"a helper with loops over decoding steps is given what a step may change")
		return nil, nil
	}
	return fv, args
}

// paramsOf are the parameters of a function, its receiver included.
func paramsOf(f *frame, d *ast.FuncDecl) []types.Object {
	var out []types.Object
	lists := []*ast.FieldList{d.Recv, d.Type.Params}
	for _, l := range lists {
		if l == nil {
			continue
		}
		for _, fld := range l.List {
			for _, id := range fld.Names {
				if o := f.src.info.Defs[id]; o != nil {
					out = append(out, o)
				}
			}
		}
	}
	return out
}

// helpedBy gives what a helper that was carried out part by part has returned.
func (f *frame) helpedBy(e *ast.CallExpr) (value, bool) {
	cells, ok := f.ev.helped[e]
	if !ok || f.ev.stepVar == nil {
		return nil, false
	}
	if cells == nil {
		return invalid{}, true
	}
	vals := make([]value, len(cells))
	for i, c := range cells {
		vals[i] = f.read(c, e)
	}
	if len(vals) == 1 {
		return vals[0], true
	}
	return &tupleVal{vals}, true
}
