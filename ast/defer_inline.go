package ast

import (
	"go/ast"
	"go/token"
	"go/types"
)

// deferring begins a call that is carried out now, if the function defers calls
// itself: how many wait is noted ahead of it, and what it adds to them is made
// when it is over, whichever way it ends. A panic that ends the run makes all
// that wait, the innermost first.
func (f *frame) deferring(body *ast.BlockStmt, e *ast.CallExpr) (mark, leave code) {
	if !defersIn(body) {
		return nil, nil
	}
	f.wantDefers()
	v := f.newVar("nn_waiting", intType)
	f.define(v, f.waiting().add(".Len()"), &codeVal{typ: intType}, e)
	return code{{v: v}}, f.waiting().add(".Leave(", v, ")")
}

// left makes what a function has deferred, where it ends or returns under a
// condition that only a run knows.
func (f *frame) left(at token.Pos) {
	if f.call.leave != nil {
		f.emit(&resStmt{kind: leafStmt, pos: at, code: f.call.leave, effects: true})
	}
}

// unsure drops what is known of the results of a call that is over: a deferred
// call may have set them.
func (f *frame) unsure(call *callCtx) {
	for _, c := range call.results {
		if call.leave != nil && c.res != nil && c.res.captured {
			f.forget(c)
		}
	}
}

// wantDefers makes the trace one that defers calls, from its beginning.
func (f *frame) wantDefers() {
	if !f.ev.hasDefer {
		f.ev.mode.defers, f.ev.sched.retry = true, true
	}
}

// deferInline is a defer in a function that is carried out now.
func (f *frame) deferInline(s *ast.DeferStmt) {
	f.wantDefers()
	for _, c := range f.call.results { // deferred calls see them when the function is over
		if c.obj == nil {
			continue
		}
		if c.res == nil {
			f.demote(c, s.Call)
		}
		if c.res != nil {
			c.res.captured = true
		}
	}
}

// recovers reports whether a deferred call's function recovers, as far as its
// text is known.
func (f *frame) recovers(e *ast.CallExpr) bool {
	switch fun := ast.Unparen(e.Fun).(type) {
	case *ast.FuncLit:
		return callsRecover(f.src.info, fun.Body)
	default:
		o, ok := rootFunc(f.src.info, fun)
		if !ok || o.Pkg() == nil {
			return false
		}
		src := f.ev.prog.sources[o.Pkg().Path()]
		if src == nil {
			return false
		}
		d := src.decls[o.Origin()]
		return d != nil && d.Body != nil && callsRecover(src.info, d.Body)
	}
}

// callsRecover reports whether a body calls recover itself.
func callsRecover(info *types.Info, body *ast.BlockStmt) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.Ident:
			b, ok := info.Uses[n].(*types.Builtin)
			found = found || ok && b.Name() == "recover"
		}
		return !found
	})
	return found
}
