package ast

import (
	"go/ast"
	"go/constant"
)

// stepsUnder evaluates an if that loops over visits stand in: parameters decide
// about it, so that it is a condition of all the parts inside.
func (f *frame) stepsUnder(s *ast.IfStmt, visit, reached int64) int64 {
	if s.Init != nil {
		f.fail(s.Init.Pos(), "NN1321", "write the statement ahead of the if", "an if with loops over decoding steps in it begins with a statement")
		return reached
	}
	then, other, whole := ast.Stmt(s.Body), s.Else, &resStmt{kind: ifStmt, pos: s.Pos()}
	switch c := f.expr(s.Cond).(type) {
	case *constVal:
		if constant.BoolVal(c.v) {
			return f.nested().stepsIn(then, visit, reached)
		}
		return f.nested().stepsIn(other, visit, reached)
	case *codeVal:
		if !f.stable(c) {
			f.fail(s.Cond.Pos(), "NN1321", "put the condition into the loop, or let parameters of the trace function decide",
				"loops over decoding steps stand under a condition that a step decides")
			return reached
		}
		t := test{code: c.code, text: f.excerpt(s.Cond)}
		a := f.guarded(t, &side{of: whole, key: codeKey(c.code)}).stepsIn(then, visit, reached)
		b := f.guarded(t.negated(), &side{of: whole, index: 1, key: codeKey(c.code)}).stepsIn(other, visit, reached)
		return max(a, b)
	}
	return reached
}

// guarded is one side of such an if, of which only one is taken in a run.
func (f *frame) guarded(t test, s *side) *frame {
	g := f.into(f.out, rscope{kind: scopeIf, side: s})
	g.guard, g.guardText = t.code, t.text
	if f.guard != nil {
		g.guard, g.guardText = both(f.guard, t.code), bothText(f.guardText, t.text)
	}
	return g
}

// stepsIn evaluates what stands in it.
func (f *frame) stepsIn(s ast.Stmt, visit, reached int64) int64 {
	switch s := s.(type) {
	case *ast.BlockStmt:
		f.inner = true // it is the frame of this block alone
		return f.stepwise(s.List, visit, reached)
	case *ast.IfStmt:
		return f.stepwise([]ast.Stmt{s}, visit, reached)
	}
	return reached
}

// guardedVisits asks for the visits of a loop under a condition where that holds:
// that there are so many steps is not asked of other runs.
func (f *frame) guardedVisits(v *visitsVal) code {
	c := f.packageRef(RuntimePath, "Visiting").add("(", f.ev.stepVar, ", ", f.ev.stepsVar)
	for _, r := range v.list {
		c = append(c.add(", "), f.packageRef(RuntimePath, "RangeStep").add("("+itoa(int(r.from))+", "+itoa(int(r.to))+", "+itoa(int(r.step))+")")...)
	}
	return c.add(")")
}

// namesSometimes refuses traces that name steps under conditions alone: where
// none holds, the trace would be one that is carried out at every step.
func (ev *evaluator) namesSometimes() {
	if ev.namesAlways || !ev.namesUnder.IsValid() || ev.editOverSteps() {
		return
	}
	ev.report(ev.namesUnder, "NN1321", "whether the trace names its steps depends on a condition").Hint = "go through steps on every path too, by a loop over m.Iter(0), say: a trace that names none is carried out at every step"
}

// under makes a condition on parameters one of the phase.
func (p *phase) under(asked code, text string) {
	if asked == nil {
		return
	}
	p.asked, p.code, p.text = true, both(asked, p.code), bothText(text, p.text)
}
