package ast

import (
	"go/ast"
	"go/token"
	"go/types"
	"sort"

	"github.com/nngen-go/nngen/internal/tensor"
)

// known is what the compiler knows of a variable that residual code assigns: the
// tensor or module that it holds at this point of the program. v nil: nothing.
type known struct {
	v value
	// picked says that v was merged from several assignments. In the graph it is
	// an If; Go code reads the variable instead, which then costs the graph nothing.
	picked bool
}

// knowledge is what the assignments on one level of residual code tell.
type knowledge struct {
	vals  map[*cell]known
	order []*cell
}

func (k *knowledge) set(ev *evaluator, c *cell, v known) {
	if k.vals == nil {
		k.vals = map[*cell]known{}
	}
	if _, ok := k.vals[c]; !ok {
		k.order = append(k.order, c)
		if c.seq == 0 {
			ev.cells++
			c.seq = ev.cells
		}
	}
	k.vals[c] = v
}

// exit is one jump out of a level, with what was known there.
type exit struct {
	pred *pred
	vals map[*cell]known
}

// knownOf looks a variable up, from this place outwards. ok: some assignment
// under a condition, or after one, says what it holds, or that nobody knows.
func (f *frame) knownOf(c *cell) (known, bool) { return knownIn(f.scope, c) }

func knownIn(s *rscope, c *cell) (known, bool) {
	for ; s != nil && s.depth >= c.scope; s = s.parent {
		if k, ok := s.know.vals[c]; ok {
			if c.res != nil && c.res.captured { // host code may have changed it
				k.v = nil
			}
			return k, true
		}
	}
	return known{}, false
}

// remember notes what an assignment tells of a variable.
func (f *frame) remember(c *cell, v value) {
	if f.scope == nil {
		return
	}
	k := knownAs(v)
	if _, before := f.knownOf(c); !before && (k.v == nil || f.conditional(c.scope) == nil) {
		return
	}
	f.scope.know.set(f.ev, c, k)
}

// forget notes that a variable was assigned something that is not known.
func (f *frame) forget(c *cell) {
	if f.scope != nil {
		f.scope.know.set(f.ev, c, known{})
	}
}

// knownAs is what is kept of a value: tensors of the graph and modules.
func knownAs(v value) known {
	switch v := v.(type) {
	case *tensorVal:
		if v.sym != nil {
			return known{v: v}
		}
	case *codeVal:
		if v.graph != nil {
			return known{v: &tensorVal{v.graph}, picked: true}
		}
	case *envoyVal:
		return known{v: v}
	case *chosenVal:
		return known{v: v}
	}
	return known{}
}

// before notes what a variable held ahead of the condition that is about to change it.
func (f *frame) before(c *cell) {
	s := f.scope
	if out := f.conditional(c.scope); out != nil {
		s = out.parent
	}
	if _, ok := knownIn(s, c); s != nil && !ok {
		s.know.set(f.ev, c, knownAs(c.val))
	}
}

// readKnown gives the value of a variable as far as it is known.
func (f *frame) readKnown(c *cell) (value, bool) {
	k, ok := f.knownOf(c)
	if !ok || k.v == nil {
		return nil, false
	}
	if t, isTensor := k.v.(*tensorVal); isTensor && k.picked {
		if c.res == nil {
			return t, true
		}
		return &codeVal{code: code{{v: c.res}}, typ: c.typ, pure: true, born: c.res.born, tensor: t.sym.typ, graph: t.sym}, true
	}
	return k.v, true
}

// arm is one way to come to a place: by a branch, or by a jump.
type arm struct {
	pred *pred // nil for the one that is left when no other was taken
	vals func(c *cell) known
}

// joinSides merges what the branches of an if or switch know. The last one is
// taken where no other is; a branch that always jumps away does not come here.
func (f *frame) joinSides(list []*rscope, complete bool) {
	var cells []*cell
	seen := map[*cell]bool{}
	var arms []arm
	outer := func(c *cell) known { return f.heldOutside(c) }
	for _, s := range list {
		for _, c := range s.know.order {
			if !seen[c] && c.scope < s.depth {
				seen[c] = true
				cells = append(cells, c)
			}
		}
		if s.side != nil && s.side.left {
			continue
		}
		arms = append(arms, arm{s.start, func(c *cell) known {
			if k, ok := s.know.vals[c]; ok {
				return k
			}
			return outer(c)
		}})
	}
	if !complete {
		arms = append(arms, arm{nil, outer})
	}
	for _, c := range cells {
		f.scope.know.set(f.ev, c, f.merge(c, arms))
	}
}

