package ast

import (
	"strings"

	"github.com/nngen-go/nngen/internal/plan"
)

// hook is a step of mid-run: what its Go takes from the graph and gives to it.
type hook struct {
	step    int // from 1
	inputs  []*sym
	outputs []*planParam
	block   *resBlock
	name    string // how Go names the step's argument
}

// newHooks finds what crosses between the graph and each step.
func (ev *evaluator) newHooks(sections []*resBlock) []*hook {
	var out []*hook
	for k := 1; k < len(sections)-1; k++ {
		h := &hook{step: k, block: sections[k]}
		for _, s := range h.block.stmts {
			s.walk(func(c *resStmt) {
				if c.kind == feedStmt && c.feed != nil && c.feed.live {
					h.outputs = append(h.outputs, c.feed)
				}
			})
		}
		liftTaps(h.block, ev)
		h.inputs = tapsIn(h.block, nil)
		out = append(out, h)
	}
	return out
}

// liftTaps takes values out of the graph ahead of the function literals that
// use them: a literal may be called when the step is over.
func liftTaps(b *resBlock, ev *evaluator) {
	var out []*resStmt
	for _, s := range b.stmts {
		var ahead []*resStmt
		s.walkOwn(func(c code) {
			for _, fr := range c {
				if fr.block != nil {
					ahead = append(ahead, liftFrom(fr.block, s, ev)...)
				}
			}
		})
		for _, in := range s.blocks {
			liftTaps(in, ev)
		}
		out = append(append(out, ahead...), s)
	}
	b.stmts = out
}

func liftFrom(body *resBlock, at *resStmt, ev *evaluator) []*resStmt {
	var ahead []*resStmt
	vars := map[*sym]*resVar{}
	replaceTaps(body, func(s *sym) code {
		v := vars[s]
		if v == nil {
			v = &resVar{hint: "nn_t", seq: ev.nextVar(), writes: 1}
			vars[s] = v
			ahead = append(ahead, &resStmt{
				kind: assignStmt, op: "=", in: at.in, line: at.line, pos: at.pos,
				lhs: []target{{v: v, define: true}}, rhs: []code{{{tap: s}}},
			})
		}
		return code{{v: v}}
	})
	return ahead
}

// replaceTaps puts code in the place of taps, everywhere in a block; nil keeps one.
func replaceTaps(b *resBlock, by func(*sym) code) {
	for _, s := range b.stmts {
		s.walk(func(c *resStmt) { c.replaceTaps(by) })
	}
}

func (s *resStmt) replaceTaps(by func(*sym) code) {
	s.code = tapsReplaced(s.code, by)
	s.rhs, s.heads, s.lhs = append([]code(nil), s.rhs...), append([]code(nil), s.heads...), append([]target(nil), s.lhs...)
	for i := range s.rhs {
		s.rhs[i] = tapsReplaced(s.rhs[i], by)
	}
	for i := range s.heads {
		s.heads[i] = tapsReplaced(s.heads[i], by)
	}
	for i := range s.lhs {
		s.lhs[i].code = tapsReplaced(s.lhs[i].code, by)
	}
}

func tapsReplaced(c code, by func(*sym) code) code {
	var out code
	for i, fr := range c {
		if fr.block != nil {
			replaceTaps(fr.block, by)
		}
		var with code
		if fr.tap != nil {
			with = by(fr.tap)
		}
		switch {
		case with != nil && out == nil:
			out = append(append(code{}, c[:i]...), with...)
		case with != nil:
			out = append(out, with...)
		case out != nil:
			out = append(out, fr)
		}
	}
	if out == nil {
		return c
	}
	return out
}

// chooseForms decides, for each operation on values of mid-run, between the
// graph and Go: the graph computes what a write needs, and what a step needs to
// give the graph something; the rest is left to Go, after the run.
func (ev *evaluator) chooseForms(top *resBlock, exprs []code) {
	var wanted []*sym
	for n := -1; n != len(wanted); {
		n = len(wanted)
		ev.markGraph(wanted)
		wanted = ev.crossing(top)
	}
	ev.markGraph(wanted)
	by := func(s *sym) code {
		if s.alt == nil || s.node.live {
			return nil
		}
		return s.alt
	}
	for again := true; again; {
		again = false
		count := func(s *sym) code {
			c := by(s)
			again = again || c != nil
			return c
		}
		replaceTaps(top, count)
		for i := range exprs {
			exprs[i] = tapsReplaced(exprs[i], count)
		}
		for _, p := range ev.graph.params {
			p.code = tapsReplaced(p.code, count)
		}
	}
}

// crossing gives the values of the graph on which the live feeds depend: by what
// they compute, and by the conditions that they stand under.
func (ev *evaluator) crossing(top *resBlock) []*sym {
	var out []*sym
	seen, vars := map[*sym]bool{}, map[*resVar]bool{}
	changed := true
	take := func(fa *facts) {
		for v := range fa.reads {
			if !vars[v] {
				vars[v], changed = true, true
			}
		}
		for _, s := range fa.taps {
			if !seen[s] {
				seen[s] = true
				out = append(out, s)
			}
		}
	}
	var visit func(b *resBlock) bool
	visit = func(b *resBlock) bool {
		any := false
		for _, s := range b.stmts {
			inner := false
			for _, in := range s.blocks {
				inner = visit(in) || inner
			}
			own := *s
			own.blocks = nil
			fa := factsOf(&own)
			needed := inner || s.kind == feedStmt && s.feed != nil && s.feed.live
			for v := range fa.writes {
				needed = needed || vars[v] && s.kind != feedStmt
			}
			if needed {
				take(fa)
			}
			any = any || needed
		}
		return any
	}
	for changed {
		changed = false
		visit(top)
	}
	return out
}

// hookNode is the plan's node of a step that takes in.
func (ev *evaluator) hookNode(h *hook, in []plan.Ref) plan.Node {
	out := plan.Node{Op: plan.HookOp, Attrs: map[string]any{"step": int64(h.step - 1)}, In: in}
	for _, o := range h.outputs {
		out.Out = append(out.Out, o.name)
		out.Types = append(out.Types, o.typ)
		if out.Line == 0 {
			out.File, out.Line = ev.where(o.pos)
		}
	}
	return out
}

// taken are the methods of a tensor that a step has too: it reads what it was
// handed without making a tensor of it.
var taken = []string{"Item", "Int", "Bool", "Float32s", "Float64s", "Ints", "Bools", "Bytes", "Shape", "DType", "Len"}

// stepTap names input i of a step in front of the text that follows it, and says
// how much of that text is part of it.
func (h *hook) stepTap(i, rest string) (text string, used int) {
	for _, m := range taken {
		if strings.HasPrefix(rest, "."+m+"()") {
			return h.name + "." + m + "(" + i + ")", len(m) + 3
		}
	}
	return h.name + ".Tensor(" + i + ")", 0
}

// setter names what gives an output its value.
func (h *hook) setter(p *planParam) string {
	for i, o := range h.outputs {
		if o != p {
			continue
		}
		set := "SetTensor"
		if !p.tensor {
			set = map[string]string{"float32": "SetFloat32", "int64": "SetInt", "bool": "SetBool"}[p.typ.DType.String()]
		}
		return h.name + "." + set + "(" + itoa(i) + ", "
	}
	return ""
}
