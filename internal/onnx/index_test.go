package onnx

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/tensor"
)

func TestIndexKnowsCaptures(t *testing.T) {
	ix := NewIndex(sample(t).Graph)
	require.NoError(t, ix.Check())
	require.True(t, ix.IsSorted())
	require.Equal(t, []Use{{4, Captured}}, ix.Uses("h"))
	require.Equal(t, []Use{{4, Captured}}, ix.Uses("b"))
	require.Equal(t, []Use{{3, 1}}, ix.Uses("wk"))
	i, ok := ix.Producer("h")
	require.True(t, ok)
	require.Equal(t, 3, i)
	require.Equal(t, "Gemm", ix.ProducerNode("h").Op)
	_, ok = ix.Producer("x")
	require.False(t, ok)
	require.Equal(t, []int{0, 2, 3}, ix.BackwardSlice([]string{"h"}))
	require.Equal(t, []int{4, 5}, ix.ForwardReach("h"))
	require.Equal(t, []int{4, 5}, ix.BackwardSlice([]string{"z"}, "h"))
	c, ok := ix.Constant("zero")
	require.True(t, ok)
	v, err := c.Int64s()
	require.NoError(t, err)
	require.Equal(t, []int64{0}, v)
	require.True(t, ix.IsOutput("z"))
	require.NotNil(t, ix.Initializer("w"))
	require.NotNil(t, ix.Input("cond"))
	require.Equal(t, "h", ix.Type("h").Name)
}

// TestReplaceUsesInBodies: the new name is one that a branch has for a value of its own.
func TestReplaceUsesInBodies(t *testing.T) {
	g := sample(t).Graph
	body := g.Nodes[4].Attrs[0].G
	body.Nodes = append([]*Node{NewNode("Neg", "", []string{"b"}, []string{"new"})}, body.Nodes...)
	body.Nodes[1].Inputs[1] = "new"
	ix := NewIndex(g)
	ix.Splice("h", "new", nil, NewNode("Neg", "write", []string{"h"}, []string{"new"}))
	require.Equal(t, []string{"b", "new"}, g.Nodes[4].Captures())
	require.Equal(t, []string{"new", "new_1"}, body.Nodes[1].Inputs)
	require.Equal(t, []string{"new_1"}, body.Nodes[0].Outputs)
	require.Equal(t, []int{4}, ix.Consumers("new"))
	require.Equal(t, []int{6}, ix.Consumers("h"))
	_, err := ix.Finish()
	require.NoError(t, err)
	require.Equal(t, "write", g.Nodes[4].Name, "pulled up to before its first user")
}

func TestCycleIsNamed(t *testing.T) {
	g := sample(t).Graph
	ix := NewIndex(g)
	ix.Splice("wk", "fed", nil, NewNode("Add", "back", []string{"wk", "y"}, []string{"fed"}))
	require.False(t, ix.IsSorted())
	_, err := ix.Finish()
	require.EqualError(t, err, `the graph has a cycle: "choose" (If) → "back" (Add) → "fc" (Gemm) → "choose" (If)`)
}

func TestCheckFindsBrokenNames(t *testing.T) {
	g := sample(t).Graph
	ix := NewIndex(g)
	ix.Insert(NewNode("Neg", "", []string{"nowhere"}, []string{"n"}))
	require.ErrorContains(t, ix.Check(), `node 6 (Neg) uses "nowhere", which nothing defines`)
	ix = NewIndex(sample(t).Graph)
	ix.Insert(NewNode("Neg", "", []string{"x"}, []string{"h"}))
	require.ErrorContains(t, ix.Check(), `"h" is defined more than once`)
	_, err := ix.Finish()
	require.Error(t, err)
}

// TestOutputsThatShare: one value behind two outputs, a weight and an input behind others.
func TestOutputsThatShare(t *testing.T) {
	g := sample(t).Graph
	ix := NewIndex(g)
	ix.Splice("z", "zz", nil, NewNode("Neg", "write", []string{"z"}, []string{"zz"}))
	require.NoError(t, ix.AddOutput(NewValue("again", tensor.Float32), "zz"))
	require.NoError(t, ix.AddOutput(NewValue("weight", tensor.Float32), "w"))
	require.NoError(t, ix.AddOutput(NewValue("raw", tensor.Float32), "z"))
	require.NoError(t, ix.AddOutput(NewValue("raw", tensor.Float32), "z"))
	require.Error(t, ix.AddOutput(NewValue("raw", tensor.Float32), "zz"))
	require.Equal(t, "zz", ix.OutputValue("z"))
	renamed, err := ix.Finish()
	require.NoError(t, err)
	require.Equal(t, "raw", renamed["z"])
	require.NoError(t, ix.Check())
	require.Equal(t, "Relu", ix.ProducerNode("raw").Op)
	require.Equal(t, []string{"zz"}, ix.ProducerNode("again").Inputs)
	require.Equal(t, []string{"zz"}, ix.ProducerNode("z").Inputs)
}

func TestUnusedInputs(t *testing.T) {
	g := sample(t).Graph
	ix := NewIndex(g)
	require.Empty(t, ix.UnusedInputs())
	require.NoError(t, ix.AddOutput(NewValue("wk", tensor.Float32), "wk"))
	require.Equal(t, 4, ix.RemoveDead([]string{"wk"}, nil))
	require.Equal(t, []string{"x", "cond"}, ix.UnusedInputs())
	ix.DropInputs("x")
	require.Len(t, g.Inputs, 1)
	require.Len(t, g.Initializers, 1)
}

// TestLargeGraphsAreFast edits a chain of 50,000 nodes at hundreds of places.
func TestLargeGraphsAreFast(t *testing.T) {
	g := &Graph{Name: "chain", Inputs: []*ValueInfo{NewValue("v0", tensor.Int64), NewValue("mask", tensor.Int64)}}
	const n = 50_000
	for i := range n {
		g.Nodes = append(g.Nodes, NewNode("Add", fmt.Sprint("n", i), []string{fmt.Sprint("v", i), "mask"}, []string{fmt.Sprint("v", i+1)}))
	}
	g.Outputs = []*ValueInfo{NewValue(fmt.Sprint("v", n), tensor.Int64)}
	start := time.Now()
	ix := NewIndex(g.Clone())
	for i := 0; i < n; i += 100 {
		at, name := fmt.Sprint("v", i+1), ix.FreshName("write")
		ix.Splice(at, name, nil, NewNode("Neg", name, []string{at}, []string{name}))
	}
	_, err := ix.CloneBetween(map[string]string{"v10": "mask"}, []string{g.Outputs[0].Name}, "call/")
	require.NoError(t, err)
	_, err = ix.Finish()
	require.NoError(t, err)
	ix.RemoveDead(nil, nil)
	require.Len(t, ix.Graph().Nodes, n+n/100)
	b, err := Marshal(&Model{Graph: ix.Graph()})
	require.NoError(t, err)
	_, err = Parse(b)
	require.NoError(t, err)
	t.Log(time.Since(start))
	require.Less(t, time.Since(start), 20*time.Second)
}
