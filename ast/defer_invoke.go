package ast

import "go/ast"

// leaveInvoke makes what the body of an invoke has deferred.
func (f *frame) leaveInvoke(body *ast.BlockStmt) code {
	if !defersIn(body) {
		return nil
	}
	return f.waiting().add(".Leave(0)")
}

// endStopped makes, behind Run, what waits in invokes that the run was stopped in.
func (f *frame) endStopped(at ast.Node) {
	if s := f.ev.sched; f.ev.hasDefer && len(s.stops) > 0 {
		f.emit(&resStmt{kind: leafStmt, pos: at.Pos(), code: code{{v: f.ev.defers}}.add(".Ended(&" + InvokeVar + ")"), effects: true})
	}
}
