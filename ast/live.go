package ast

// liveness finds the residual statements that matter: those with effects, and
// those that set variables which such statements, results or parameters read.
type liveness struct {
	vars    map[*resVar]bool
	stmts   map[*resStmt]bool
	changed bool
}

// keepLive drops the rest of the residual code.
func keepLive(top *resBlock, roots []code) {
	l := &liveness{vars: map[*resVar]bool{}, stmts: map[*resStmt]bool{}}
	for _, c := range roots {
		l.code(c)
	}
	for l.changed = true; l.changed; {
		l.changed = false
		for _, s := range top.stmts {
			l.visit(s)
		}
	}
	l.prune(top)
}

// visit marks a statement if it matters, and what it reads.
func (l *liveness) visit(s *resStmt) bool {
	live := false
	for _, b := range s.blocks {
		for _, c := range b.stmts {
			if l.visit(c) {
				live = true
			}
		}
	}
	switch s.kind {
	case assignStmt, feedStmt:
		live = s.effects || s.kind == feedStmt && (s.feed == nil || s.feed.live)
		for _, t := range s.lhs {
			live = live || t.v != nil && l.vars[t.v]
		}
		for _, w := range s.vars {
			for _, v := range w.family() {
				live = live || l.vars[v]
			}
		}
	case leafStmt, returnStmt, jumpStmt:
		live = true
	case ifStmt, forStmt, switchStmt:
		live = live || s.effects
	}
	if live {
		l.mark(s)
	}
	return live
}

func (l *liveness) mark(s *resStmt) {
	if !l.stmts[s] {
		l.stmts[s], l.changed = true, true
	}
	own := *s
	own.blocks = nil
	own.walkCode(l.code)
	for _, v := range s.vars {
		l.set(v)
	}
	for _, t := range s.lhs {
		if t.v != nil && s.op != "=" && s.op != "range" {
			l.set(t.v)
		}
	}
}

func (l *liveness) set(v *resVar) {
	if !l.vars[v] {
		l.vars[v], l.changed = true, true
	}
}

func (l *liveness) code(c code) {
	for _, fr := range c {
		if fr.v != nil {
			l.set(fr.v)
		}
		if fr.block != nil {
			for _, s := range fr.block.stmts {
				l.visit(s)
			}
		}
	}
}

func (l *liveness) prune(b *resBlock) {
	out := b.stmts[:0]
	for _, s := range b.stmts {
		if !l.stmts[s] {
			continue
		}
		for _, c := range s.blocks {
			l.prune(c)
		}
		for i := range s.lhs {
			if t := &s.lhs[i]; t.v != nil && !l.vars[t.v] {
				*t = target{blank: true}
			}
		}
		s.walkCode(func(c code) {
			for _, fr := range c {
				if fr.block != nil {
					l.prune(fr.block)
				}
			}
		})
		out = append(out, s)
	}
	b.stmts = out
}
