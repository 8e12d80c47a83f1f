package ast

import (
	"strconv"
	"strings"
)

// reroll turns the iterations of a loop that was carried out back into a loop,
// where they differ only in taps and integers that grow by equal steps.
func reroll(s *resStmt, depth int) *resStmt {
	if len(s.blocks) < 3 {
		return nil
	}
	m := &matcher{first: s.blocks[0]}
	for i, b := range s.blocks[1:] {
		m.vars, m.labels, m.at = map[*resVar]*resVar{}, map[*resLabel]*resLabel{}, 0
		m.round = i + 1
		if !m.block(s.blocks[0], b) || m.at != len(m.holes) {
			return nil
		}
	}
	name := "nn_i"
	if depth > 0 {
		name += strconv.Itoa(depth + 1)
	}
	body := &resBlock{}
	sub := &substituter{holes: m.holes, name: name}
	for _, st := range s.blocks[0].stmts {
		body.append(sub.stmt(st))
	}
	head := "range " + strconv.Itoa(len(s.blocks))
	for _, h := range m.holes {
		if strings.Contains(h.text(name), name) {
			head = name + " := range " + strconv.Itoa(len(s.blocks))
			break
		}
	}
	return &resStmt{
		kind: forStmt, op: "count", line: s.line, pos: s.pos, blocks: []*resBlock{body},
		code: txt(head), label: &resLabel{name: "nn_loop"},
	}
}

// hole is a place where iterations may differ: a tap's index, an integer, or a text.
type hole struct {
	values []int64
	texts  []string
}

func (h *hole) affine() bool {
	step := h.values[1] - h.values[0]
	for i := 2; i < len(h.values); i++ {
		if h.values[i]-h.values[i-1] != step {
			return false
		}
	}
	return true
}

// text is the hole as an expression over the loop's variable.
func (h *hole) text(name string) string {
	if h.texts != nil {
		return table("string", h.texts, name)
	}
	if !h.affine() {
		list := make([]string, len(h.values))
		for i, v := range h.values {
			list[i] = strconv.FormatInt(v, 10)
		}
		return table("int", list, name)
	}
	base, step := h.values[0], h.values[1]-h.values[0]
	switch {
	case step == 0:
		return strconv.FormatInt(base, 10)
	case base == 0 && step == 1:
		return name
	case step == 1:
		return name + "+" + strconv.FormatInt(base, 10)
	case base == 0:
		return strconv.FormatInt(step, 10) + "*" + name
	}
	return strconv.FormatInt(base, 10) + "+" + strconv.FormatInt(step, 10) + "*" + name
}

// table picks from a list by the loop's variable; equal entries need none.
func table(elem string, list []string, name string) string {
	same := true
	for _, v := range list {
		same = same && v == list[0]
	}
	if same {
		return list[0]
	}
	return "[...]" + elem + "{" + strings.Join(list, ", ") + "}[" + name + "]"
}

// matcher compares an iteration with the first one.
type matcher struct {
	first  *resBlock
	holes  []*hole
	at     int // next hole
	round  int
	vars   map[*resVar]*resVar
	labels map[*resLabel]*resLabel
}

func (m *matcher) block(a, b *resBlock) bool {
	if len(a.stmts) != len(b.stmts) {
		return false
	}
	for i := range a.stmts {
		if !m.stmt(a.stmts[i], b.stmts[i]) {
			return false
		}
	}
	return true
}

func (m *matcher) stmt(a, b *resStmt) bool {
	if a.kind != b.kind || a.op != b.op || a.typed != b.typed || len(a.lhs) != len(b.lhs) || len(a.rhs) != len(b.rhs) ||
		len(a.blocks) != len(b.blocks) || len(a.heads) != len(b.heads) || a.fails != b.fails || a.catch != nil || b.catch != nil || !m.label(a.label, b.label) {
		return false
	}
	for i := range a.lhs {
		x, y := a.lhs[i], b.lhs[i]
		if x.blank != y.blank || x.define != y.define || (x.v == nil) != (y.v == nil) || x.v != nil && !m.variable(x.v, y.v) || !m.code(x.code, y.code) {
			return false
		}
	}
	if !m.code(a.code, b.code) {
		return false
	}
	for i := range a.rhs {
		if !m.code(a.rhs[i], b.rhs[i]) {
			return false
		}
	}
	for i := range a.heads {
		if !m.code(a.heads[i], b.heads[i]) {
			return false
		}
	}
	for i := range a.blocks {
		if !m.block(a.blocks[i], b.blocks[i]) {
			return false
		}
	}
	return true
}

