package ast

import "slices"

// inStretches reports whether what a phase leaves to Go stands among that of
// other invokes, in the order of service.
func (f *frame) inStretches() bool {
	return f.ev.mode.flat && f.inv != nil && f.ev.sched.running && f.ev.sched.several()
}

// endStretches puts each stretch of a phase's statements, since begin, into an if
// of its own: the step does not change in between.
func (f *frame) endStretches(begin, whole *resStmt) {
	i := slices.Index(f.out.stmts, begin)
	list := slices.Clone(f.out.stmts[i+1:])
	f.out.stmts = f.out.stmts[:i]
	for len(list) > 0 {
		n := slices.IndexFunc(list, func(st *resStmt) bool { return st.inv != list[0].inv })
		if n < 0 {
			n = len(list)
		}
		part := list[:n:n]
		list = list[n:]
		if part[0].inv != f.inv {
			f.out.stmts = append(f.out.stmts, part...)
			continue
		}
		st := *whole
		st.blocks = []*resBlock{{stmts: part}}
		st.line, st.pos, st.inv, st.in = part[0].line, part[0].pos, f.inv, f.inv.index+1
		f.out.append(&st)
	}
}
