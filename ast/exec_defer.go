package ast

import (
	"go/ast"
	"go/types"
)

// defersIn reports whether a function defers calls itself, literals left out.
func defersIn(body *ast.BlockStmt) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.DeferStmt:
			found = true
		}
		return !found
	})
	return found
}

// deferStmt defers a call. In a function literal left to host code Go does it.
// Elsewhere the call is kept until the function is over: in a list of functions
// that defer it directly, so that it can recover.
func (f *frame) deferStmt(s *ast.DeferStmt) {
	add := ".Add"
	switch f.call.kind {
	case hostCall:
		f.emit(&resStmt{kind: leafStmt, pos: s.Pos(), code: txt("defer ").add(f.deferred(s, false)), effects: true})
		return
	case invokeCall:
		f.wantDefers()
	case inlineCall:
		f.deferInline(s)
		if add = ".AddInner"; f.call.scope.catch != nil {
			add = ".AddGuarded"
		}
	}
	call := f.deferred(s, true)
	c := f.waiting().add(add, "(func(nn_next func()) {\n\tdefer ", call, "\n\tnn_next()\n})")
	f.emit(&resStmt{kind: leafStmt, pos: s.Pos(), code: c, effects: true, calm: true})
}

// waiting is the list of the calls that the code in work defers: the trace
// function's own, or that of one of several invokes.
func (f *frame) waiting() code {
	c := code{{v: f.ev.defers}}
	if f.inv != nil && f.ev.form == ManyInvokes {
		return c.add(".In(" + itoa(f.inv.index) + ")")
	}
	return c
}

// deferred gives the call; with keep its function and arguments are evaluated
// now, as Go does, into variables that the call uses.
func (f *frame) deferred(s *ast.DeferStmt, keep bool) code {
	restore := f.liveResults()
	defer restore()
	e := s.Call
	var fun code
	switch x := ast.Unparen(e.Fun).(type) {
	case *ast.FuncLit:
		fv, ok := f.expr(x).(*funcVal)
		if !ok {
			return txt("nn_invalid()")
		}
		fun = f.funcCode(fv, x)
	case *ast.Ident:
		if _, ok := f.src.info.Uses[x].(*types.Builtin); ok {
			fun, keep = txt(x.Name), keep && x.Name != "recover"
			break
		}
		fun = f.deferredFunc(e, x, keep)
	default:
		fun = f.deferredFunc(e, x, keep)
	}
	out := fun.add("(")
	for i, a := range e.Args {
		out = out.add(sep(i), f.kept(f.expr(a), a, keep))
	}
	if e.Ellipsis.IsValid() {
		out = out.add("...")
	}
	return out.add(")")
}

// deferredFunc is a function value that is called when the trace is over.
func (f *frame) deferredFunc(e *ast.CallExpr, x ast.Expr, keep bool) code {
	v := f.expr(x)
	if fv, ok := v.(*funcVal); ok && fv.decl == nil && fv.lit == nil || ok && fv.recv != nil {
		sel, isSel := x.(*ast.SelectorExpr)
		if !isSel || fv.recv == nil {
			return f.rewrite(x, nil)
		}
		if c := f.cellOf(sel.X); c != nil && c.res == nil {
			f.demote(c, sel.X) // a method may change its receiver
		}
		recv := f.expr(sel.X)
		if isInvalid(recv) {
			return txt("nn_invalid")
		}
		m := &codeVal{code: f.rewrite(x, map[ast.Expr]code{sel.X: f.codeOf(recv, f.typeOf(sel.X), sel.X)}), typ: f.typeOf(x), pure: true}
		return f.kept(m, x, keep)
	}
	return f.kept(v, x, keep)
}

// kept is a value as it is now, in a variable of its own where it is not constant.
func (f *frame) kept(v value, at ast.Expr, keep bool) code {
	if isInvalid(v) {
		return txt("nn_invalid")
	}
	c := f.codeOf(v, f.typeOf(at), at)
	cv, isCode := v.(*codeVal)
	if _, isConst := v.(*constVal); isConst || !keep || isNil(v) {
		return c
	}
	if !isCode {
		cv = &codeVal{code: c, typ: f.typeOf(at), pure: true}
	}
	rv := f.newVar("nn_d", f.typeOf(at))
	f.define(rv, c, cv, at)
	rv.captured = true
	return code{{v: rv}}
}

func isNil(v value) bool {
	_, ok := v.(*nilVal)
	return ok
}

// liveResults lets what is evaluated until the returned function is called see
// the results of the trace function as variables: a deferred call runs when
// they have their last values, and may change them.
func (f *frame) liveResults() func() {
	if f.call.kind != mainCall {
		return func() {}
	}
	saved := make([]cell, len(f.ev.results))
	for i, c := range f.ev.results {
		saved[i] = *c
		if c.result != nil {
			c.val, c.res = nil, c.result
		}
	}
	return func() {
		for i, c := range f.ev.results {
			*c = saved[i]
		}
	}
}

// mirror keeps the variable of a result up to date where deferred calls may look
// at it, whatever happens next.
func (f *frame) mirror(c *cell, at ast.Expr) {
	if !f.ev.hasDefer || c.result == nil || c.res == c.result || isInvalid(c.val) || c.val == nil && c.res == nil {
		return
	}
	var rhs code
	if c.res != nil {
		rhs = code{{v: c.res}}
	} else {
		rhs = f.assignedCode(c.val, c.typ, at)
	}
	f.wrote(c.result, bornIn(rhs))
	f.emit(&resStmt{kind: assignStmt, op: "=", pos: at.Pos(), lhs: []target{{v: c.result}}, rhs: []code{rhs}})
}
