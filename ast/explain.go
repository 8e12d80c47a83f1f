package ast

import (
	"go/token"
	"sort"

	"github.com/nngen-go/nngen/internal/plan"
)

// planMediators takes over the schedule and says where each state is carried out.
func (ev *evaluator) planMediators(p *plan.Plan) {
	if ev.sched.result == nil {
		return
	}
	use := ev.readUses(p)
	p.Mediators = ev.sched.result.Mediators
	for i, m := range p.Mediators {
		for j := range m {
			st := &p.Mediators[i][j]
			switch st.Event {
			case plan.Swap:
				st.Placement = ev.swapPlacement(i, st)
			case plan.Skip:
				st.Placement = plan.Prune
			case plan.Value:
				st.Placement = use[readKey{i, st.At, st.Line}]
			}
		}
	}
}

// swapPlacement is hook where what is written follows from Go in mid-run.
func (ev *evaluator) swapPlacement(invoke int, st *plan.State) plan.Placement {
	for _, w := range ev.sched.swaps {
		if w.inv.index == invoke && w.at == st.At && ev.line(w.pos) == st.Line && fromHook(w.value, map[*sym]bool{}) {
			return plan.Hook
		}
	}
	return plan.Graph
}

// fromHook reports whether a value is computed from what a step of Go made.
func fromHook(s *sym, seen map[*sym]bool) bool {
	if seen[s] {
		return false
	}
	seen[s] = true
	if s.param != nil {
		return s.param.step > 0
	}
	found := false
	if s.node != nil {
		s.node.each(func(in *sym) { found = found || fromHook(in, seen) })
	}
	return found
}

type readKey struct {
	invoke int
	at     string
	line   int
}

// readUses tells for each read whether its value is used in the graph, only
// leaves the run, or is not used at all.
func (ev *evaluator) readUses(p *plan.Plan) map[readKey]plan.Placement {
	inGraph := map[*sym]bool{}
	for _, n := range ev.graph.nodes {
		if n.live {
			for _, in := range n.in {
				inGraph[in.final()] = true
			}
		}
	}
	if ev.sched.result != nil {
		for _, w := range ev.sched.result.Writes {
			inGraph[w.Value.final()] = true
		}
	}
	handed := map[*sym]bool{}
	for _, h := range ev.hooks {
		for _, s := range h.inputs {
			handed[s] = true
		}
	}
	tapped := map[*sym]bool{}
	for _, s := range ev.taps {
		tapped[s] = true
		if s.late != nil {
			for _, v := range s.late.vals {
				tapped[v.final()] = true
			}
		}
	}
	out := map[readKey]plan.Placement{}
	for _, r := range ev.sched.reads {
		k := readKey{r.inv.index, r.at, ev.line(r.pos)}
		switch {
		case handed[r.value.final()]:
			out[k] = plan.Hook
		case inGraph[r.value.final()]:
			out[k] = plan.Graph
		case tapped[r.value.final()]:
			out[k] = plan.TapOut
		case out[k] == "":
			out[k] = plan.Prune
		}
	}
	return out
}

// explain lists the pieces of the trace with their placements, by line.
func (ev *evaluator) explain(t *Trace) {
	add := func(pos token.Pos, what string, pl plan.Placement, why string) {
		t.Pieces = append(t.Pieces, Piece{ev.line(pos), what, pl, why})
	}
	use := ev.readUses(t.Plan)
	whys := map[plan.Placement]string{
		plan.Graph:  "its value is used in the graph",
		plan.Hook:   "Go in mid-run takes its value",
		plan.TapOut: "its value only leaves the run",
		plan.Prune:  "nothing needs its value",
	}
	for _, r := range ev.sched.reads {
		pl := use[readKey{r.inv.index, r.at, ev.line(r.pos)}]
		name := r.at
		if r.label != "" {
			name = r.label
		}
		add(r.pos, name, pl, whys[pl])
	}
	for _, w := range ev.sched.swaps {
		if fromHook(w.value, map[*sym]bool{}) {
			add(w.pos, w.at, plan.Hook, "a write of what Go makes in mid-run")
			continue
		}
		add(w.pos, w.at, plan.Graph, "a write with a value of the graph")
	}
	for _, k := range ev.sched.skips {
		add(k.pos, k.body.Module, plan.Prune, "the module is left out: its output is given")
	}
	for _, st := range ev.sched.stops {
		add(st.pos, "stop", plan.Prune, "the run ends here: what comes after is left out")
	}
	for _, n := range ev.graph.nodes {
		switch {
		case !n.pos.IsValid() || n.op == "Const" || n.op == plan.Fit || n.late: // what is late is made anew where it is used
		case n.live:
			add(n.pos, n.describe(), plan.Graph, "a tensor operation")
		default:
			add(n.pos, n.describe(), plan.Prune, "nothing needs its result")
		}
	}
	for _, p := range ev.graph.params {
		switch {
		case p.live && p.step > 0:
			add(p.pos, p.name, plan.Hook, "Go gives it to the graph in step "+itoa(p.step-1))
		case p.live:
			add(p.pos, p.name, plan.Before, "known when the trace is run: an input of the graph")
		}
	}
	for _, c := range ev.kept() {
		add(c.pos, "cache "+c.name, plan.TapOut, ev.cacheText(c, &t.Plan.Caches[c.number]))
	}
	ev.explainCode(t)
	sort.SliceStable(t.Pieces, func(i, j int) bool { return t.Pieces[i].Line < t.Pieces[j].Line })
	t.Pieces = uniquePieces(t.Pieces)
}

// describe is the node as the user wrote it; the compiler's own by their names.
func (n *graphNode) describe() string {
	if n.text != "" {
		return n.text
	}
	return n.op
}

func (ev *evaluator) explainCode(t *Trace) {
	var list func(stmts []Stmt, pl plan.Placement, why string)
	list = func(stmts []Stmt, pl plan.Placement, why string) {
		for _, s := range stmts {
			switch {
			case len(s.Inner) > 0:
				list(s.Inner, pl, why)
			case s.Line > 0:
				t.Pieces = append(t.Pieces, Piece{s.Line, firstLine(s.Code), pl, why})
			}
		}
	}
	list(t.Before, plan.Before, "Go code that needs parameters only")
	for _, b := range t.Steps {
		list(b.Stmts, plan.Hook, "Go code between values of the run and what the graph goes on with")
	}
	list(t.After, plan.After, "Go code on values that left the run")
}

func firstLine(c Code) string {
	s := c.String()
	for i, r := range s {
		if r == '\n' {
			return s[:i] + " …"
		}
	}
	return s
}

func uniquePieces(list []Piece) []Piece {
	var out []Piece
	seen := map[Piece]bool{}
	for _, p := range list {
		if !seen[p] {
			seen[p] = true
			out = append(out, p)
		}
	}
	return out
}
