package ast

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/plan"
)

// An edit that names visits is data like others: a bool of its plan says at which
// decoding steps a part of it is carried out, and every run knows its step. So no
// Go belongs to a step, and nothing is kept from one to another.

// editOverSteps reports whether this is an edit that names visits.
func (ev *evaluator) editOverSteps() bool { return ev.stepVar != nil && ev.tf.directive.edit }

// editSteps is the decoding steps of this place in an edit, nil: all of them.
func (f *frame) editSteps() []plan.StepRange {
	p := f.phaseOf()
	if !f.ev.editOverSteps() || p == nil || p.visits == nil {
		return nil
	}
	every := *p
	if every.asked = false; every.always() {
		return nil
	}
	var out []plan.StepRange
	for _, r := range p.visits.list {
		s := plan.StepRange{From: r.from, To: r.to, By: r.step}
		if r.open {
			s.To = 0
		}
		out = append(out, s)
	}
	return out
}

func stepsKey(list []plan.StepRange) string {
	if list == nil {
		return ""
	}
	return fmt.Sprintf(" at %v", list)
}

// onlyData refuses Go in the part of an edit that belongs to some steps.
func (f *frame) onlyData(b *resBlock) {
	if !f.ev.editOverSteps() {
		return
	}
	for _, s := range b.stmts {
		if s.known {
			continue
		}
		f.fail(s.pos, "NN1321", "compute it in the caller and give it as a parameter; what a step leaves to later ones is a trace's",
			"the edit %s has Go that belongs to decoding steps, or keeps a value from one step to another: an edit is data", f.ev.tf.decl.Name.Name)
		return
	}
}

// setOnce reports whether a variable holds what parameters give, at every step.
func (f *frame) setOnce(c *cell) bool {
	v, ok := c.val.(*codeVal)
	return ok && c.obj != nil && !f.src.isReassigned(c.obj) && f.stable(v)
}

// countsSteps refuses an edit that computes with the number of the step.
func (ev *evaluator) countsSteps(t *Trace) bool {
	if !ev.editOverSteps() {
		return false
	}
	for _, p := range ev.graph.params {
		for _, fr := range p.code {
			if p.live && fr.v != nil && (fr.v == ev.stepVar || fr.v == ev.stepsVar) {
				ev.report(p.pos, "NN1321", "the edit %s computes with the number of the step: an edit is data, and only knows at which steps it does something", t.Func).Hint = "write a loop over m.Iter for each of the steps"
				return true
			}
		}
	}
	return false
}
