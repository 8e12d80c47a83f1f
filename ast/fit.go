package ast

import (
	"go/token"

	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/tensor"
)

// fit gives a value that is written somewhere the type of what stands there: Run
// has checked it by the time that anybody reads it.
func (ev *evaluator) fit(s *sym, want tensor.Type, name string, pos token.Pos, pr *pred) *sym {
	if s.typ.Shape.Equal(want.Shape) || s.typ.DType != want.DType {
		return s
	}
	out := ev.graph.add(plan.Fit, []*sym{s}, ops.Attrs{"at": name}, []tensor.Type{want}, pos)[0]
	out.what, out.node.under, out.node.text = s.what, pr, name
	return out
}

// dropFits lets the model, which does not ask for types, have what is written as
// it is. What was written always is among the plan's checks; who reads it back
// keeps the type that it has then.
func (ev *evaluator) dropFits() {
	bare := func(s *sym) *sym {
		s = s.final()
		if n := s.node; n != nil && n.op == plan.Fit && n.under == nil {
			return n.in[0]
		}
		return s
	}
	if ev.sched.result != nil {
		for i := range ev.sched.result.Writes {
			w := &ev.sched.result.Writes[i]
			w.Value = bare(w.Value)
		}
	}
	for _, n := range ev.graph.nodes {
		if n.op == "JoinRows" {
			for i := 2; i < len(n.in); i++ {
				n.in[i] = bare(n.in[i])
			}
		}
	}
}
