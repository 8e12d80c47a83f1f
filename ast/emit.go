package ast

import (
	"slices"

	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/tensor"
)

// branch is one side of an If under construction: the value it gives, and the
// condition that holds inside it (nil: no more than around the If).
type branch struct {
	pred *pred
	out  *sym
}

// choose makes the value that is new where p holds and old elsewhere. Both
// sides keep every bit of theirs; what was made for new alone is computed only
// where p holds, and may fail elsewhere.
func (g *graph) choose(p *pred, cond, fresh, old *sym, t tensor.Type) *sym {
	s := g.add(plan.If, []*sym{cond, fresh, old}, nil, []tensor.Type{t}, fresh.pos)[0]
	s.node.then, s.node.els = &branch{p, fresh}, &branch{nil, old}
	return s
}

// final is the value behind a placeholder, once its point was served.
func (s *sym) final() *sym {
	for s.is != nil {
		s = s.is
	}
	return s
}

// emission writes the live nodes of the graph into the plan. Nodes that are
// always computed stand at the top in the order they were made; those made under
// a condition stand inside the branches that need them.
type emission struct {
	ev    *evaluator
	p     *plan.Plan
	names *planNames
	top   *scopeOfPlan
	hooks int // written so far: they run in their order
	// guards are values made under a condition, for places where it may not hold:
	// of an unknown shape, as they are zero there.
	guards map[*sym]plan.Ref
}

// scopeOfPlan is the plan's list of nodes, or the branch of an If in it.
type scopeOfPlan struct {
	parent *scopeOfPlan
	pred   *pred
	nodes  []plan.Node
	refs   map[*sym]plan.Ref
}

func (b *scopeOfPlan) inner(p *pred) *scopeOfPlan {
	return &scopeOfPlan{parent: b, pred: p, refs: map[*sym]plan.Ref{}}
}

// holds reports whether a condition is known to hold in b.
func (b *scopeOfPlan) holds(p *pred) bool {
	for ; b != nil; b = b.parent {
		if b.pred.implies(p) {
			return true
		}
	}
	return p == nil
}

// emit writes all nodes; what branches need follows on demand.
func (ev *evaluator) emit(p *plan.Plan, names *planNames) *emission {
	e := &emission{ev: ev, p: p, names: names, top: (*scopeOfPlan)(nil).inner(nil), guards: map[*sym]plan.Ref{}}
	for _, n := range ev.graph.nodes {
		if n.live && (n.under == nil || n.atTop) || n.kept {
			e.value(e.top, n.outs[0])
		}
	}
	e.step(len(ev.hooks))
	return e
}

// value gives a value as b can refer to it, and writes its node if it is not there yet.
func (e *emission) value(b *scopeOfPlan, s *sym) plan.Ref {
	s = s.final()
	if s.node == nil {
		if s.param != nil {
			e.step(s.param.step)
		}
		e.ev.mention(e.p, s)
		return s.ref
	}
	for c := b; c != nil; c = c.parent {
		if r, ok := c.refs[s]; ok {
			return r
		}
	}
	at := e.top
	if u := s.node.under; u != nil {
		if !b.holds(u) && s.node.needsGuard() {
			return e.guarded(s)
		}
		for at = b; b.holds(u) && at.parent != nil && at.parent.holds(u); {
			at = at.parent
		}
		if !b.holds(u) {
			at = e.top
		}
	}
	e.node(at, s.node)
	return at.refs[s]
}

// step writes the hooks up to a step of mid-run, each after what it takes.
func (e *emission) step(k int) {
	for e.hooks < k {
		h := e.ev.hooks[e.hooks]
		e.hooks++
		var in []plan.Ref
		for _, s := range h.inputs {
			in = append(in, e.value(e.top, s))
		}
		n := e.ev.hookNode(h, in)
		e.collected(h, &n)
		e.top.nodes = append(e.top.nodes, n)
	}
}