// forgetAll drops what is known of the variables that branches assign: a break
// in the middle of one leaves with other values than its end.
func (f *frame) forgetAll(list []*rscope) {
	for _, s := range list {
		for _, c := range s.know.order {
			if c.scope < s.depth {
				f.forget(c)
			}
		}
	}
}

// heldOutside is what a variable held on the level of f itself.
func (f *frame) heldOutside(c *cell) known {
	if k, ok := f.knownOf(c); ok {
		return k
	}
	if c.res == nil {
		return knownAs(c.val)
	}
	return known{}
}

// joinGroup merges, at the end of a group, what its end and the jumps to there know.
func (f *frame) joinGroup(g *rscope) {
	var cells []*cell
	seen := map[*cell]bool{}
	add := func(c *cell) {
		if !seen[c] && c.scope < g.depth {
			seen[c] = true
			cells = append(cells, c)
		}
	}
	for _, c := range g.know.order {
		add(c)
	}
	var arms []arm
	for _, e := range g.exits {
		for _, c := range sortedCells(e.vals) {
			add(c)
		}
		arms = append(arms, arm{e.pred, func(c *cell) known {
			if k, ok := e.vals[c]; ok {
				return k
			}
			return f.heldOutside(c)
		}})
	}
	if !g.ended || len(arms) == 0 {
		arms = append(arms, arm{nil, func(c *cell) known {
			if k, ok := g.know.vals[c]; ok {
				return k
			}
			return f.heldOutside(c)
		}})
	}
	for _, c := range cells {
		if f.scope != nil {
			f.scope.know.set(f.ev, c, f.merge(c, arms))
		}
	}
}

func sortedCells(m map[*cell]known) []*cell {
	out := make([]*cell, 0, len(m))
	for c := range m {
		out = append(out, c)
	}
	sortCells(out)
	return out
}

// exitsTo notes what is known where a jump leaves for the end of a level.
func (f *frame) exitsTo(to *rscope, p *pred) {
	e := exit{pred: p, vals: map[*cell]known{}}
	for s := f.scope; s != nil; s = s.parent {
		for c, k := range s.know.vals {
			if _, ok := e.vals[c]; !ok {
				e.vals[c] = k
			}
		}
		if s == to {
			break
		}
	}
	to.exits = append(to.exits, e)
}

// merge gives what a variable holds where several ways meet: one value if all
// agree, else an If in the graph. Different dtypes or shapes cannot be merged
// there; then only Go knows.
func (f *frame) merge(c *cell, arms []arm) known {
	if len(arms) == 0 {
		return known{}
	}
	vals := make([]known, len(arms))
	same, tensors := true, true
	for i, a := range arms {
		vals[i] = a.vals(c)
		if vals[i].v == nil {
			return known{}
		}
		t, ok := vals[i].v.(*tensorVal)
		tensors = tensors && ok
		same = same && sameKnown(vals[0].v, vals[i].v)
		if ok && i > 0 && tensors {
			first := vals[0].v.(*tensorVal).sym.typ
			if t.sym.typ.DType != first.DType || t.sym.typ.Shape.Differs(first.Shape) {
				return known{}
			}
		}
	}
	if same {
		return vals[0]
	}
	switch vals[0].v.(type) {
	case *envoyVal, *chosenVal:
		return f.mergeModules(c, arms, vals)
	}
	if !tensors {
		return known{}
	}
	last := len(vals) - 1
	s := vals[last].v.(*tensorVal).sym
	t := mergedType(vals)
	for i := last - 1; i >= 0; i-- {
		p := arms[i].pred
		if p == nil || p.sym == nil {
			return known{}
		}
		v := vals[i].v.(*tensorVal).sym
		s = f.ev.graph.choose(p, p.sym, v, s, t)
		s.node.els.pred = arms[last].pred
		if i < last-1 {
			s.node.els.pred = nil
		}
		s.node.hint, s.node.under, s.what = c.name, f.predicate(), c.name
		s.node.text = "if " + p.text + ": " + c.name
	}
	return known{v: &tensorVal{s}, picked: true}
}

