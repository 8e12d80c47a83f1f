package ast

import (
	"go/types"
	"slices"
)

var boolType, intType = types.Typ[types.Bool], types.Typ[types.Int]

// The sections of the residual code, in the order they run: 0 is before the
// run, 1 … K are the steps of mid-run, K+1 is after it.
func (d *divider) section(u *unit) int {
	if u.after {
		return d.steps + 1
	}
	return u.level
}

// guardType is the type of the variable that keeps which way a branch went.
func guardType(s *resStmt) types.Type {
	if s.kind == switchStmt {
		return intType
	}
	return boolType
}

// leavesSwitch reports whether a break inside a switch leaves that switch.
func leavesSwitch(s *resStmt) bool {
	if s.kind != switchStmt {
		return false
	}
	if s.label != nil && s.label.used {
		return true
	}
	found := false
	var look func(b *resBlock)
	look = func(b *resBlock) {
		for _, c := range b.stmts {
			switch c.kind {
			case forStmt, switchStmt:
				continue
			case jumpStmt:
				found = found || c.label == nil && c.op == "break"
			}
			for _, in := range c.blocks {
				look(in)
			}
		}
	}
	for _, b := range s.blocks {
		look(b)
	}
	return found
}

// fuse puts together again what need not be divided: all of a branch, or of a
// group from where it may be left, runs where its last part has to, if nothing
// else waits for the earlier parts.
func (d *divider) fuse(list []*piece) {
	for _, p := range list {
		for _, b := range p.blocks {
			d.fuse(b)
		}
		switch {
		case p.st.phase != nil: // its parts may be done in different steps
		case p.guard != nil:
			d.fuseBranch(p)
		case p.st.label != nil && p.st.label.used && p.blocks != nil:
			units := p.units(nil)
			for i, u := range units {
				if u.facts.jumps[p.st.label] {
					d.raiseAll(units[i:])
					break
				}
			}
		}
	}
}

// raiseAll moves neighbouring units to the section of the last of them that
// runs, unless something outside would notice.
func (d *divider) raiseAll(units []*unit) bool {
	last, end := 0, 0
	inside := map[*unit]bool{}
	for _, u := range units {
		last, inside[u] = max(last, d.section(u)), true
	}
	for i, u := range d.units {
		if inside[u] {
			end = i
		}
	}
	for _, u := range units {
		if d.section(u) == last {
			continue
		}
		if u.live() {
			return false
		}
		for _, w := range d.units[end+1:] {
			if d.section(w) < last && u.facts.conflicts(w.facts) {
				return false
			}
		}
	}
	for _, u := range units {
		u.level, u.after = last, last > d.steps
	}
	return true
}

func (d *divider) fuseBranch(p *piece) {
	units := p.units(nil)
	if !d.raiseAll(units) {
		return
	}
	whole := &unit{st: p.st, facts: factsOf(p.st), level: units[0].level, after: units[0].after}
	inside := map[*unit]bool{}
	for _, u := range units {
		inside[u] = true
	}
	var rest []*unit
	for _, u := range d.units {
		if !inside[u] {
			rest = append(rest, u)
		} else if u == units[0] {
			rest = append(rest, whole)
		}
	}
	d.units, p.unit, p.guard, p.blocks = rest, whole, nil, nil
}

// units gives the units of a piece in their order.
func (p *piece) units(out []*unit) []*unit {
	if p.unit != nil {
		out = append(out, p.unit)
	}
	for _, b := range p.blocks {
		for _, c := range b {
			out = c.units(out)
		}
	}
	return out
}

// live reports whether a unit feeds the graph or the inputs of an invoke.
func (u *unit) live() bool {
	for _, c := range u.facts.feeds {
		if c.feed == nil || c.feed.live {
			return true
		}
	}
	return false
}

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
	}
}

// group copies the statements of a group, or of a loop carried out.
func (p *projector) group(c *piece, out *resBlock) {
	st := *c.st
	st.blocks = nil
	if st.label != nil && st.label.used {
		p.d.left = append(p.d.left, st.label)
		defer func() {
			p.d.left = p.d.left[:len(p.d.left)-1]
			p.gone = slices.DeleteFunc(slices.Clone(p.gone), func(v *resVar) bool { return v.leap == c.st.label })
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
	st := &resStmt{kind: c.st.kind, in: c.st.in, line: c.st.line, pos: c.st.pos, label: &resLabel{name: "nn_switch"}, guard: c.guard, code: code{{v: c.guard}}}
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

// copy copies a statement with the labels of this section; where a later one
// asks, a jump notes that the group is left.
func (p *projector) copy(s *resStmt) []*resStmt {
	out := *s
	if s.label != nil {
		out.label = p.label(s.label)
	}
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
		own = &resLabel{name: l.name}
		p.labels[l] = own
	}
	return own
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
