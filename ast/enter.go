package ast

import "strings"

// entered puts in front of statements that can panic which invoke they belong
// to, where that changes: the error of a panic tells. cur is the invoke that the
// error would tell already, -1 for none; the last one is given back.
func (ev *evaluator) entered(b *resBlock, cur int, say func(invoke int) code) int {
	if ev.form == OneInvoke {
		return cur
	}
	var out []*resStmt
	for _, s := range b.stmts {
		if s.mixed() {
			for _, inner := range s.blocks {
				cur = ev.entered(inner, cur, say)
			}
			out = append(out, s)
			continue
		}
		if in := s.invoke(); in != cur && s.mayPanic() {
			cur = in
			out = append(out, &resStmt{kind: leafStmt, in: in + 1, line: s.line, pos: s.pos, code: say(in)})
		}
		out = append(out, s)
	}
	b.stmts = out
	return cur
}

// invoke is the index of the invoke that a statement belongs to, -1 for none.
func (s *resStmt) invoke() int {
	found := s.in
	s.walk(func(c *resStmt) {
		if found == 0 {
			found = c.in
		}
	})
	return found - 1
}

// mixed reports whether a group has statements of several invokes.
func (s *resStmt) mixed() bool {
	if s.kind != groupStmt && s.kind != loopStmt {
		return false
	}
	first := s.invoke() + 1
	found := false
	s.walk(func(c *resStmt) {
		found = found || c.kind != groupStmt && c.kind != loopStmt && c.in != first
	})
	return found
}

// mayPanic reports whether the text of a statement has anything that can panic.
func (s *resStmt) mayPanic() bool {
	found := false
	s.walkCode(func(c code) {
		for _, fr := range c {
			found = found || strings.ContainsAny(fr.text, "([/%*<") || fr.block != nil || fr.imp != ""
		}
	})
	return found
}
