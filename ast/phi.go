package ast

import (
	"sort"

	"github.com/nngen-go/nngen/internal/tensor"
)

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
		f.scope.shared(c).know.set(f.ev, c, f.merge(c, arms))
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
			f.scope.shared(c).know.set(f.ev, c, f.merge(c, arms))
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
	if isModule(vals[0].v) {
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
	case *operationVal:
		o, ok := b.(*operationVal)
		return ok && a.op == o.op && a.of.path == o.of.path && a.of.inv == o.of.inv
	case *operationsVal:
		o, ok := b.(*operationsVal)
		return ok && a.of.path == o.of.path && a.of.inv == o.of.inv
	case *chosenVal, *chosenOperationVal, *chosenOperationsVal:
		return b == a
	}
	return false
}

func sortCells(list []*cell) {
	sort.Slice(list, func(i, j int) bool { return list[i].seq < list[j].seq })
}
