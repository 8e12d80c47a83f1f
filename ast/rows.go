package ast

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/schedule"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// rowsOf finds where a tensor of the model has the rows of the batch, when its
// value is of type t. axis -1: it has none, every invoke shares it.
func (ev *evaluator) rowsOf(name string, t tensor.Type) (at modelspec.Rows, problem string) {
	return ev.acc.spec.RowsOf(t, ev.sched.lies[name])
}

// rowAttrs are the attributes of operators on rows; more are theirs alone.
func rowAttrs(at modelspec.Rows, more ops.Attrs) ops.Attrs {
	more["axis"] = int64(at.Axis)
	if k, ok := at.Entries.Const(); ok {
		more["scale"] = k
	} else {
		more["scale"], more["entries"] = int64(1), string(at.Entries)
	}
	if at.Folded() && at.Inner() {
		more["order"] = string(at.Order)
	}
	return more
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
	rows, problem := a.ev.rowsOf(at.Tensor, base.typ)
	if problem != "" {
		return nil, fmt.Errorf("%s cannot be read for the rows of one invoke: %s", at.Address, problem)
	}
	if rows.Axis < 0 {
		return base, nil
	}
	return a.apply("NarrowRows", []*sym{base, a.bounds()}, rowAttrs(rows, ops.Attrs{"invoke": int64(invoke)}), at)
}

// Join puts the rows of invokes back.
func (a rowAlgebra) Join(base *sym, parts []schedule.Part[*sym], at schedule.Moment) (*sym, error) {
	rows, problem := a.ev.rowsOf(at.Tensor, base.typ)
	if problem != "" || rows.Axis < 0 {
		return nil, fmt.Errorf("%s cannot be written for the rows of one invoke", at.Address)
	}
	in := []*sym{base, a.bounds()}
	var invokes []int64
	for _, p := range parts {
		in = append(in, p.Value)
		invokes = append(invokes, int64(p.Invoke))
	}
	return a.apply("JoinRows", in, rowAttrs(rows, ops.Attrs{"invokes": invokes, "total": int64(len(a.ev.sched.invokes))}), at)
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
