package onnx

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestJoinIfs holds that two Ifs of one condition become one that gives both
// values, so that what both branches need can move into it.
func TestJoinIfs(t *testing.T) {
	branch := func(name, takes string) *Graph {
		return &Graph{Name: name, Nodes: []*Node{NewNode("Identity", name, []string{takes}, []string{name + ".out"})}, Outputs: []*ValueInfo{NewValue(name+".out", 1)}}
	}
	when := func(name, cond, then, els string) *Node {
		return NewNode("If", name, []string{cond}, []string{name + ".value"}, GraphAttr("then_branch", branch(name+".then", then)), GraphAttr("else_branch", branch(name+".else", els)))
	}
	one, two, other := when("one", "cond", "x", "b"), when("two", "cond", "x", "c"), when("other", "flag", "x", "x")
	g := &Graph{
		Name:   "g",
		Inputs: []*ValueInfo{NewValue("x", 1), NewValue("cond", 9), NewValue("flag", 9)},
		Nodes: []*Node{
			NewNode("Relu", "shared", []string{"x"}, []string{"a"}),
			NewNode("Neg", "first", []string{"a"}, []string{"b"}),
			NewNode("Abs", "second", []string{"a"}, []string{"c"}),
			one, two, other,
			NewNode("Add", "last", []string{"one.value", "two.value"}, []string{"y"}),
			NewNode("Add", "end", []string{"y", "other.value"}, []string{"z"}),
		},
		Outputs: []*ValueInfo{NewValue("z", 1)},
	}
	ix := NewIndex(g)
	require.False(t, ix.JoinIfs(one, other), "another condition")
	require.False(t, ix.JoinIfs(one, one))
	require.True(t, ix.JoinIfs(one, two))
	require.Equal(t, []string{"one.value", "two.value"}, one.Outputs)
	require.NotContains(t, g.Nodes, two)
	require.False(t, ix.JoinIfs(one, two), "it is gone")
	require.Equal(t, 3, ix.Sink(one, one.Attrs[1].G, func(*Node) bool { return true }), "what both need moves with them")
	_, err := ix.Finish()
	require.NoError(t, err)
}
