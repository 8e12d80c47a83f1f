package ast

// ends reports whether nothing behind a block is reached from it.
func ends(b *resBlock) bool {
	if len(b.stmts) == 0 {
		return false
	}
	switch s := b.stmts[len(b.stmts)-1]; s.kind {
	case jumpStmt, returnStmt:
		return true
	case ifStmt:
		return len(s.blocks) == 2 && ends(s.blocks[0]) && ends(s.blocks[1])
	}
	return false
}

// hold keeps what a way asks that leaves groups around it: nothing behind it in
// them follows it, but what stands behind the groups does.
func (d *divider) hold(b *resBlock) {
	for _, l := range endsOf(b, nil) {
		if d.held[l] == nil {
			d.held[l] = newOrder()
		}
		d.held[l].join(d.order)
	}
}

// endsOf gives the groups that a block ends by leaving.
func endsOf(b *resBlock, out []*resLabel) []*resLabel {
	if len(b.stmts) == 0 {
		return out
	}
	switch s := b.stmts[len(b.stmts)-1]; s.kind {
	case jumpStmt:
		if s.label != nil {
			out = append(out, s.label)
		}
	case ifStmt:
		for _, in := range s.blocks {
			out = endsOf(in, out)
		}
	}
	return out
}
