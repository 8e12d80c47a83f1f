package ast

import (
	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/tensor"
)

// settling replaces the points of chosen modules in a value by what is there of
// them at one place of the run.
type settling struct {
	ev    *evaluator
	by    *choice // the choice whose candidate index it is for, if any
	index int
	under *pred
	done  map[*sym]*sym
	both  map[*pred]*pred // under, and this one
}

func newSettling(ev *evaluator, by *choice, index int, under *pred) *settling {
	return &settling{ev, by, index, under, map[*sym]*sym{}, map[*pred]*pred{}}
}

// underAlso is the condition of a node that is made under p: one for all of them,
// so that they find each other where it holds.
func (st *settling) underAlso(p *pred) *pred {
	switch {
	case p == nil || st.under.implies(p):
		return st.under
	case st.under == nil || p.implies(st.under):
		return p
	}
	if st.both[p] == nil {
		and := st.ev.graph.add("And", []*sym{st.under.sym, p.sym}, nil, []tensor.Type{p.sym.typ}, p.sym.pos)[0]
		st.both[p] = &pred{parent: st.under, prior: p, sym: and, text: bothText(st.under.text, p.text), born: p.born || st.under.born}
	}
	return st.both[p]
}

// sym gives the value without chosen points.
func (st *settling) sym(s *sym) *sym {
	s = s.final()
	if !s.isLate() {
		return s
	}
	if out := st.done[s]; out != nil {
		return out
	}
	if s.late != nil {
		out := st.register(s.late, s)
		st.done[s] = out
		return out
	}
	n := s.node
	m := &graphNode{op: n.op, attrs: n.attrs, pos: n.pos, text: n.text, hint: n.hint, under: st.underAlso(n.under)}
	for _, in := range n.in {
		m.in = append(m.in, st.sym(in))
	}
	if n.then != nil {
		m.then = &branch{n.then.pred, m.in[1]}
		m.els = &branch{n.els.pred, m.in[2]}
	}
	for _, o := range n.outs {
		c := &sym{typ: o.typ, pos: o.pos, what: o.what, node: m, out: o.out, tap: -1, chosen: true}
		m.outs = append(m.outs, c)
		st.done[o] = c
	}
	st.ev.graph.nodes = append(st.ev.graph.nodes, m)
	return st.done[s]
}

// register is what was chosen among the candidates that the run has come to. At
// a candidate of the same choice that is the candidate itself.
func (st *settling) register(r *chosenRead, s *sym) *sym {
	if st.by == r.by && st.by != nil && r.vals[st.index] != nil {
		return r.vals[st.index]
	}
	if len(r.order) == 0 { // Run refuses every choice that would need it
		return st.ev.graph.constant(tensor.Float32, 0.0, s.pos)
	}
	for k := len(r.registers); k < len(r.order); k++ {
		i := r.order[k]
		v := r.vals[i]
		if k > 0 {
			v = st.ev.graph.choose(nil, r.by.is(st.ev, i), v, r.registers[k-1], s.typ)
			v.what, v.pos, v.chosen, v.by = s.what, s.pos, true, r.by
			v.node.pos, v.node.text = s.pos, "what "+r.by.text+" chooses: "+r.label
		}
		r.registers = append(r.registers, v)
	}
	return r.registers[len(r.order)-1]
}

// settleTaps puts values without chosen points in the place of taps. A point
// that only leaves the run stays as it is: Run fetches the one that was chosen.
func (ev *evaluator) settleTaps(top *resBlock, exprs []code) {
	st := newSettling(ev, nil, 0, nil)
	by := func(s *sym) code {
		s = s.final()
		if !s.isLate() || s.late != nil && s.late.by.param != nil {
			return nil
		}
		return code{{tap: st.sym(s)}}
	}
	replaceTaps(top, by)
	for i := range exprs {
		exprs[i] = tapsReplaced(exprs[i], by)
	}
}

// settleCrossing settles points of chosen modules that Go looks at in mid-run,
// which no fetching after the run can give it.
func (ev *evaluator) settleCrossing(top *resBlock, exprs []code) {
	st := newSettling(ev, nil, 0, nil)
	crosses := map[*sym]bool{}
	for _, s := range ev.crossing(top) {
		crosses[s.final()] = s.final().late != nil
	}
	by := func(s *sym) code {
		if !crosses[s.final()] {
			return nil
		}
		return code{{tap: st.sym(s)}}
	}
	replaceTaps(top, by)
	for i := range exprs {
		exprs[i] = tapsReplaced(exprs[i], by)
	}
}

// settleSteps settles points of chosen modules in Go that has come into mid-run
// for its place among other Go alone: no feed depends on it. It reports whether
// there was any, after which the order is to be found anew.
func (ev *evaluator) settleSteps(d *divider, top *resBlock) bool {
	st := newSettling(ev, nil, 0, nil)
	found := false
	for _, u := range d.units {
		for _, s := range u.facts.taps {
			if k := d.section(u); s.final().late != nil && k > 0 && k <= d.steps {
				markLive(st.sym(s), nil)
				found = true
			}
		}
	}
	if found {
		replaceTaps(top, func(s *sym) code {
			if v := st.done[s.final()]; v != nil {
				return code{{tap: v}}
			}
			return nil
		})
	}
	return found
}

// planTap is the tap of a value; one of a chosen module has all candidates.
func (e *emission) tap(name string, s *sym) plan.Tap {
	t := plan.Tap{Name: name}
	t.File, t.Line = e.ev.where(s.pos)
	if s.late == nil {
		t.Value = e.value(e.top, s)
		return t
	}
	for _, v := range s.late.vals {
		t.Choices = append(t.Choices, e.value(e.top, v))
	}
	t.Value, t.Choice = t.Choices[0], s.late.by.param.name
	return t
}
