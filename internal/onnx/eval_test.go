package onnx

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/nngen-go/nngen/internal/tensor"
)

// eval computes a graph of scalar integer operators, in whatever order its nodes
// stand. It is the meaning against which changes of graphs are held. Values in
// override take the place of what the graph makes, for all that use them.
func eval(g *Graph, outer map[string]int64, override map[string]int64) ([]int64, error) {
	e := &evaluator{g: g, outer: outer, known: map[string]int64{}, made: map[string]*Node{}, override: override}
	for _, n := range g.Nodes {
		for _, name := range n.Outputs {
			e.made[name] = n
		}
	}
	out := make([]int64, len(g.Outputs))
	for i, v := range g.Outputs {
		x, err := e.value(v.Name)
		if err != nil {
			return nil, err
		}
		out[i] = x
	}
	return out, nil
}

type evaluator struct {
	g               *Graph
	outer, override map[string]int64
	known           map[string]int64
	made            map[string]*Node
}

func (e *evaluator) value(name string) (int64, error) {
	if v, ok := e.override[name]; ok {
		return v, nil
	}
	if v, ok := e.known[name]; ok {
		return v, nil
	}
	n, ok := e.made[name]
	if !ok {
		for _, t := range e.g.Initializers {
			if t.Name == name {
				v, err := t.Int64s()
				return v[0], err
			}
		}
		if v, ok := e.outer[name]; ok {
			return v, nil
		}
		return 0, fmt.Errorf("no value %q", name)
	}
	out, err := e.node(n)
	if err != nil {
		return 0, err
	}
	for i, name := range n.Outputs {
		e.known[name] = out[i]
	}
	return e.known[name], nil
}

func (e *evaluator) node(n *Node) ([]int64, error) {
	in := make([]int64, len(n.Inputs))
	for i, name := range n.Inputs {
		v, err := e.value(name)
		if err != nil {
			return nil, err
		}
		in[i] = v
	}
	switch n.Op {
	case "Add":
		return []int64{in[0] + 3*in[1]}, nil
	case "Both":
		return []int64{in[0]*in[1] + 1, in[0] - in[1]}, nil
	case "Neg":
		return []int64{-in[0]}, nil
	case "Identity":
		return []int64{in[0]}, nil
	case "If":
		body := n.Attr("then_branch").G
		if in[0]&1 == 0 {
			body = n.Attr("else_branch").G
		}
		outer := map[string]int64{}
		for _, name := range body.free() {
			v, err := e.value(name)
			if err != nil {
				return nil, err
			}
			outer[name] = v
		}
		return eval(body, outer, nil)
	}
	return nil, fmt.Errorf("no operator %s", n.Op)
}

// drawGraph makes a random graph in order: weights, two inputs, operators with
// one or two outputs, branches that capture names from outside, two levels deep.
func drawGraph(t *rapid.T) *Graph {
	g := &Graph{Name: "g", Inputs: []*ValueInfo{NewValue("x0", tensor.Int64), NewValue("x1", tensor.Int64)}}
	names := []string{"x0", "x1"}
	for i := range 2 {
		w, err := NewTensor(fmt.Sprint("w", i), tensor.Int64, nil, []int64{int64(i) + 5})
		require.NoError(t, err)
		g.Initializers = append(g.Initializers, w)
		names = append(names, w.Name)
	}
	d := &drawer{t: t}
	g.Nodes = d.nodes(&names, rapid.IntRange(3, 14).Draw(t, "nodes"), 2)
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(names[4:]), 1, 3, rapid.ID[string]).Draw(t, "outputs") {
		g.Outputs = append(g.Outputs, NewValue(name, tensor.Int64))
	}
	isOutput := map[string]bool{}
	for _, v := range g.Outputs {
		isOutput[v.Name] = true
	}
	for _, name := range names[4:] {
		if !isOutput[name] {
			g.ValueInfo = append(g.ValueInfo, NewValue(name, tensor.Int64))
		}
	}
	return g
}

type drawer struct {
	t *rapid.T
	n int
}

func (d *drawer) nodes(names *[]string, count, depth int) []*Node {
	var list []*Node
	pick := func() string { return rapid.SampledFrom(*names).Draw(d.t, "in") }
	for range count {
		d.n++
		id := fmt.Sprint("v", d.n)
		n := NewNode("Add", "n"+id, []string{pick(), pick()}, []string{id})
		switch rapid.IntRange(0, 4).Draw(d.t, "op") {
		case 0:
			n.Op, n.Inputs = "Neg", n.Inputs[:1]
		case 1:
			n.Op, n.Outputs = "Both", []string{id, id + "b"}
		case 2:
			if depth > 0 {
				n.Op, n.Inputs = "If", n.Inputs[:1]
				n.Attrs = []*Attribute{GraphAttr("then_branch", d.body(*names, depth-1)), GraphAttr("else_branch", d.body(*names, depth-1))}
			}
		}
		list = append(list, n)
		*names = append(*names, n.Outputs...)
	}
	return list
}

// body makes a branch that uses outer names and now and then hides one.
func (d *drawer) body(outer []string, depth int) *Graph {
	names := append([]string{}, outer...)
	g := &Graph{Name: "body", Nodes: d.nodes(&names, rapid.IntRange(1, 3).Draw(d.t, "body"), depth)}
	last := g.Nodes[len(g.Nodes)-1]
	hidden := rapid.SampledFrom(outer).Draw(d.t, "hidden")
	free := g.free()
	if len(free) > 0 && !slices.Contains(free, hidden) && rapid.Bool().Draw(d.t, "hide") {
		g.Nodes = append([]*Node{NewNode("Neg", "hide"+last.Name, free[:1], []string{hidden})}, g.Nodes...)
		if last.Op == "Add" {
			last.Inputs[1] = hidden
		}
	}
	g.Outputs = []*ValueInfo{NewValue(last.Outputs[0], tensor.Int64)}
	return g
}

func values(g *Graph) []string {
	var out []string
	for _, n := range g.Nodes {
		out = append(out, n.Outputs...)
	}
	return out
}

var inputsForTest = map[string]int64{"x0": 11, "x1": -4}

// run evaluates a graph that must be well formed.
func run(t require.TestingT, g *Graph, override map[string]int64) []int64 {
	out, err := eval(g, inputsForTest, override)
	require.NoError(t, err)
	return out
}

func TestEvalKnowsBranches(t *testing.T) {
	g := &Graph{
		Nodes: []*Node{NewNode("If", "", []string{"x0"}, []string{"y"},
			GraphAttr("then_branch", &Graph{Nodes: []*Node{NewNode("Neg", "", []string{"x1"}, []string{"a"})}, Outputs: []*ValueInfo{NewValue("a", tensor.Int64)}}),
			GraphAttr("else_branch", &Graph{Nodes: []*Node{NewNode("Neg", "", []string{"x0"}, []string{"b"})}, Outputs: []*ValueInfo{NewValue("b", tensor.Int64)}}))},
		Inputs:  []*ValueInfo{NewValue("x0", tensor.Int64), NewValue("x1", tensor.Int64)},
		Outputs: []*ValueInfo{NewValue("y", tensor.Int64)},
	}
	require.Equal(t, []int64{4}, run(t, g, nil))
}
