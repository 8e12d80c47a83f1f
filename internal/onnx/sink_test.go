package onnx

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSink moves what one branch alone needs into it, and nothing else.
func TestSink(t *testing.T) {
	branch := func(name, takes string) *Graph {
		return &Graph{Name: name, Nodes: []*Node{NewNode("Identity", name, []string{takes}, []string{name + ".out"})}, Outputs: []*ValueInfo{NewValue(name+".out", 1)}}
	}
	then, els := branch("then", "x"), branch("else", "c")
	when := NewNode("If", "when", []string{"cond"}, []string{"y"}, GraphAttr("then_branch", then), GraphAttr("else_branch", els))
	g := &Graph{
		Name:   "g",
		Inputs: []*ValueInfo{NewValue("x", 1), NewValue("cond", 9)},
		Nodes: []*Node{
			NewNode("Relu", "shared", []string{"x"}, []string{"a"}),
			NewNode("Neg", "first", []string{"a"}, []string{"b"}),
			NewNode("Add", "second", []string{"a", "b"}, []string{"c"}),
			when,
			NewNode("Mul", "last", []string{"a", "y"}, []string{"z"}),
		},
		Outputs:   []*ValueInfo{NewValue("z", 1)},
		ValueInfo: []*ValueInfo{NewValue("b", 1), NewValue("a", 1)},
	}
	ix := NewIndex(g)
	require.Equal(t, 2, ix.Sink(when, els, func(*Node) bool { return true }))
	names := func(list []*Node) (out []string) {
		for _, n := range list {
			out = append(out, n.Name)
		}
		return out
	}
	require.Equal(t, []string{"shared", "when", "last"}, names(g.Nodes), "what others use stays")
	require.Equal(t, []string{"first", "second", "else"}, names(els.Nodes), "inputs come first")
	require.Len(t, then.Nodes, 1)
	require.Len(t, g.ValueInfo, 1)
	require.Equal(t, []Use{{Node: 0, Input: 0}, {Node: 1, Input: Captured}}, ix.uses["x"], "the index knows the graph as it is now")
	require.Zero(t, ix.Sink(when, els, func(*Node) bool { return true }))
}
