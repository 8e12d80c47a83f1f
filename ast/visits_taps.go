package ast

import "slices"

// wanted says at which steps what leaves a run is looked at: a condition for
// each tap, nil for one that any step may look at. A step fetches the others
// only where their condition holds. What stands deeper may be asked for without
// being used; never the reverse.
func (ev *evaluator) wanted(after *resBlock) []code {
	w := &wants{ev: ev, of: map[*sym][]code{}, always: map[*sym]bool{}}
	w.block(after, nil)
	out := make([]code, len(ev.taps))
	some := false
	for i, s := range ev.taps {
		if w.always[s] || len(w.of[s]) == 0 {
			continue
		}
		some = true
		for k, c := range w.of[s] {
			if k > 0 {
				out[i] = out[i].add(" || ")
			}
			out[i] = append(out[i], c...)
		}
	}
	if !some {
		return nil
	}
	return out
}

type wants struct {
	ev     *evaluator
	of     map[*sym][]code
	always map[*sym]bool
}

// block notes what the statements of a block use, under the condition of the block.
func (w *wants) block(b *resBlock, cond code) {
	for _, s := range b.stmts {
		switch s.kind {
		case ifStmt, groupStmt, loopStmt:
		default:
			w.stmt(s, cond)
			continue
		}
		own := *s
		own.blocks = nil
		w.stmt(&own, cond)
		for i, inner := range s.blocks {
			under := cond
			if s.kind == ifStmt {
				under = w.under(s, i, cond)
			}
			w.block(inner, under)
		}
	}
}

// under is the condition of one side of an if, as far as it is known before a
// step is run; an empty one that is not nil is every step's. What follows the last step looks at the last step's.
func (w *wants) under(s *resStmt, side int, cond code) code {
	c := s.code
	switch {
	case s.phase != nil && (s.phase.over || s.phase.also):
		return nil
	case s.phase != nil && s.phase.always():
		return code{}
	case s.phase != nil:
		c = s.phase.code
	case s.asked != nil:
		c = s.asked
	}
	if !w.ev.main.stable(&codeVal{code: c, pure: true}) || s.phase == nil && cond == nil {
		return cond
	}
	if side == 1 {
		c = negated(c)
	}
	if len(cond) == 0 {
		return c
	}
	return both(cond, c)
}

// stmt notes the taps of one statement, with all that it holds.
func (w *wants) stmt(s *resStmt, cond code) {
	for _, t := range tapsIn(&resBlock{stmts: []*resStmt{s}}, nil) {
		switch {
		case len(cond) == 0:
			w.always[t] = true
		case !slices.ContainsFunc(w.of[t], func(c code) bool { return codeKey(c) == codeKey(cond) }):
			w.of[t] = append(w.of[t], cond)
		}
	}
}
