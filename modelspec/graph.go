package modelspec

import (
	"sort"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

// graph is a model's main graph with what inference asks of it over and over.
type graph struct {
	m        *onnx.Model
	nodes    []*onnx.Node
	reads    [][]string // per node: its inputs, then what its subgraphs take from outside
	producer map[string]int
	uses     map[string][]int // tensor → nodes that read it, ascending, each once
	inputs   []*onnx.ValueInfo
	inits    map[string]*onnx.Tensor
	outputs  map[string]bool
	types    map[string]tensor.Type
	kinds    map[string]kind
}

func newGraph(m *onnx.Model) *graph {
	g := &graph{
		m: m, nodes: m.Graph.Nodes, producer: map[string]int{}, uses: map[string][]int{},
		inits: map[string]*onnx.Tensor{}, outputs: map[string]bool{},
	}
	for _, t := range m.Graph.Initializers {
		g.inits[t.Name] = t
	}
	for _, in := range m.Graph.Inputs {
		if g.inits[in.Name] == nil {
			g.inputs = append(g.inputs, in)
		}
	}
	for _, out := range m.Graph.Outputs {
		g.outputs[out.Name] = true
	}
	g.reads = make([][]string, len(g.nodes))
	for i, n := range g.nodes {
		g.reads[i] = readsOf(n)
		seen := map[string]bool{}
		for _, name := range g.reads[i] {
			if !seen[name] {
				seen[name] = true
				g.uses[name] = append(g.uses[name], i)
			}
		}
		for _, name := range n.Outputs {
			if name != "" {
				g.producer[name] = i
			}
		}
	}
	return g
}

// readsOf lists what a node takes from the graph around it.
func readsOf(n *onnx.Node) []string {
	var out []string
	for _, name := range n.Inputs {
		if name != "" {
			out = append(out, name)
		}
	}
	return append(out, n.Captures()...)
}

// subgraphs are the bodies of an If, Loop or Scan.
func subgraphs(n *onnx.Node) []*onnx.Graph {
	var out []*onnx.Graph
	for _, a := range n.Attrs {
		if a.G != nil {
			out = append(out, a.G)
		}
		out = append(out, a.Graphs...)
	}
	return out
}

// onlySizes reports a node that looks at its input's shape and not at its elements.
func onlySizes(n *onnx.Node) bool {
	return (n.Op == "Shape" || n.Op == "Size") && len(n.Inputs) > 0
}

// identity reports a node that hands its first input on unchanged.
func (g *graph) identity(i int) bool {
	n := g.nodes[i]
	if len(n.Inputs) == 0 {
		return false
	}
	switch n.Op {
	case "Identity", "Dropout":
		return true
	case "Cast":
		in, out := g.types[n.Inputs[0]], g.types[n.Outputs[0]]
		return in.DType != tensor.Invalid && in.DType == out.DType
	case "Concat":
		return len(n.Inputs) == 1
	}
	return false
}

// weight follows a constant back to the initializer or Constant node that holds
// it, through nodes that only change its form.
func (g *graph) weight(name string) (string, bool) {
	for {
		if g.inits[name] != nil {
			return name, true
		}
		i, ok := g.producer[name]
		if !ok {
			return "", false
		}
		n := g.nodes[i]
		if n.Op == "Constant" {
			return name, true
		}
		if len(n.Inputs) == 0 {
			return "", false
		}
		switch n.Op {
		case "Identity", "Transpose", "Cast", "Reshape", "Unsqueeze", "Squeeze", "DequantizeLinear":
			name = n.Inputs[0]
		default:
			return "", false
		}
	}
}

// dims are the sizes of an initializer or Constant node's value.
func (g *graph) dims(name string) []int64 {
	if t := g.inits[name]; t != nil {
		return t.Dims
	}
	var out []int64
	for _, d := range g.types[name].Shape {
		n, _ := d.Const()
		out = append(out, n)
	}
	return out
}

// consumers are the nodes that compute with a weight, those behind nodes that only
// change its form included, ascending.
func (g *graph) consumers(weight string) []int {
	var out []int
	seen := map[string]bool{weight: true}
	todo := []string{weight}
	for len(todo) > 0 {
		name := todo[0]
		todo = todo[1:]
		for _, u := range g.uses[name] {
			made := g.nodes[u].Outputs[0]
			if g.kinds[made].level > isConst {
				out = append(out, u)
			} else if _, form := g.weight(made); form && !seen[made] {
				seen[made] = true
				todo = append(todo, made)
			}
		}
	}
	sort.Ints(out)
	return out
}
