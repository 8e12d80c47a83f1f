package ast

import (
	"go/token"
	"strings"
)

// phase is a part of a trace function that is carried out at some of the steps
// of a decode loop. The model's graph is one for all steps: what a phase does to
// it stands under a condition over the step, and its Go in an if over it.
type phase struct {
	visits *visitsVal  // at which steps; nil where only a run knows, or for over
	over   bool        // after the last step
	asked  bool        // a condition on parameters stands around it
	loop   bool        // a loop names them
	calls  *phaseCalls // of a loop over visits: which calls of a step its body means
	waits  bool        // for what needs the run's result
	also   bool        // for Go between two loops: after the last step too, if the loop ended early
	code   code        // the condition as Go
	text   string      // for people
	breaks *resVar     // notes that a break ended the loop
	sides  []*side     // the branches around it that parameters take
}

// always reports whether the graph need not ask: the phase is there at every
// step, or does nothing to the model.
func (p *phase) always() bool {
	return p.over || p.also || p.breaks == nil && !p.asked && p.visits != nil && len(p.visits.list) == 1 && p.visits.list[0] == visitRange{step: 1, open: true}
}

// disjoint reports whether no step is in both phases.
func (p *phase) disjoint(q *phase) bool {
	if p.over || q.over {
		return p.over != q.over && !p.also && !q.also
	}
	if p.visits == nil || q.visits == nil {
		return false
	}
	for _, r := range p.visits.list {
		for _, s := range q.visits.list {
			if r.meets(s) {
				return false
			}
		}
	}
	return true
}

// meets reports whether two ranges have a visit in common.
func (r visitRange) meets(s visitRange) bool {
	from, to, bounded := max(r.from, s.from), int64(0), false
	for _, x := range []visitRange{r, s} {
		if !x.open && (!bounded || x.to < to) {
			to, bounded = x.to, true
		}
	}
	if !bounded {
		to = from + r.step*s.step
	}
	for n := from; n < to; n++ {
		if r.has(n) && s.has(n) {
			return true
		}
	}
	return false
}

func (r visitRange) has(n int64) bool {
	return n >= r.from && (r.open || n < r.to) && (n-r.from)%r.step == 0
}

// phaseOf is the phase that a place stands in.
func (f *frame) phaseOf() *phase {
	for s := f.scope; s != nil; s = s.parent {
		if s.phase != nil {
			return s.phase
		}
	}
	return nil
}

// phaseAt is the phase of visits that are known now.
func (ev *evaluator) phaseAt(v *visitsVal) *phase {
	p := &phase{visits: v}
	for i, r := range v.list {
		if i > 0 {
			p.code = p.code.add(" || ")
		}
		c := ev.inRange(r)
		if len(v.list) > 1 && strings.Contains(stepText(c), "&&") {
			c = operand(c)
		}
		p.code = append(p.code, c...)
	}
	p.text = strings.ReplaceAll(stepText(p.code), "nn_step", "step")
	if ev.editOverSteps() { // its runs know the step, not the Go that makes it
		p.code = txt("true")
	}
	return p
}

// phaseOver is the phase after the last step.
func (ev *evaluator) phaseOver() *phase {
	return &phase{over: true, code: code{{v: ev.stepVar}}.add(" < 0"), text: "the run is over"}
}

// phaseBetween is the Go between two loops: right after the last visit of the
// first, or when the run is over, if it did not come to that.
func (ev *evaluator) phaseBetween(last int64) *phase {
	c := code{{v: ev.stepVar}}.add(" == "+itoa(int(last))+" || ", ev.stepVar, " < 0 && ", ev.stepsVar, " <= "+itoa(int(last)))
	one := []visitRange{{from: last, to: last + 1, step: 1}}
	return &phase{visits: &visitsVal{list: one}, also: true, code: c, text: "after step " + itoa(int(last))}
}

func (ev *evaluator) inRange(r visitRange) code {
	c := code{{v: ev.stepVar}}
	switch {
	case !r.open && r.from+r.step >= r.to:
		return c.add(" == " + itoa(int(r.from)))
	case r.open:
		c = c.add(" >= " + itoa(int(r.from)))
	default:
		c = c.add(" >= "+itoa(int(r.from))+" && ", ev.stepVar, " < "+itoa(int(r.to)))
	}
	if r.step > 1 {
		c = c.add(" && (", ev.stepVar, "-"+itoa(int(r.from))+")%"+itoa(int(r.step))+" == 0")
	}
	return c
}

func stepText(c code) string {
	var b strings.Builder
	for _, fr := range c {
		if fr.v != nil {
			b.WriteString(fr.v.hint)
		}
		b.WriteString(fr.text)
	}
	return b.String()
}

// inPhase evaluates what a phase holds: do gets a frame whose residual code goes
// into the phase's if.
func (f *frame) inPhase(p *phase, pos token.Pos, do func(g *frame)) {
	b := &resBlock{}
	p.sides = sidesOf(f.scope)
	st := &resStmt{kind: ifStmt, pos: pos, code: p.code, phase: p}
	t := test{text: p.text}
	if p.breaks == nil {
		t.code = p.code
	} else {
		st.code = txt("!").add(p.breaks, " && ", operand(p.code))
	}
	own := &side{of: st}
	if p.breaks == nil {
		own.key = "steps " + codeKey(p.code) // the same steps are one condition
	}
	begin, out := &resStmt{kind: groupStmt, label: &resLabel{}, inv: f.inv}, b
	if f.inStretches() {
		out = f.out
		out.append(begin)
	}
	g := f.into(out, rscope{cond: true, kind: scopeIf, pos: pos, side: own, test: t, phase: p, apart: out != b})
	g.env = f.env
	for _, c := range f.ev.carried {
		g.scope.know.set(f.ev, c, known{}) // another step may have set it
	}
	if p.breaks != nil {
		g.scope.born = pos // Go decides about it
	}
	g.scope.start = g.predicate()
	do(g)
	f.onlyData(b)
	if out != b {
		f.endStretches(begin, st)
		return
	}
	st.blocks = []*resBlock{b}
	if len(b.stmts) > 0 {
		f.emit(st)
	}
}

// named notes the last visit that the trace names, and where.
func (ev *evaluator) named(visit int64, pos token.Pos) {
	if visit > ev.lastVisit {
		ev.lastVisit, ev.lastNamed = visit, pos
	}
}
