package ast

import (
	"go/ast"
	"go/types"
)

// editSignature refuses what an edit cannot have: it is put under every trace,
// for all rows, and gives nothing back.
func (ev *evaluator) editSignature(fd *ast.FuncDecl, sig *types.Signature) bool {
	name := fd.Name.Name
	switch {
	case ev.form != OneInvoke:
		ev.report(fd.Name.Pos(), "NN1314", "%s is an edit of a trace: an edit sees all rows of every run", name).Hint = "take the model: func " + name + "(m *Model, …)"
	case sig.Results().Len() > 0:
		ev.report(fd.Type.Results.Pos(), "NN1314", "the edit %s has results: nobody would get them", name).Hint = "read in a trace what should be returned: //nngen:trace"
	default:
		return true
	}
	return false
}

// pureEdit refuses edits that do more than change the model.
func (ev *evaluator) pureEdit(t *Trace) bool {
	pos := ev.tf.decl.Name.Pos()
	switch {
	case len(ev.sched.stops) > 0:
		d := ev.report(ev.sched.stops[0].pos, "NN1314", "an edit cannot stop runs")
		d.Hint = "stop in a trace"
	case ev.takesResult:
		ev.report(pos, "NN1314", "the edit %s asks for the run's result: nobody would get it", t.Func).Hint = "ask for it in a trace"
	case ev.countsSteps(t):
	case len(t.After) > 0:
		d := ev.report(pos, "NN1314", "the edit %s has Go that looks at values of the run: an edit is data", t.Func)
		d.Hint = "look at values in a trace"
	case ev.hasDefer:
		ev.report(pos, "NN1314", "the edit %s defers calls: an edit is data", t.Func)
	default:
		return true
	}
	return false
}
