package ast

import (
	"go/ast"
	"go/token"
	"slices"

	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/tensor"
)

// guard is around the residual code of a function that recovers and of which
// nothing is left but its statements, in several parts of a run: of a helper that
// is carried out, or of an invoke. A panic in one of them makes what the function
// has deferred; if that recovers, the function is over, which left notes, and the
// rest of the run goes on without what would have followed.
type guard struct {
	list  code // the calls that wait
	mark  code // how many did when the function began
	left  *resVar
	noted bool // somebody asks
}

// catches makes the guard of a function whose body recovers; nil for others.
func (f *frame) catches(body *ast.BlockStmt, mark code) *guard {
	if !f.recovery(body).IsValid() {
		return nil
	}
	label := f.scope.label
	label.left = f.newVar("nn_left", boolType)
	label.left.leap, label.left.changed = label, true
	return &guard{list: f.waiting(), mark: mark, left: label.left}
}

// outlives refuses a helper that recovers in an invoke where the trace function
// recovers as well. When another invoke ends the run, the interpreter's helper
// recovers from that too, and its invoke goes on to the next point; compiled, it
// is over with the run. The trace function would return what that made of it.
func (f *frame) outlives(g *guard, pos token.Pos) {
	if g == nil || f.inv == nil || f.ev.form == OneInvoke {
		return
	}
	if at := f.ev.main.recovery(f.ev.tf.decl.Body); at.IsValid() {
		d := f.ev.report(pos, "NN1217", "a helper recovers in an invoke, and the trace function from what ends its run: where another invoke ends it, what this one does behind the helper would depend on who runs it")
		d.Hint = "recover in the invoke itself, or not in the trace function, whose caller is given the error"
		f.ev.relate(d, at, "the trace function recovers here")
	}
}

// recovery is where a function defers a call that recovers.
func (f *frame) recovery(body *ast.BlockStmt) (at token.Pos) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.DeferStmt:
			if !at.IsValid() && f.recovers(n.Call) {
				at = n.Pos()
			}
			return false
		}
		return true
	})
	return at
}

// throws notes that a statement may panic: where a function around it recovers,
// what follows in that function is reached only if it did not.
func (f *frame) throws(s *resStmt) {
	own := *s
	own.blocks = nil
	if s.calm || !own.mayPanic() {
		return
	}
	for c := f.call; c != nil && c.kind != hostCall; c = c.parent {
		if c.scope == nil || c.scope.catch == nil {
			continue
		}
		s.throws = append(s.throws, c.scope.label)
		f.thrown(c.scope, s.pos)
	}
}

// thrown says that what follows in a function is conditional, and what its
// variables held where it may have ended.
func (f *frame) thrown(to *rscope, pos token.Pos) {
	if f.acting() {
		f.mayEnd(to, pos)
	}
	f.exitsTo(to, &pred{})
	for s := f.scope; s != nil; s = s.parent {
		if s.pred != nil {
			s.prior, s.pred = s.pred, nil
		}
		if s == to {
			break
		}
	}
	if len(to.left) == 0 || to.left[len(to.left)-1].text != panicked {
		to.left = append(to.left, test{text: panicked})
	}
	to.leftBorn = true
	if !to.cond {
		to.cond, to.pos, to.born = true, pos, pos
	}
}

// mayEnd notes a place where a panic may end a function, for the order of the run.
func (f *frame) mayEnd(to *rscope, pos token.Pos) {
	part := 1
	for _, a := range f.ev.sched.acts {
		switch {
		case a.inv != f.inv:
		case a.kind == jumpAct && a.to == to && a.part > 0:
			part = a.part
		case a.kind == pointAct && inside(a.scope, to):
			part++
		}
	}
	a := f.act(jumpAct, pos)
	a.to, a.part = to, part
}

// panicked is the condition of a function's end by a panic, for people.
const panicked = "it panicked"

// mayHavePanicked reports whether the one condition of a place in a function is
// that nothing ahead of it has panicked.
func (s *rscope) mayHavePanicked() bool {
	return s.catch != nil && len(s.left) > 0 && !slices.ContainsFunc(s.left, func(t test) bool { return t.text != panicked })
}

// thrown notes which functions a panic in a statement would end.
func (fa *facts) thrown(labels []*resLabel) {
	for _, l := range labels {
		if !slices.Contains(fa.throws, l) {
			fa.throws = append(fa.throws, l)
		}
	}
}

// guardedBy puts the guard of a function around a group of its statements.
func (p *printer) guardedBy(g *guard, body Code, indent int) Code {
	call := Join(p.code(g.list, indent), Text(".Guard("), p.code(g.mark, indent), Text(", func() {\n"), body, Text(tabs(indent)+"})"))
	if !g.noted {
		return call
	}
	return Join(Text("if "), call, Text(" {\n"+tabs(indent+1)+g.left.name+" = true\n"+tabs(indent)+"}"))
}

// mayRefuse meets an operation that some values or sizes end the run with: no
// call that Go defers can recover from that.
func (f *frame) mayRefuse(n *graphNode, e *ast.CallExpr) {
	if f.caught() && (n.refuses() || n.unproven() || n.oversized()) {
		f.beyondGuard(e.Pos(), "whether "+n.op+" takes its operands is found")
	}
}

// caught reports whether a function around this place recovers.
func (f *frame) caught() bool {
	for c := f.call; c != nil && c.kind != hostCall; c = c.parent {
		if c.scope != nil && c.scope.catch != nil {
			return true
		}
	}
	return false
}

// oversized reports whether only a run's sizes tell that there is what a node's
// attributes name: a position, a number of entries.
func (n *graphNode) oversized() bool {
	op, ok := ops.Lookup(n.op)
	if !ok {
		return false
	}
	types := make([]tensor.Type, len(n.in))
	for i, s := range n.in {
		types[i] = s.final().typ
	}
	return op.Unproven(types, n.attrs)
}

// unproven reports whether only a run's sizes tell that a node's operands fit: the
// parts of what has no size yet, and operands next to one another.
func (n *graphNode) unproven() bool {
	for i, s := range n.in {
		t := s.final().typ
		if !t.Shape.RankKnown() || n.op == "Split" && !closedShape(t.Shape) {
			return true
		}
		for _, o := range n.in[:i] {
			if u := o.final().typ; n.op != "At" && n.op != "SetAt" && !joins(t.Shape, u.Shape) {
				return true
			}
		}
	}
	return false
}

func closedShape(s tensor.Shape) bool {
	return !slices.ContainsFunc(s, func(d tensor.Dim) bool { _, ok := d.Const(); return !ok })
}

// joins reports whether it is known that two shapes agree, from their last axes
// on, but for axes of one entry.
func joins(a, b tensor.Shape) bool {
	for i := 1; i <= min(len(a), len(b)); i++ {
		x, y := a[len(a)-i], b[len(b)-i]
		m, okA := x.Const()
		n, okB := y.Const()
		if x != y && (!okA || !okB) && !(okA && m == 1) && !(okB && n == 1) || x == tensor.Unknown {
			return false
		}
	}
	return true
}

// beyondGuard refuses what may end the run in a function that recovers, and that
// is not Go.
func (f *frame) beyondGuard(pos token.Pos, what string) {
	if f.caught() {
		f.fail(pos, "NN1217", "do it outside of the function that recovers, declare the sizes, or recover in a trace function of the form func(m *Model)",
			"%s when the model runs, and what the model refuses ends the run: the function that recovers would not see it", what)
	}
}
