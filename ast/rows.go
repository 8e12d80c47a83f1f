package ast

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/schedule"
	"github.com/nngen-go/nngen/internal/tensor"
)

// rowAxis finds the axis that holds the rows of the batch, and how many entries
// each row has there. axis -1: the tensor has none, every invoke shares it.
func (ev *evaluator) rowAxis(t tensor.Type) (axis int, scale int64, problem string) {
	batch := ev.acc.spec.Batch
	if batch == "" {
		return -1, 0, "the model has no batch dimension"
	}
	if !t.Shape.RankKnown() {
		return -1, 0, "its shape is not known, so its row axis is not either"
	}
	unknown, folded := false, false
	for i, d := range t.Shape {
		if k, ok := d.Coefficient(batch); ok && k > 0 {
			return i, k, ""
		}
		unknown, folded = unknown || !d.Known(), folded || d.Mentions(batch)
	}
	if folded {
		return -1, 0, "its shape " + t.Shape.String() + " folds the rows of the batch and another axis into one"
	}
	if unknown {
		return -1, 0, "its shape " + t.Shape.String() + " does not tell which axis holds the rows"
	}
	return -1, 0, ""
}

// rowsDim is the size of the row axis of one invoke.
func rowsDim(invoke int, scale int64) tensor.Dim {
	return ops.RowsSymbol(int64(invoke)).Mul(tensor.N(scale))
}

// rowAlgebra is what the scheduler does with symbolic values: it makes plan nodes.
type rowAlgebra struct{ ev *evaluator }

func (a rowAlgebra) bounds() *sym {
	n := int64(len(a.ev.sched.invokes) + 1)
	if a.ev.sched.bounds == nil {
		a.ev.sched.bounds = &sym{
			ref: plan.Ref{Kind: plan.Arg, Name: plan.RowBounds}, what: "row bounds", tap: -1,
			typ: tensor.Type{DType: tensor.Int64, Shape: tensor.Dims(n)},
		}
	}
	return a.ev.sched.bounds
}

// Narrow gives the rows of one invoke; a tensor without rows is shared.
func (a rowAlgebra) Narrow(base *sym, invoke int, at schedule.Moment) (*sym, error) {
	axis, scale, problem := a.ev.rowAxis(base.typ)
	if problem != "" {
		return nil, fmt.Errorf("%s cannot be read for the rows of one invoke: %s", at.Address, problem)
	}
	if axis < 0 {
		return base, nil
	}
	return a.apply("NarrowRows", []*sym{base, a.bounds()}, ops.Attrs{
		"invoke": int64(invoke), "axis": int64(axis), "scale": scale,
	}, at)
}

// Join puts the rows of invokes back.
func (a rowAlgebra) Join(base *sym, parts []schedule.Part[*sym], at schedule.Moment) (*sym, error) {
	axis, scale, problem := a.ev.rowAxis(base.typ)
	if problem != "" || axis < 0 {
		return nil, fmt.Errorf("%s cannot be written for the rows of one invoke", at.Address)
	}
	in := []*sym{base, a.bounds()}
	var invokes []int64
	for _, p := range parts {
		in = append(in, p.Value)
		invokes = append(invokes, int64(p.Invoke))
	}
	return a.apply("JoinRows", in, ops.Attrs{
		"invokes": invokes, "axis": int64(axis), "scale": scale, "total": int64(len(a.ev.sched.invokes)),
	}, at)
}

// apply makes a node of one of the hidden operators.
func (a rowAlgebra) apply(name string, in []*sym, attrs ops.Attrs, at schedule.Moment) (*sym, error) {
	op, ok := ops.Lookup(name)
	if !ok {
		return nil, fmt.Errorf("the operator %s is missing", name)
	}
	types := make([]tensor.Type, len(in))
	for i, s := range in {
		types[i] = s.typ
	}
	res, err := op.Infer(types, attrs)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", at.Address, err)
	}
	s := a.ev.graph.add(name, in, attrs, res, in[len(in)-1].pos)[0]
	s.what = at.Address
	return s, nil
}

// Accept takes everything: writes are checked where the user made them.
func (a rowAlgebra) Accept(*sym, int, schedule.Moment) error { return nil }
