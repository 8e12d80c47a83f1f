package ast

import "slices"

// projector copies what of the residual code runs in one section.
type projector struct {
	d      *divider
	sec    int
	labels map[*resLabel]*resLabel // of this section
	asked  map[*resVar]bool        // variables that a later section asks whether a group was left
	gone   []*resVar               // of the groups around: what earlier sections may have left by now
}

// sections gives the residual code of every section.
func (d *divider) sections(list []*piece) []*resBlock {
	out := make([]*resBlock, d.steps+2)
	asked := map[*resVar]bool{}
	for sec := d.steps + 1; sec >= 0; sec-- { // later ones first: they say which notes they ask for
		p := &projector{d: d, sec: sec, labels: map[*resLabel]*resLabel{}, asked: asked}
		out[sec] = p.block(list)
	}
	return out
}

// block copies pieces. What follows a jump that an earlier section may have made
// is done only if it was not made.
func (p *projector) block(list []*piece) *resBlock {
	out := &resBlock{}
	known := len(p.gone) // asked about around the block
	var open *resStmt
	asks := known
	for _, c := range list {
		now := len(p.gone)
		in := &resBlock{}
		p.piece(c, in)
		switch {
		case len(in.stmts) == 0:
		case now == known:
			out.stmts = append(out.stmts, in.stmts...)
		case open != nil && asks == now:
			open.blocks[0].stmts = append(open.blocks[0].stmts, in.stmts...)
		default:
			open, asks = p.unlessGone(p.gone[known:now], in), now
			out.append(open)
		}
	}
	return out
}

// unlessGone does a block if none of some groups was left.
func (p *projector) unlessGone(vars []*resVar, b *resBlock) *resStmt {
	var cond code
	for i, v := range vars {
		p.asked[v] = true
		if i > 0 {
			cond = cond.add(" && ")
		}
		cond = cond.add("!", v)
	}
	first := b.stmts[0]
	return &resStmt{kind: ifStmt, in: first.in, line: first.line, pos: first.pos, code: cond, blocks: []*resBlock{b}}
}

func (p *projector) piece(c *piece, out *resBlock) {
	switch {
	case c.blocks == nil && c.unit != nil:
		p.leaf(c, out)
	case c.guard != nil:
		p.branch(c, out)
	default:
		p.group(c, out)
	}
}

func (p *projector) leaf(c *piece, out *resBlock) {
	switch at := p.d.section(c.unit); {
	case at == p.sec:
		out.add(p.copy(c.st))
	case at < p.sec:
		for _, j := range c.unit.facts.leaps {
			if v := p.d.leapVar(j); slices.Contains(p.d.left, j.label) && !slices.Contains(p.gone, v) {
				p.gone = append(p.gone, v)
			}
		}
		for _, l := range c.unit.facts.throws {
			if slices.Contains(p.d.left, l) && !slices.Contains(p.gone, l.left) {
				p.gone = append(p.gone, l.left)
			}
		}
	}
}

// copy copies a statement with the labels of this section; where a later one
// asks, a jump notes that the group is left.
func (p *projector) copy(s *resStmt) []*resStmt {
	out := *s
	if s.label != nil {
		out.label = p.label(s.label)
	}
	out.catch = p.catch(s.catch)
	out.blocks = nil
	for _, b := range s.blocks {
		in := &resBlock{}
		for _, c := range b.stmts {
			in.add(p.copy(c))
		}
		out.blocks = append(out.blocks, in)
	}
	if s.kind == jumpStmt && s.leap != nil && p.asked[s.leap] {
		note := &resStmt{
			kind: assignStmt, op: "=", line: s.line, pos: s.pos,
			lhs: []target{{v: s.leap}}, rhs: []code{txt("true")},
		}
		return []*resStmt{note, &out}
	}
	return []*resStmt{&out}
}

// add appends statements; a note that stands there already is not made again.
func (b *resBlock) add(list []*resStmt) {
	if n := len(b.stmts); len(list) == 2 && n > 0 && b.stmts[n-1].kind == assignStmt && len(b.stmts[n-1].lhs) == 1 && b.stmts[n-1].lhs[0].v == list[0].lhs[0].v {
		list = list[1:]
	}
	b.stmts = append(b.stmts, list...)
}

// label is the section's own label for a group: used if the section jumps.
func (p *projector) label(l *resLabel) *resLabel {
	own := p.labels[l]
	if own == nil {
		own = &resLabel{name: l.name, left: l.left}
		p.labels[l] = own
	}
	return own
}

// catch is a guard in this section, which notes that it met a panic if a later
// section asks.
func (p *projector) catch(g *guard) *guard {
	if g == nil {
		return nil
	}
	own := *g
	own.noted = own.noted || p.asked[g.left]
	return &own
}

// markJumps says of the labels of a section which ones are jumped to.
func markJumps(b *resBlock) {
	for _, s := range b.stmts {
		s.walk(func(c *resStmt) {
			if c.kind == jumpStmt && c.label != nil {
				c.label.used = true
			}
		})
	}
}

// count is the number of statements that do something.
func count(b *resBlock) int {
	n := 0
	for _, s := range b.stmts {
		if s.kind == groupStmt || s.kind == loopStmt {
			for _, c := range s.blocks {
				n += count(c)
			}
			continue
		}
		n++
	}
	return n
}
