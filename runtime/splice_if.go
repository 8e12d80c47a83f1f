package nn

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/tensor"
)

// conditional adds an If node. Its branches take what they need from the graph
// around them, weights included, and compute what stands in them only when taken.
func (sp *splice) conditional(n Node, in []ops.Operand) error {
	if len(in) != 1 || n.Then == nil || n.Else == nil || len(n.Types) != len(n.Out) {
		return fmt.Errorf("a conditional node has %d operands and %d types, 1 and %d expected, and two branches", len(in), len(n.Types), len(n.Out))
	}
	if in[0].Type.DType != tensor.Bool {
		return fmt.Errorf("the condition of If is %s, not a bool", in[0].Type)
	}
	before := sp.ends
	then, err := sp.branch(n, n.Then, "then")
	if err != nil {
		return err
	}
	els, err := sp.branch(n, n.Else, "else")
	if err != nil {
		return err
	}
	names := sp.e.Nodes("If", len(n.Out), []string{in[0].Name}, onnx.GraphAttr("then_branch", then), onnx.GraphAttr("else_branch", els))
	for i, out := range n.Out {
		sp.values[out] = ops.Operand{Name: names[i], Type: n.Types[i]}
	}
	if list := sp.ix.Graph().Nodes; len(list) > 0 && sp.e.body == nil {
		sp.ifs = append(sp.ifs, list[len(list)-1])
	}
	if sp.ends > before {
		sp.mayEnd(names)
	}
	return nil
}

// branch makes the graph of one side.
func (sp *splice) branch(n Node, b *plan.Body, side string) (*onnx.Graph, error) {
	if len(b.Out) != len(n.Out) {
		return nil, fmt.Errorf("the %s branch of If gives %d values, %d expected", side, len(b.Out), len(n.Out))
	}
	outer := sp.e.body
	defer func() { sp.e.body = outer }()
	g := &onnx.Graph{Name: sp.ix.FreshName(nodeStem + side)}
	sp.e.body = &g.Nodes
	for _, inner := range b.Nodes {
		if err := sp.node(inner); err != nil {
			return nil, fmt.Errorf("%s (line %d): %w", inner.Op, inner.Line, err)
		}
	}
	for i, r := range b.Out {
		o, err := sp.operand(r)
		if err != nil {
			return nil, err
		}
		if want := n.Types[i].DType; o.Type.DType != want && o.Type.DType != tensor.Invalid {
			return nil, fmt.Errorf("the %s branch of If gives %s, not %s", side, o.Type, want)
		}
		// A branch gives what it makes itself, so a value of the graph around it is passed on.
		name := sp.e.Node("Identity", []string{o.Name})
		g.Outputs = append(g.Outputs, valueInfo(name, tensor.Type{DType: n.Types[i].DType}))
	}
	return g, nil
}
