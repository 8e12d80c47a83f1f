package ast

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/nngen-go/nngen/internal/diag"
)

// inline carries a call out now.
func (f *frame) inline(fv *funcVal, args []value, e *ast.CallExpr) value {
	if f.call != nil && f.call.depth >= maxDepth {
		return f.fail(e.Pos(), "NN1207", "end the recursion on a constant argument", "calls nest deeper than %d at generate time", maxDepth)
	}
	if fv.decl != nil && fv.decl.Body == nil {
		return f.foreign(e, fv, args)
	}
	ft, body := funcParts(fv)
	mark, leave := f.deferring(body, e)
	g, done := f.group("nn_call")
	g.src, g.env, g.loops = fv.src, newEnv(fv.env), nil
	call := &callCtx{parent: f.call, kind: inlineCall, pos: e.Pos(), scope: g.scope, targs: fv.targs, sig: fv.sig, leave: leave}
	if f.call != nil {
		call.depth = f.call.depth + 1
	}
	call.fn = body
	if fv.lit != nil {
		call.fn = fv.lit
	} else {
		call.fn = fv.decl
	}
	g.call = call
	if leave != nil {
		g.scope.catch = g.catches(body, mark)
		f.outlives(g.scope.catch, e.Pos())
	}
	g.bindReceiver(fv, e)
	f.bindParams(g, ft, fv, f.spread(args, e), e)
	g.declareResults(ft, f.depth())
	g.runBody(body)
	done()
	f.unsure(call)
	return f.callResult(call)
}

// runBody evaluates what a function does.
func (f *frame) runBody(body *ast.BlockStmt) {
	if f.scope.ended = f.block(body.List).kind == ctlExited; !f.scope.ended {
		f.left(body.Rbrace)
	}
}

func funcParts(fv *funcVal) (*ast.FuncType, *ast.BlockStmt) {
	if fv.lit != nil {
		return fv.lit.Type, fv.lit.Body
	}
	return fv.decl.Type, fv.decl.Body
}

// wasRead notes that the value a variable was last given is used.
func (c *cell) wasRead() {
	if c.last != nil {
		c.last.read = true
	}
}

// callResult gives what an inlined call returned.
func (f *frame) callResult(call *callCtx) value {
	vals := make([]value, len(call.results))
	for i, c := range call.results {
		vals[i] = f.resultValue(c)
	}
	switch len(vals) {
	case 0:
		return &tupleVal{}
	case 1:
		return vals[0]
	}
	return &tupleVal{vals}
}

// declareResults makes the result variables of a call, at the caller's level.
func (f *frame) declareResults(ft *ast.FuncType, depth int) {
	if ft.Results == nil {
		return
	}
	for _, fld := range ft.Results.List {
		t := f.typeOf(fld.Type)
		names := fld.Names
		if len(names) == 0 {
			f.call.results = append(f.call.results, &cell{typ: t, val: f.zero(t), scope: depth, name: "nn_r"})
			continue
		}
		f.call.named = true
		for _, n := range names {
			c := &cell{obj: f.src.info.Defs[n], name: n.Name, typ: t, val: f.zero(t), scope: depth}
			if n.Name == "_" {
				c.name = "nn_r"
			}
			if c.obj != nil {
				f.env.cells[c.obj] = c
			}
			f.call.results = append(f.call.results, c)
		}
	}
}

// bindReceiver gives a method its receiver.
func (f *frame) bindReceiver(fv *funcVal, e *ast.CallExpr) {
	if fv.decl == nil || fv.decl.Recv == nil || fv.recv == nil {
		return
	}
	names := fv.decl.Recv.List[0].Names
	if len(names) == 0 || names[0].Name == "_" {
		return
	}
	o := f.src.info.Defs[names[0]]
	recv := fv.recv
	_, wantPtr := o.Type().Underlying().(*types.Pointer)
	if p, ok := recv.(*ptrVal); ok && !wantPtr {
		recv = f.read(p.to, e)
	}
	f.newCell(o, o.Type(), copyValue(recv))
}

