package ast

import (
	"path/filepath"
	"strings"

	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// markGraph marks the nodes and parameters that writes and taps need.
func (ev *evaluator) markGraph(taps []*sym) {
	for _, n := range ev.graph.nodes {
		n.live, n.atTop, n.kept = false, false, false
	}
	for _, p := range append(ev.graph.weights, ev.graph.params...) {
		p.live = false
	}
	if ev.sched.result != nil {
		for _, w := range ev.sched.result.Writes {
			markLive(w.Value, nil)
		}
	}
	for _, s := range taps {
		markLive(s, nil)
	}
	for _, c := range ev.kept() {
		for _, s := range c.slots {
			if s != nil {
				markLive(s, nil)
			}
		}
	}
	ev.markStops()
	for _, n := range ev.graph.nodes {
		if !n.live && n.ends() {
			n.kept = true
			markLive(n.outs[0], nil)
		}
	}
}

// ends reports whether a node may end the run and so is computed even if nothing
// needs it, as any statement of Go with an effect. One that waits for Go in
// mid-run is left out all the same: it would put Go there for nothing else.
func (n *graphNode) ends() bool {
	return n.refuses() && !n.late && n.outs[0].alt == nil && (n.under == nil || !n.under.born) && !n.fedByGo(map[*graphNode]bool{})
}

// fedByGo reports whether a value of the run comes to a node by way of Go.
func (n *graphNode) fedByGo(seen map[*graphNode]bool) bool {
	if seen[n] {
		return false
	}
	seen[n] = true
	for _, s := range n.in {
		s = s.final()
		if s.param != nil && (s.param.feed != nil || s.param.step > 0 || bornIn(s.param.code).IsValid()) || s.alt != nil || s.isLate() ||
			s.node != nil && s.node.fedByGo(seen) {
			return true
		}
	}
	return false
}

// tapsIn collects the taps of residual code, in its order, each once.
func tapsIn(b *resBlock, exprs []code) []*sym {
	var out []*sym
	seen := map[*sym]bool{}
	var see func(c code)
	see = func(c code) {
		for i, fr := range c {
			if fr.tap != nil {
				fr.tap = fr.tap.final()
				c[i].tap = fr.tap
			}
			if fr.tap != nil && !seen[fr.tap] {
				seen[fr.tap] = true
				out = append(out, fr.tap)
			}
			if fr.block != nil {
				for _, s := range fr.block.stmts {
					s.walkCode(see)
				}
			}
		}
	}
	for _, e := range exprs {
		if len(e) == 1 {
			see(e)
		}
	}
	for _, s := range b.stmts {
		s.walkCode(see)
	}
	for _, e := range exprs {
		see(e)
	}
	return out
}

// settle finds, together, the residual code that matters and the graph that it
// and the writes need.
func (ev *evaluator) settle(top *resBlock, exprs []code) {
	ev.dropFits()
	ev.settleTaps(top, exprs)
	ev.chooseForms(top, exprs)
	ev.settleCrossing(top, exprs)
	for range 2 {
		ev.markGraph(tapsIn(top, exprs))
		roots := append([]code(nil), exprs...)
		for _, inv := range ev.sched.invokes {
			if inv.inputs != nil {
				roots = append(roots, inv.inputs.code)
			}
		}
		for _, p := range ev.graph.params {
			if p.live {
				roots = append(roots, p.code)
			}
		}
		keepLive(top, roots)
	}
	ev.markGraph(tapsIn(top, exprs))
}

// fillPlan writes down the plan: everything live, in the order it was made.
func (ev *evaluator) fillPlan(t *Trace) {
	p := &plan.Plan{Name: t.Func, File: filepath.Base(ev.file()), Model: ev.acc.spec.Fingerprint, Tensors: map[string]tensor.Type{}}
	p.Aliases, _, _ = modelspec.Aliases(ev.acc.spec)
	names := &planNames{used: map[string]bool{plan.RowBounds: true}}
	for _, inv := range ev.sched.invokes {
		p.Invokes = append(p.Invokes, inv.name)
	}
	taps := make([]string, len(ev.taps))
	for i := range taps {
		taps[i] = ev.tapName(t, i, names)
	}
	for _, pp := range ev.graph.params {
		if !pp.live {
			continue
		}
		pp.name = names.free(pp.name, "p")
		if pp.step > 0 {
			pp.sym.ref = plan.Ref{Kind: plan.Result, Name: pp.name}
			continue
		}
		pp.sym.ref = plan.Ref{Kind: plan.Arg, Name: pp.name}
		p.Params = append(p.Params, plan.Param{Name: pp.name, Type: pp.typ, Steps: pp.steps})
	}
	for _, w := range ev.graph.weights {
		if w.live {
			w.sym.ref = plan.Ref{Kind: plan.Arg, Name: w.name}
			p.Weights = append(p.Weights, plan.Param{Name: w.name, Type: w.typ})
		}
	}
	for i := range t.ParamExprs {
		t.ParamExprs[i].Name = p.Params[i].Name
	}
	e := ev.emit(p, names)
	ev.planWrites(e)
	for i, s := range ev.taps {
		p.Taps = append(p.Taps, e.tap(taps[i], s))
	}
	ev.planCaches(p, e, names)
	p.Nodes = e.top.nodes
	ev.planSkips(p)
	ev.planStops(e)
	ev.planChoices(p)
	ev.planMediators(p)
	t.Plan = p
	ev.explain(t)
}

// planNames keeps the names of values apart.
type planNames struct{ used map[string]bool }

func (n *planNames) free(hint, def string) string {
	if hint == "" || hint == "_" {
		hint = def + "0"
		for i := 1; n.used[hint]; i++ {
			hint = def + itoa(i)
		}
	}
	name := hint
	for i := 2; n.used[name]; i++ {
		name = hint + "_" + itoa(i)
	}
	n.used[name] = true
	return name
}

// mentionCall records the types of the tensors that a call stands between.
func (ev *evaluator) mentionCall(n *graphNode, p *plan.Plan) {
	if n.op != "Call" {
		return
	}
	a := ops.Attrs(n.attrs)
	for _, name := range append(strings.Split(a.String("sides"), "\n"), a.String("input"), a.String("output")) {
		if s := ev.graph.models[name]; s != nil {
			p.Tensors[name] = s.typ
		}
	}
}

func lowerFirst(s string) string { return string(s[0]|0x20) + s[1:] }

// mention records the type of a model's tensor that the plan names.
func (ev *evaluator) mention(p *plan.Plan, s *sym) {
	if s.ref.Kind == plan.Model {
		p.Tensors[s.ref.Name] = s.typ
	}
}

func (ev *evaluator) planWrites(e *emission) {
	p := e.p
	if ev.sched.result == nil {
		return
	}
	for _, w := range ev.sched.result.Writes {
		m := ev.sched.moments[w.At]
		p.Tensors[m.Tensor] = ev.sched.typeAt(m)
		wr := plan.Write{At: m.Address, Tensor: m.Tensor, Value: e.value(e.top, w.Value)}
		if !m.Exit {
			wr.Consumers = m.Consumers
		}
		if len(w.Lines) > 0 {
			wr.Line = w.Lines[0]
		}
		p.Writes = append(p.Writes, wr)
	}
	for _, c := range ev.sched.checks {
		if n := c.value.final().node; n != nil && (!n.live || n.under != nil) {
			continue
		}
		file, line := ev.where(c.pos)
		p.Checks = append(p.Checks, plan.Check{Value: e.value(e.top, c.value), Tensor: c.tensor, Want: c.want, At: c.at, Line: line, File: file})
	}
}

// tapName names a tap after the result that it is, else after its value.
func (ev *evaluator) tapName(t *Trace, i int, names *planNames) string {
	for _, r := range t.Results {
		if r.Tap == i && r.Name != "" {
			return names.free(r.Name, "tap")
		}
	}
	return names.free("", "tap")
}
