package cli

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// memory tells what a run of a plan needs beyond the model itself, in symbols:
// what leaves the run, and the values that are computed on the way.
func memory(p *plan.Plan, spec *modelspec.Spec) []string {
	types := planTypes(p, spec)
	var taps, nodes total
	for _, t := range p.Taps {
		taps.add(types[t.Value])
	}
	for _, n := range p.Nodes {
		for _, out := range n.Out {
			nodes.add(types[plan.Ref{Kind: plan.Result, Name: out}])
		}
	}
	return []string{
		fmt.Sprintf("memory beyond the model's: %s the run: %s", count(taps.n, "value leaves", "values leave"), taps),
		fmt.Sprintf("  %s computed in the graph: %s, each freed at its last use", count(nodes.n, "value is", "values are"), nodes),
	}
}

// total sums sizes of tensors as a polynomial over the input symbols.
type total struct {
	sum     tensor.Dim
	n       int
	unknown int
}

func (t *total) add(typ tensor.Type) {
	t.n++
	size := tensor.N(int64(typ.DType.Size()))
	for _, d := range typ.Shape {
		size = size.Mul(d)
	}
	if !size.Known() || !typ.Shape.RankKnown() || typ.DType.Size() == 0 {
		t.unknown++
		return
	}
	if t.sum == "" {
		t.sum = tensor.N(0)
	}
	t.sum = t.sum.Add(size)
}

func (t total) String() string {
	text := "0 bytes"
	if t.sum != "" {
		text = string(t.sum) + " bytes"
	}
	if t.unknown > 0 {
		text += fmt.Sprintf(" and %s whose size only a run can tell", count(t.unknown, "value", "values"))
	}
	return text
}

// planTypes infers the type of every value of a plan from the spec's points.
func planTypes(p *plan.Plan, spec *modelspec.Spec) map[plan.Ref]tensor.Type {
	types := map[plan.Ref]tensor.Type{}
	if spec != nil {
		for _, m := range spec.Modules {
			for _, pt := range append(append([]*modelspec.Point(nil), m.Inputs...), m.Outputs...) {
				types[plan.Ref{Kind: plan.Model, Name: pt.Tensor}] = pt.Type
			}
		}
		for _, v := range append(append([]modelspec.Value(nil), spec.Inputs...), spec.Outputs...) {
			types[plan.Ref{Kind: plan.Model, Name: v.Name}] = v.Type
		}
	}
	for name, t := range p.Tensors {
		types[plan.Ref{Kind: plan.Model, Name: name}] = t
	}
	for _, a := range p.Params {
		types[plan.Ref{Kind: plan.Arg, Name: a.Name}] = a.Type
	}
	for _, n := range p.Nodes {
		for i, t := range nodeTypes(n, types) {
			if i < len(n.Out) {
				types[plan.Ref{Kind: plan.Result, Name: n.Out[i]}] = t
			}
		}
	}
	return types
}

// nodeTypes gives the types of a node's outputs, none where they cannot be told.
func nodeTypes(n plan.Node, types map[plan.Ref]tensor.Type) []tensor.Type {
	in := make([]tensor.Type, len(n.In))
	for i, r := range n.In {
		in[i] = types[r]
	}
	if n.Op == "Call" {
		return []tensor.Type{types[plan.Ref{Kind: plan.Model, Name: ops.Attrs(n.Attrs).String("output")}]}
	}
	if n.Op == plan.Fit {
		return n.Types
	}
	op, ok := ops.Lookup(n.Op)
	if !ok || op.Infer == nil {
		return nil
	}
	out, err := op.Infer(in, n.Attrs)
	if err != nil {
		return nil
	}
	return out
}