// spread takes the results of a call apart that are handed on as arguments,
// f(g()), where only the residual code knows them.
func (f *frame) spread(args []value, e *ast.CallExpr) []value {
	if len(args) != 1 || len(e.Args) != 1 {
		return args
	}
	c, ok := args[0].(*codeVal)
	tup, several := f.src.info.TypeOf(e.Args[0]).(*types.Tuple)
	if !ok || !several {
		return args
	}
	st := &resStmt{kind: assignStmt, op: "=", pos: e.Pos(), rhs: []code{c.code}, effects: !c.pure}
	args = nil
	for i := range tup.Len() {
		v := f.newVar("nn_r", tup.At(i).Type())
		f.wrote(v, c.born)
		st.lhs = append(st.lhs, target{v: v, define: true})
		args = append(args, &codeVal{code: code{{v: v}}, typ: v.typ, pure: true, born: v.born})
	}
	f.emit(st)
	return args
}

// bindParams gives a call's parameters their values. g is the callee's frame.
func (f *frame) bindParams(g *frame, ft *ast.FuncType, fv *funcVal, args []value, e *ast.CallExpr) {
	var names []*ast.Ident
	for _, fld := range ft.Params.List {
		if len(fld.Names) == 0 {
			names = append(names, nil)
		}
		names = append(names, fld.Names...)
	}
	if fv.sig.Variadic() && !e.Ellipsis.IsValid() {
		n := len(names) - 1
		t := fv.sig.Params().At(n).Type()
		obj := &arrayObj{elem: t.(*types.Slice).Elem(), elems: append([]value(nil), args[min(n, len(args)):]...)}
		args = append(append([]value(nil), args[:min(n, len(args))]...), &sliceVal{typ: g.subst(t), obj: obj, len: len(obj.elems)})
	}
	for i, id := range names {
		if id == nil || id.Name == "_" || i >= len(args) {
			continue
		}
		o := g.src.info.Defs[id]
		var at ast.Expr = e
		if i < len(e.Args) {
			at = e.Args[i]
		}
		if c, ok := args[i].(*codeVal); ok && (f.stable(c) || f.tapOnly(c)) && !g.src.isReassigned(o) {
			g.newCell(o, o.Type(), c)
			continue
		}
		c := g.newCell(o, o.Type(), nil)
		// The residual code of the argument is the caller's text.
		g.setCell(c, args[i], at)
	}
}

// stable reports whether code may be evaluated anywhere, any number of times:
// it reads parameters that never change, and cannot fail.
func (f *frame) stable(c *codeVal) bool {
	if !c.pure {
		return false
	}
	for _, fr := range c.code {
		if fr.tap != nil || fr.block != nil || fr.v != nil && (!fr.v.param || fr.v.changed) {
			return false
		}
	}
	return true
}

// tapOnly reports whether code reads nothing but taps.
func (f *frame) tapOnly(c *codeVal) bool {
	if !c.pure {
		return false
	}
	for _, fr := range c.code {
		if fr.v != nil && (!fr.v.param || fr.v.changed) || fr.block != nil {
			return false
		}
	}
	return true
}

// tryStatic evaluates a call with constant arguments now, if that leaves
// nothing for the run; else everything is as before.
func (f *frame) tryStatic(fv *funcVal, args []value, e *ast.CallExpr) (value, bool) {
	for _, a := range args {
		if _, ok := a.(*constVal); !ok {
			return nil, false
		}
	}
	if fv.recv != nil || len(args) == 0 && fv.sig.Results().Len() == 0 {
		return nil, false
	}
	diags, reported := slices.Clone(f.ev.diags), f.ev.reported
	f.ev.reported = map[string]bool{}
	g := *f
	g.out = &resBlock{}
	g.loops = nil
	v := g.inline(fv, args, e)
	static := !holds(v, func(x value) bool {
		switch x.(type) {
		case *constVal, *nilVal, *sliceVal, *structVal, *tupleVal:
			return false
		}
		return true
	})
	ok := static && len(g.out.stmts) == 0 && len(f.ev.diags) == len(diags)
	f.ev.diags, f.ev.reported = diag.List(diags), reported
	return v, ok
}
