package ast

import "go/token"

// wait is one invoke's wait at a barrier, in the part of it that belongs to some
// decoding steps.
type wait struct {
	in  *phase
	pos token.Pos
}

// sameSteps refuses a barrier at which invokes meet at different decoding steps:
// one would wait while steps go by whose points its code names.
func (f *frame) sameSteps(b *barrier, pos token.Pos) {
	p := f.phaseOf()
	if f.ev.stepVar == nil || p == nil {
		return
	}
	if p.over || p.also || p.breaks != nil {
		f.fail(pos, "NN1503", "wait in a loop over visits that is not left, or outside of all of them", "a barrier is waited for in a loop that may be left, or where a run may have no step")
		return
	}
	b.round = append(b.round, wait{p, pos})
	for _, w := range b.round {
		if codeKey(w.in.code) == codeKey(p.code) {
			continue
		}
		d := f.ev.report(pos, "NN1503", "the invokes wait for one another at different decoding steps: %s, and %s", w.in.text, p.text)
		d.Hint = "let them wait in loops over the same visits"
		f.ev.relate(d, w.pos, "the other one waits here")
		break
	}
	if len(b.round) == b.r.N {
		b.round = nil
	}
}