// variable pairs the variables of two iterations: the same one, or one each.
func (m *matcher) variable(a, b *resVar) bool {
	if old, ok := m.vars[a]; ok {
		return old == b
	}
	if a != b && (a.hint != b.hint || a.param || b.param) {
		return false
	}
	m.vars[a] = b
	return true
}

func (m *matcher) label(a, b *resLabel) bool {
	if a == nil || b == nil {
		return a == b
	}
	if old, ok := m.labels[a]; ok {
		return old == b
	}
	m.labels[a] = b
	return a == b || a.name == b.name && a.used == b.used
}

func (m *matcher) code(a, b code) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !m.frag(a[i], b[i]) {
			return false
		}
	}
	return true
}

func (m *matcher) frag(a, b frag) bool {
	switch {
	case a.tap != nil && b.tap != nil:
		return m.hole(int64(a.tap.tap), int64(b.tap.tap))
	case a.num != nil && b.num != nil:
		return m.hole(*a.num, *b.num)
	case a.str && b.str:
		return m.text(a.text, b.text)
	case a.v != nil && b.v != nil:
		return m.variable(a.v, b.v)
	case a.block != nil && b.block != nil:
		return m.block(a.block, b.block)
	}
	return a.tap == b.tap && a.num == b.num && a.v == b.v && a.block == b.block && a.text == b.text && a.imp == b.imp
}

func (m *matcher) hole(a, b int64) bool {
	h := m.next(&hole{values: []int64{a}})
	if h == nil || len(h.values) != m.round || h.values[0] != a {
		return false
	}
	h.values = append(h.values, b)
	return true
}

func (m *matcher) text(a, b string) bool {
	h := m.next(&hole{texts: []string{a}})
	if h == nil || len(h.texts) != m.round || h.texts[0] != a {
		return false
	}
	h.texts = append(h.texts, b)
	return true
}

// next gives the next hole; the first comparison makes them.
func (m *matcher) next(fresh *hole) *hole {
	if m.at == len(m.holes) {
		if m.round != 1 {
			return nil
		}
		m.holes = append(m.holes, fresh)
	}
	m.at++
	return m.holes[m.at-1]
}

// substituter writes the first iteration with holes as expressions.
type substituter struct {
	holes []*hole
	at    int
	name  string
}

func (s *substituter) stmt(st *resStmt) *resStmt {
	out := *st
	out.lhs = append([]target(nil), st.lhs...)
	for i := range out.lhs {
		out.lhs[i].code = s.code(st.lhs[i].code)
	}
	out.code = s.code(st.code)
	out.rhs, out.heads, out.blocks = nil, nil, nil
	for _, c := range st.rhs {
		out.rhs = append(out.rhs, s.code(c))
	}
	for _, c := range st.heads {
		out.heads = append(out.heads, s.code(c))
	}
	for _, b := range st.blocks {
		out.blocks = append(out.blocks, s.block(b))
	}
	return &out
}

func (s *substituter) block(b *resBlock) *resBlock {
	out := &resBlock{}
	for _, st := range b.stmts {
		out.append(s.stmt(st))
	}
	return out
}

func (s *substituter) code(c code) code {
	if c == nil {
		return nil
	}
	out := make(code, 0, len(c))
	for _, fr := range c {
		switch {
		case fr.tap != nil:
			fr = frag{at: s.next(false)}
		case fr.num != nil, fr.str:
			fr = frag{text: s.next(true)}
		case fr.block != nil:
			fr.block = s.block(fr.block)
		}
		out = append(out, fr)
	}
	return out
}

func (s *substituter) next(paren bool) string {
	h := s.holes[s.at]
	s.at++
	t := h.text(s.name)
	if paren && h.texts == nil && h.affine() && h.values[0] != h.values[1] && t != s.name {
		return "(" + t + ")"
	}
	return t
}