// guarded gives a value that exists under a condition to a place where that is
// not known to hold: as the result of an If, zero where the condition does not hold.
func (e *emission) guarded(s *sym) plan.Ref {
	if ref, ok := e.guards[s]; ok {
		return ref
	}
	u := s.node.under
	cond := e.value(e.top, u.sym)
	then := e.top.inner(u)
	out := e.value(then, s)
	zero := plan.Node{Op: "Const", Out: []string{e.names.free("", "zero")}, Attrs: map[string]any{"dtype": tensor.Float32.String(), "value": 0.0}}
	els := []plan.Node{zero}
	if s.typ.DType != tensor.Float32 {
		cast := plan.Node{Op: "Cast", Out: []string{e.names.free("", "zero")}, Attrs: map[string]any{"dtype": s.typ.DType.String()}}
		cast.In = []plan.Ref{{Kind: plan.Result, Name: zero.Out[0]}}
		els = append(els, cast)
	}
	name := e.names.free(s.node.hint, lowerFirst(s.node.op))
	ref := plan.Ref{Kind: plan.Result, Name: name}
	file, line := e.ev.where(s.node.pos)
	e.top.nodes = append(e.top.nodes, plan.Node{
		Op: plan.If, In: []plan.Ref{cond}, Out: []string{name}, Types: []tensor.Type{{DType: s.typ.DType}}, Line: line, File: file,
		Then: &plan.Body{Nodes: then.nodes, Out: []plan.Ref{out}},
		Else: &plan.Body{Nodes: els, Out: []plan.Ref{{Kind: plan.Result, Name: els[len(els)-1].Out[0]}}},
	})
	e.guards[s] = ref
	return ref
}

// needsGuard reports whether a node that the program makes under a condition may
// not be computed without it: it could fail on values that the program would not
// give it, and costs time. Where a value of the run decides, the condition would
// need Go in mid-run for nothing else than to keep a value from leaving the run;
// then only what could fail is kept from it.
func (n *graphNode) needsGuard() bool {
	return n.under != nil && (!n.under.born || n.mayFail() || slices.ContainsFunc(n.in, func(in *sym) bool {
		m := in.final().node // a guarded operand is zero, of any shape, where the condition does not hold
		return m != nil && m.needsGuard()
	}))
}

// mayFail reports whether a node, or one made for it under a condition, refuses
// some values of its operands.
func (n *graphNode) mayFail() bool {
	if n.refuses() {
		return true
	}
	for _, in := range n.in {
		if m := in.final().node; m != nil && m.under != nil && m.mayFail() {
			return true
		}
	}
	return false
}

// refuses reports whether a node itself may end the run.
func (n *graphNode) refuses() bool {
	op, ok := ops.Lookup(n.op)
	if !ok {
		return false
	}
	types := make([]tensor.Type, len(n.in))
	for i, s := range n.in {
		types[i] = s.final().typ
	}
	return op.MayFail(types)
}

// node writes one node, after what it needs.
func (e *emission) node(at *scopeOfPlan, n *graphNode) {
	out := plan.Node{Op: n.op, Attrs: n.attrs}
	out.File, out.Line = e.ev.where(n.pos)
	if n.then != nil {
		out.In = []plan.Ref{e.value(at, n.in[0])}
		out.Then, out.Else = e.branch(at, n.then), e.branch(at, n.els)
		out.Types = []tensor.Type{n.outs[0].typ}
	} else {
		for _, in := range n.in {
			out.In = append(out.In, e.value(at, in))
		}
	}
	if n.op == plan.Fit {
		out.Types = []tensor.Type{n.outs[0].typ}
	}
	e.ev.mentionCall(n, e.p)
	for _, o := range n.outs {
		name := e.names.free(n.hint, lowerFirst(n.op))
		at.refs[o] = plan.Ref{Kind: plan.Result, Name: name}
		out.Out = append(out.Out, name)
	}
	at.nodes = append(at.nodes, out)
}

func (e *emission) branch(at *scopeOfPlan, b *branch) *plan.Body {
	in := at.inner(b.pred)
	out := e.value(in, b.out)
	return &plan.Body{Nodes: in.nodes, Out: []plan.Ref{out}}
}
