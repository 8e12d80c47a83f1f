package ast

// arrange prepares the residual code for printing: groups that nothing jumps
// out of dissolve, loops are found again, and every variable gets the block
// that declares it.
func (ev *evaluator) arrange(root *resBlock, refs map[*resVar]int, n *namer) {
	ev.dissolve(root, refs, 0)
	pl := &placer{path: map[*resVar][]*resBlock{}, home: map[*resVar]*resBlock{}}
	pl.block(root, nil)
	for v, path := range pl.path {
		if !v.param && !v.local && !v.frame {
			pl.home[v] = path[len(path)-1]
		}
	}
	pl.declare(root)
	n.root(root)
}

func countRefs(b *resBlock, refs map[*resVar]int) {
	for _, s := range b.stmts {
		s.walk(func(c *resStmt) {
			own := *c
			own.blocks = nil
			own.walkCode(func(x code) {
				for _, fr := range x {
					if fr.v != nil {
						refs[fr.v]++
					}
					if fr.block != nil {
						countRefs(fr.block, refs)
					}
				}
			})
			for _, t := range c.lhs {
				if t.v != nil {
					refs[t.v]++
				}
			}
		})
	}
}

// dissolve replaces groups by their statements and loops carried out by loops
// or blocks.
func (ev *evaluator) dissolve(b *resBlock, refs map[*resVar]int, depth int) {
	var out []*resStmt
	for _, s := range b.stmts {
		inner := depth
		if s.kind == loopStmt {
			inner++
		}
		for _, c := range s.blocks {
			ev.dissolve(c, refs, inner)
		}
		s.walkOwn(func(c code) {
			for _, fr := range c {
				if fr.block != nil {
					ev.dissolve(fr.block, refs, depth)
				}
			}
		})
		switch {
		case s.kind == groupStmt && !s.label.used && s.catch == nil:
			out = append(out, s.blocks[0].stmts...)
		case s.kind == loopStmt:
			out = append(out, ev.dissolveLoop(s, refs, depth)...)
		default:
			out = append(out, s)
		}
	}
	b.stmts = out
}

// walkOwn calls f for the code of a statement without its blocks.
func (s *resStmt) walkOwn(f func(code)) {
	own := *s
	own.blocks = nil
	own.walkCode(f)
}

func (ev *evaluator) dissolveLoop(s *resStmt, refs map[*resVar]int, depth int) []*resStmt {
	full := &resStmt{kind: loopStmt, line: s.line, pos: s.pos}
	for _, b := range s.blocks {
		if len(b.stmts) > 0 {
			full.blocks = append(full.blocks, b)
		}
	}
	if localVars(full, refs) {
		if loop := reroll(full, depth); loop != nil {
			return []*resStmt{loop}
		}
	}
	var out []*resStmt
	for _, b := range full.blocks {
		if declares(b) && !(ev.inStep && len(full.blocks) == 1) {
			out = append(out, &resStmt{kind: groupStmt, blocks: []*resBlock{b}, label: &resLabel{}, line: s.line, pos: s.pos, op: "{"})
			continue
		}
		out = append(out, b.stmts...)
	}
	return out
}

// localVars reports whether variables that differ from iteration to iteration
// are used nowhere else.
func localVars(s *resStmt, refs map[*resVar]int) bool {
	if len(s.blocks) == 0 {
		return false
	}
	in := make([]map[*resVar]int, len(s.blocks))
	owners := map[*resVar]int{}
	for i, b := range s.blocks {
		in[i] = map[*resVar]int{}
		countRefs(b, in[i])
		for v := range in[i] {
			owners[v]++
		}
	}
	for i := range in {
		for v, n := range in[i] {
			if owners[v] < len(s.blocks) && refs[v] != n {
				return false
			}
		}
	}
	return true
}

// declares reports whether a block defines a variable at its own level.
func declares(b *resBlock) bool {
	for _, s := range b.stmts {
		for _, t := range s.lhs {
			if t.define && s.kind != forStmt {
				return true
			}
		}
	}
	return false
}

// placer finds, for each variable, the innermost block around all its uses.
type placer struct {
	path map[*resVar][]*resBlock
	home map[*resVar]*resBlock
}

func (p *placer) block(b *resBlock, path []*resBlock) {
	path = append(path[:len(path):len(path)], b)
	for _, s := range b.stmts {
		for _, t := range s.lhs {
			if t.v != nil {
				p.use(t.v, path)
			}
		}
		s.walkOwn(func(c code) {
			for _, fr := range c {
				if fr.v != nil {
					p.use(fr.v, path)
				}
				if fr.block != nil {
					p.block(fr.block, path)
				}
			}
		})
		for _, c := range s.blocks {
			p.block(c, path)
		}
	}
}

func (p *placer) use(v *resVar, path []*resBlock) {
	old, ok := p.path[v]
	if !ok {
		p.path[v] = path
		return
	}
	n := 0
	for n < len(old) && n < len(path) && old[n] == path[n] {
		n++
	}
	p.path[v] = old[:n]
}

// declare decides where variables are declared: by the statement that defines
// them if that stands in their own block ahead of all other uses, else by a var
// line ahead of the first statement that uses them.
func (p *placer) declare(b *resBlock) {
	seen := map[*resVar]bool{}
	for i := 0; i < len(b.stmts); i++ {
		s := b.stmts[i]
		var ahead []*resVar
		defined := p.defined(s, b, seen)
		uses := map[*resVar]int{}
		countRefs(&resBlock{stmts: []*resStmt{s}}, uses)
		for _, v := range sortedVars(uses) {
			if p.home[v] == b && !seen[v] {
				seen[v] = true
				if !defined[v] {
					ahead = append(ahead, v)
				}
			}
		}
		for j := range s.lhs {
			if t := &s.lhs[j]; t.v != nil && s.kind != forStmt {
				t.define = defined[t.v]
			}
		}
		for _, v := range ahead {
			b.insert(i, &resStmt{kind: assignStmt, op: "var", line: s.line, pos: s.pos, lhs: []target{{v: v, define: true}}})
			i++
		}
		for _, c := range s.blocks {
			p.declare(c)
		}
		s.walkOwn(func(c code) {
			for _, fr := range c {
				if fr.block != nil {
					p.declare(fr.block)
				}
			}
		})
	}
}

// defined gives the variables that s itself can declare with :=.
func (p *placer) defined(s *resStmt, b *resBlock, seen map[*resVar]bool) map[*resVar]bool {
	out := map[*resVar]bool{}
	if s.kind != assignStmt && s.kind != feedStmt || s.op != "=" || len(s.rhs) == 0 && len(s.lhs) != 1 {
		return out
	}
	reads := map[*resVar]bool{}
	for _, c := range s.rhs {
		for _, fr := range c {
			if fr.v != nil {
				reads[fr.v] = true
			}
			if fr.block != nil {
				inner := map[*resVar]int{}
				countRefs(fr.block, inner)
				for v := range inner {
					reads[v] = true
				}
			}
		}
	}
	for _, t := range s.lhs {
		switch {
		case t.blank:
		case t.v == nil || t.v.param || t.v.local || t.v.frame || p.home[t.v] != b || seen[t.v] || reads[t.v]:
			// := needs all new names on the left, or plain assignment for all.
			return map[*resVar]bool{}
		default:
			out[t.v] = true
		}
	}
	return out
}
