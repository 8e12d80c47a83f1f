package ast

import "slices"

// group copies the statements of a group, or of a loop carried out.
func (p *projector) group(c *piece, out *resBlock) {
	st := *c.st
	st.blocks = nil
	st.catch = p.catch(st.catch)
	if st.label != nil && st.label.used || st.catch != nil {
		p.d.left = append(p.d.left, st.label)
		defer func() {
			p.d.left = p.d.left[:len(p.d.left)-1]
			p.gone = slices.DeleteFunc(slices.Clone(p.gone), func(v *resVar) bool { return v.leap == c.st.label || c.st.catch != nil && v == c.st.catch.left })
		}()
	}
	n := 0
	outer := len(p.gone)
	for _, b := range c.blocks {
		var in *resBlock
		if len(p.gone) > outer { // an earlier iteration may have left the loop
			vars := slices.Clone(p.gone[outer:])
			if in = p.block(b); len(in.stmts) > 0 {
				in = &resBlock{stmts: []*resStmt{p.unlessGone(vars, in)}}
			}
		} else {
			in = p.block(b)
		}
		n += count(in)
		st.blocks = append(st.blocks, in)
	}
	if n == 0 {
		return
	}
	if st.label != nil {
		st.label = p.label(c.st.label)
	}
	out.append(&st)
}

// branch copies what of a divided if or switch runs here. The section of its
// condition keeps which way it goes; the others go the same way.
func (p *projector) branch(c *piece, out *resBlock) {
	var blocks []*resBlock
	n := 0
	entry, gone := len(p.gone), slices.Clone(p.gone)
	for _, b := range c.blocks {
		p.gone = p.gone[:entry:entry]
		in := p.block(b)
		n += count(in)
		blocks = append(blocks, in)
		for _, v := range p.gone[min(entry, len(p.gone)):] {
			if !slices.Contains(gone, v) {
				gone = append(gone, v)
			}
		}
	}
	p.gone = gone
	here := p.d.section(c.unit) == p.sec
	if here && !c.st.inlined() {
		out.append(keepWay(c))
	}
	if n == 0 {
		return
	}
	if c.st.inlined() {
		out.append(&resStmt{kind: ifStmt, in: c.st.in, line: c.st.line, pos: c.st.pos, code: c.st.code, blocks: blocks, phase: c.st.phase})
		return
	}
	st := &resStmt{kind: c.st.kind, in: c.st.in, line: c.st.line, pos: c.st.pos, label: &resLabel{name: "nn_switch"}, guard: c.guard, code: code{{v: c.guard}}, phase: c.st.phase}
	if c.st.kind == ifStmt && !c.st.effects {
		st.asked = c.st.code
	}
	for i, b := range blocks {
		switch {
		case c.st.kind == ifStmt:
			st.blocks = append(st.blocks, b)
		case len(b.stmts) > 0:
			st.blocks = append(st.blocks, b)
			st.heads = append(st.heads, txt(itoa(i+1)))
		}
	}
	out.append(st)
}

// keepWay keeps which way a branch goes in its guard.
func keepWay(c *piece) *resStmt {
	if c.st.kind == ifStmt {
		return &resStmt{
			kind: assignStmt, op: "=", in: c.st.in, line: c.st.line, pos: c.st.pos,
			lhs: []target{{v: c.guard, define: true}}, rhs: []code{c.st.code}, effects: c.st.effects,
		}
	}
	st := *c.st
	st.blocks, st.label = nil, &resLabel{name: "nn_switch"}
	for i := range c.st.blocks {
		set := &resStmt{
			kind: assignStmt, op: "=", line: c.st.line, pos: c.st.pos,
			lhs: []target{{v: c.guard}}, rhs: []code{txt(itoa(i + 1))},
		}
		st.blocks = append(st.blocks, &resBlock{stmts: []*resStmt{set}})
	}
	return &st
}
