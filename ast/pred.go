package ast

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/internal/tensor"
)

// pred is the condition under which a place of the program is reached: what the
// graph has to know to do, or leave, what stands there.
type pred struct {
	parent *pred // of the place around it
	prior  *pred // of the same block, before a jump out of it became possible
	sym    *sym  // the bool that tells, an input of the graph
	// code is the condition as Go that parameters alone decide and that can be
	// evaluated anywhere; nil where only reaching the place itself can tell.
	code   code
	text   string  // for people: "flag && n > 3"
	behind []*stop // that no run makes where it holds
	born   bool    // a value of the run decides about it
}

// implies reports whether p holds only where q does; the nil condition always holds.
func (p *pred) implies(q *pred) bool {
	if q == nil || p == q || p != nil && p.sym != nil && p.sym == q.sym {
		return true // one bool of the graph: several invokes ask for the same condition
	}
	return p != nil && (p.parent.within(q) || p.prior.within(q))
}

func (p *pred) within(q *pred) bool { return p != nil && p.implies(q) }

// test is the condition of one level of residual code.
type test struct {
	code code // over parameters that never change; nil where it is anything else
	text string
}

// predicate is the condition of this place; nil where it is always reached, and
// in loops, where no single value could tell.
func (f *frame) predicate() *pred {
	if f.conditional(-1) == nil || f.underLoop() {
		return nil
	}
	p := f.ev.predOf(f.scope)
	if p != nil && p.sym == nil {
		p.behind = f.behind()
		f.ev.give(f, p)
	}
	return p
}

// predOf finds or makes the condition of a level.
func (ev *evaluator) predOf(s *rscope) *pred {
	for s != nil && (!s.cond || s.phase != nil && s.phase.always()) {
		s = s.parent
	}
	if s == nil {
		return nil
	}
	if s.pred != nil {
		return s.pred
	}
	p := &pred{parent: ev.predOf(s.parent), prior: s.prior, born: s.born.IsValid()}
	own := s.ownTest()
	p.text = own.text
	p.born = p.born || s.leftBorn
	if p.parent != nil {
		p.born = p.born || p.parent.born
		p.text = bothText(p.parent.text, p.text)
	}
	if own.code != nil && (p.parent == nil || p.parent.code != nil) {
		p.code = own.code
		if p.parent != nil {
			p.code = both(p.parent.code, own.code)
		}
	}
	s.pred = p
	return p
}

// ownTest is a level's own condition: that of its if or case, and that no jump
// left it before.
func (s *rscope) ownTest() test {
	t := s.test
	for i, j := range s.left {
		if i == 0 && s.kind == scopeGroup {
			t = j.negated()
			continue
		}
		t = t.and(j.negated())
	}
	return t
}

func (t test) negated() test {
	out := test{text: "!(" + t.text + ")"}
	if t.code != nil {
		out.code = negated(t.code)
	}
	return out
}

func (t test) and(u test) test {
	out := test{text: bothText(t.text, u.text)}
	if t.code != nil && u.code != nil {
		out.code = both(t.code, u.code)
	}
	return out
}

// bothText joins conditions for people; a loop repeats the same one.
func bothText(a, b string) string {
	terms := strings.Split(a, " && ")
	for t := range strings.SplitSeq(b, " && ") {
		if !slices.Contains(terms, t) {
			terms = append(terms, t)
		}
	}
	return strings.TrimPrefix(strings.Join(terms, " && "), " && ")
}

// leaves notes that a jump from here may leave a level: what follows in it, and
// in the levels between, is reached only if it did not.
func (f *frame) leaves(to *rscope) {
	p := f.ev.predOf(f.scope)
	var here *test // what leads here from to
	for s := f.scope; s != nil && s != to; s = s.parent {
		if s.cond {
			own := s.ownTest()
			if here != nil {
				own = own.and(*here)
			}
			here = &own
		}
	}
	for s := f.scope; s != nil; s = s.parent {
		if s.pred != nil {
			s.prior, s.pred = s.pred, nil
		}
		if s == to {
			break
		}
	}
	if here != nil {
		to.left = append(to.left, *here)
		to.leftBorn = to.leftBorn || p != nil && p.born
	}
}

// give makes the bool that carries a condition into the graph: an expression
// over parameters, or a variable that is set where the place is reached.
func (ev *evaluator) give(f *frame, p *pred) {
	t := tensor.Type{DType: tensor.Bool, Shape: tensor.Shape{}}
	pos := f.conditionAt()
	if p.code != nil {
		steps := f.editSteps()
		key := "condition " + codeKey(p.code) + stepsKey(steps)
		pp := ev.graph.feeds[key]
		if pp == nil {
			pp = ev.graph.addParam(predName(p.code), t, false, p.code, pos)
			pp.steps = steps
			ev.graph.feeds[key] = pp
		}
		p.sym = pp.sym
		return
	}
	v := f.newVar("nn_take", types.Typ[types.Bool])
	f.wrote(v, f.condBorn())
	pp := ev.graph.addParam("taken", t, false, code{{v: v}}, pos)
	pp.feed = &resStmt{kind: feedStmt, pos: pos, op: "=", lhs: []target{{v: v}}, rhs: []code{txt("true")}, feed: pp}
	f.emit(pp.feed)
	p.sym = pp.sym
}

// conditionAt is where the innermost condition stands.
func (f *frame) conditionAt() token.Pos {
	for s := f.scope; s != nil; s = s.parent {
		if s.cond && s.pos.IsValid() {
			return s.pos
		}
	}
	return token.NoPos
}

// predName names a condition after the variable that it is.
func predName(c code) string {
	if len(c) == 1 && c[0].v != nil && c[0].v.param {
		return c[0].v.hint
	}
	return "taken"
}

// both is a && b, negated is !a.
func both(a, b code) code {
	switch {
	case isTrue(a):
		return b
	case isTrue(b):
		return a
	}
	return operand(a).add(" && ", operand(b))
}

func isTrue(c code) bool { return len(c) == 1 && c[0].v == nil && c[0].text == "true" }

func negated(a code) code {
	if len(a) == 2 && a[0].text == "!" {
		return append(code(nil), a[1:]...)
	}
	return txt("!").add(operand(a))
}

// operand puts parentheses around code that is more than one word.
func operand(c code) code {
	if len(c) == 1 && (c[0].v != nil || token.IsIdentifier(c[0].text)) {
		return append(code(nil), c...)
	}
	return txt("(").add(c, ")")
}
