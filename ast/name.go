package ast

import (
	"go/scanner"
	"go/token"
	"sort"
	"strconv"
)

func sortedVars(m map[*resVar]int) []*resVar {
	out := make([]*resVar, 0, len(m))
	for v := range m {
		out = append(out, v)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].seq < out[j].seq })
	return out
}

// newNamer makes what gives variables and labels their names: the user's own,
// with a number where that is taken in the same or an outer block.
func (ev *evaluator) newNamer(more ...string) *namer {
	n := &namer{taken: map[string]bool{}, labels: map[string]int{}}
	for _, name := range ev.imports {
		n.taken[name] = true
	}
	for _, prm := range ev.params {
		n.taken[prm.name] = true
	}
	for _, c := range ev.results {
		if c.name != "" {
			n.taken[c.name] = true
		}
	}
	for _, name := range more {
		n.taken[name] = true
	}
	return n
}

// root names what a block declares, which is one function's or a part of it.
func (n *namer) root(b *resBlock) {
	usedNames(b, n.taken)
	n.block(b)
}

// usedNames collects every identifier of the user's text: package-level names,
// predeclared ones, fields. A variable that is renamed stays clear of them.
func usedNames(b *resBlock, taken map[string]bool) {
	see := func(c code) {
		for _, fr := range c {
			if fr.block != nil {
				usedNames(fr.block, taken)
			}
			if fr.text == "" || fr.imp != "" {
				continue
			}
			var sc scanner.Scanner
			src := []byte(fr.text)
			sc.Init(token.NewFileSet().AddFile("", -1, len(src)), src, func(token.Position, string) {}, 0)
			for _, tok, lit := sc.Scan(); tok != token.EOF; _, tok, lit = sc.Scan() {
				if tok == token.IDENT {
					taken[lit] = true
				}
			}
		}
	}
	for _, s := range b.stmts {
		s.walkCode(see)
	}
}

// namer walks the blocks from the outside in; names of a block are free again
// after it.
type namer struct {
	taken  map[string]bool
	labels map[string]int
}

func (n *namer) block(b *resBlock) {
	var mine []string
	claim := func(v *resVar) {
		if v.fixed || v.frame {
			return
		}
		v.fixed = true
		v.name = n.free(v.hint)
		n.taken[v.name] = true
		mine = append(mine, v.name)
	}
	for _, s := range b.stmts {
		for _, t := range s.lhs {
			if t.v != nil && t.define && s.kind != forStmt {
				claim(t.v)
			}
		}
	}
	for _, s := range b.stmts {
		if s.label != nil && s.label.used && s.kind != jumpStmt {
			n.labels[s.label.name]++
			if k := n.labels[s.label.name]; k > 1 {
				s.label.name += strconv.Itoa(k)
			}
		}
		if s.kind == forStmt {
			n.loop(s)
			continue
		}
		for _, c := range s.blocks {
			n.block(c)
		}
		s.walkOwn(func(c code) { n.literals(c) })
	}
	for _, name := range mine {
		delete(n.taken, name)
	}
}

// loop names the variables of a for statement, which its body sees.
func (n *namer) loop(s *resStmt) {
	var mine []string
	for _, t := range s.lhs {
		if t.v != nil && !t.v.fixed {
			t.v.fixed, t.v.name = true, n.free(t.v.hint)
			n.taken[t.v.name] = true
			mine = append(mine, t.v.name)
		}
	}
	for _, c := range s.blocks {
		n.block(c)
	}
	s.walkOwn(func(c code) { n.literals(c) })
	for _, name := range mine {
		delete(n.taken, name)
	}
}

// literals names the parameters and variables of function literals.
func (n *namer) literals(c code) {
	var mine []string
	for _, fr := range c {
		if fr.v != nil && fr.v.local && !fr.v.fixed {
			fr.v.fixed, fr.v.name = true, n.free(fr.v.hint)
			n.taken[fr.v.name] = true
			mine = append(mine, fr.v.name)
		}
		if fr.block != nil {
			n.block(fr.block)
		}
	}
	for _, name := range mine {
		delete(n.taken, name)
	}
}

func (n *namer) free(hint string) string {
	if hint == "" || hint == "_" || token.IsKeyword(hint) {
		hint = "nn_v"
	}
	name := hint
	for i := 2; n.taken[name]; i++ {
		name = hint + "_" + strconv.Itoa(i)
	}
	return name
}