// mergedType is what is known of the shape whichever value it is.
func mergedType(vals []known) tensor.Type {
	t := vals[0].v.(*tensorVal).sym.typ
	for _, k := range vals[1:] {
		o := k.v.(*tensorVal).sym.typ
		if !t.Shape.RankKnown() || !o.Shape.RankKnown() {
			return tensor.Type{DType: t.DType}
		}
		t.Shape = t.Shape.Clone()
		for i := range t.Shape {
			if t.Shape[i] != o.Shape[i] {
				t.Shape[i] = tensor.Unknown
			}
		}
	}
	return t
}

func sameKnown(a, b value) bool {
	switch a := a.(type) {
	case *tensorVal:
		o, ok := b.(*tensorVal)
		return ok && a.sym != nil && o.sym != nil && a.sym.final() == o.sym.final()
	case *envoyVal:
		o, ok := b.(*envoyVal)
		return ok && a.path == o.path && a.inv == o.inv
	case *chosenVal:
		return b == value(a)
	}
	return false
}

// moduleAssigned meets the assignment of a module under a condition: no variable
// of residual code can hold one, so what was assigned is known alone.
func (f *frame) moduleAssigned(c *cell, v value, at ast.Expr) bool {
	switch v.(type) {
	case *envoyVal, *chosenVal:
	default:
		return false
	}
	if c.res != nil || f.conditional(c.scope) == nil {
		return false
	}
	if f.underLoop() {
		f.vagueModule(c, at)
	}
	return true
}

// vagueModule reports a variable that may hold any of several modules.
func (f *frame) vagueModule(c *cell, at ast.Expr) value {
	return f.fail(at.Pos(), "NN1303", "choose it by an index of a module array, or by branches over parameters that all set it, or write both cases out",
		"%s is changed under a condition that is known only when the trace runs, but holds an Envoy", nameOf(c))
}

// mergeModules gives the module that branches over parameters picked: chosen when
// the trace runs, by the conditions of the branches.
func (f *frame) mergeModules(c *cell, arms []arm, vals []known) known {
	by := &choice{text: c.name, pos: f.ev.tf.decl.Pos()}
	out := &chosenVal{by: by}
	var taken []*sym // the conditions of the arms
	add := func(m *envoyVal, cond *sym) bool {
		out.list, by.conds, by.n = append(out.list, m), append(by.conds, cond), by.n+1
		return types.Identical(m.typ, out.list[0].typ)
	}
	for i, k := range vals {
		cond := f.ev.noneOf(taken)
		if p := arms[i].pred; p != nil {
			if p.born || p.sym == nil {
				return known{}
			}
			cond = p.sym
		}
		taken = append(taken, cond)
		switch m := k.v.(type) {
		case *envoyVal:
			if !add(m, cond) {
				return known{}
			}
		case *chosenVal:
			for j, x := range m.list {
				if !add(x, f.ev.allOf(cond, m.by.is(f.ev, j))) {
					return known{}
				}
			}
		default:
			return known{}
		}
	}
	return known{v: out}
}

// allOf is true where both are.
func (ev *evaluator) allOf(a, b *sym) *sym {
	return ev.graph.add("And", []*sym{a, b}, nil, []tensor.Type{a.typ}, token.NoPos)[0]
}

// noneOf is true where no condition of a list is.
func (ev *evaluator) noneOf(conds []*sym) *sym {
	t := tensor.Type{DType: tensor.Bool, Shape: tensor.Shape{}}
	var any *sym
	for _, c := range conds {
		if any == nil {
			any = c
			continue
		}
		any = ev.graph.add("Or", []*sym{any, c}, nil, []tensor.Type{t}, token.NoPos)[0]
	}
	if any == nil {
		return nil
	}
	return ev.graph.add("Not", []*sym{any}, nil, []tensor.Type{t}, token.NoPos)[0]
}

func sortCells(list []*cell) {
	sort.Slice(list, func(i, j int) bool { return list[i].seq < list[j].seq })
}
