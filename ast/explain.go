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
				st.Placement = plan.Graph
			case plan.Value:
				st.Placement = use[readKey{i, st.At, st.Line}]
			}
		}
	}
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
				inGraph[in] = true
			}
		}
	}
	if ev.sched.result != nil {
		for _, w := range ev.sched.result.Writes {
			inGraph[w.Value] = true
		}
	}
	tapped := map[*sym]bool{}
	for _, s := range ev.taps {
		tapped[s] = true
	}
	out := map[readKey]plan.Placement{}
	for _, r := range ev.sched.reads {
		k := readKey{r.inv.index, r.at, ev.line(r.pos)}
		switch {
		case inGraph[r.value]:
			out[k] = plan.Graph
		case tapped[r.value]:
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
		plan.TapOut: "its value only leaves the run",
		plan.Prune:  "nothing needs its value",
	}
	for _, r := range ev.sched.reads {
		pl := use[readKey{r.inv.index, r.at, ev.line(r.pos)}]
		add(r.pos, r.at, pl, whys[pl])
	}
	for _, w := range ev.sched.swaps {
		add(w.pos, w.at, plan.Graph, "a write with a value of the graph")
	}
	for _, n := range ev.graph.nodes {
		switch {
		case !n.pos.IsValid() || n.op == "Const":
		case n.live:
			add(n.pos, n.describe(), plan.Graph, "a tensor operation")
		default:
			add(n.pos, n.describe(), plan.Prune, "nothing needs its result")
		}
	}
	for _, p := range ev.graph.params {
		if p.live {
			add(p.pos, p.name, plan.Before, "known when the trace is run: an input of the graph")
		}
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
	for _, s := range t.Before {
		if s.Line > 0 {
			t.Pieces = append(t.Pieces, Piece{s.Line, firstLine(s.Code), plan.Before, "Go code that needs parameters only"})
		}
	}
	for _, s := range t.After {
		if s.Line > 0 {
			t.Pieces = append(t.Pieces, Piece{s.Line, firstLine(s.Code), plan.After, "Go code on values that left the run"})
		}
	}
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
