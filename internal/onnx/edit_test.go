package onnx

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/nngen-go/nngen/internal/tensor"
)

// finish ends an edit and holds what must be true of every finished graph.
func finish(t *rapid.T, ix *Index, outputs []*ValueInfo) map[string]string {
	renamed, err := ix.Finish()
	require.NoError(t, err)
	require.True(t, ix.IsSorted())
	require.NoError(t, ix.Check())
	for i, v := range outputs {
		require.Equal(t, v.Name, ix.Graph().Outputs[i].Name)
	}
	seen := map[string]bool{}
	for _, v := range append(append([]*ValueInfo{}, ix.Graph().ValueInfo...), ix.Graph().Outputs...) {
		require.False(t, seen[v.Name], "type of %s twice", v.Name)
		seen[v.Name] = true
	}
	fresh := NewIndex(ix.Graph())
	require.Equal(t, fresh.producers, ix.producers)
	require.Equal(t, fresh.uses, ix.uses)
	return renamed
}

func TestFinishSortsAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawGraph(t)
		want := run(t, g, nil)
		order, err := NewIndex(g).TopoOrder()
		require.NoError(t, err)
		for k, i := range order {
			require.Equal(t, k, i, "a sorted graph keeps its order")
		}
		g.Nodes = rapid.Permutation(g.Nodes).Draw(t, "order")
		ix := NewIndex(g)
		finish(t, ix, g.Outputs)
		require.Equal(t, want, run(t, ix.Graph(), nil))
	})
}

// TestWriteIsAnOverride: an exit write of T by f(T) gives what the graph gives
// when everybody sees f(T), and names of outputs stay.
func TestWriteIsAnOverride(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawGraph(t)
		at := rapid.SampledFrom(values(g)).Draw(t, "at")
		probe := g.Clone()
		probe.Outputs = []*ValueInfo{NewValue(at, tensor.Int64)}
		old := run(t, probe, nil)[0]
		want := run(t, g, map[string]int64{at: -(-old + 3*11)})
		before := run(t, g, nil)

		m := g.Clone()
		ix := NewIndex(m)
		require.NoError(t, ix.AddOutput(NewValue("tap", tensor.Int64), at))
		ix.Splice(at, "mid", nil, NewNode("Neg", "s1", []string{at}, []string{"s_a"}), NewNode("Add", "s2", []string{"s_a", "x0"}, []string{"mid"}))
		ix.Splice("mid", "new", nil, NewNode("Neg", "s3", []string{"mid"}, []string{"new"}))
		finish(t, ix, g.Outputs)
		got := run(t, m, nil)
		require.Equal(t, want, got[:len(want)])
		require.Equal(t, old, got[len(want)], "the tap gives the value before the write")
		require.Equal(t, before, run(t, g, nil), "the original is untouched")
	})
}

// TestWriteForSomeConsumers: an enter write is seen by the listed nodes alone.
func TestWriteForSomeConsumers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawGraph(t)
		ix := NewIndex(g)
		at := rapid.SampledFrom(values(g)).Draw(t, "at")
		all := ix.Consumers(at)
		if len(all) == 0 {
			return
		}
		some := rapid.SliceOfNDistinct(rapid.SampledFrom(all), 1, len(all), rapid.ID[int]).Draw(t, "some")
		uses := len(ix.Uses(at))
		ix.Splice(at, "new", some, NewNode("Neg", "s", []string{at}, []string{"new"}))
		require.Len(t, ix.Consumers("new"), len(some))
		require.Equal(t, uses+1, len(ix.Uses(at))+len(ix.Uses("new")))
		ix.ReplaceUses("new", at, some)
		require.Empty(t, ix.Uses("new"))
		require.Equal(t, uses+1, len(ix.Uses(at)))
	})
}

// TestCloneBetween: a copy of the path from a to the outputs, fed with another
// value, gives what the graph gives with that value at a; the graph itself stays.
func TestCloneBetween(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawGraph(t)
		a := rapid.SampledFrom(append(values(g), "x0", "x1")).Draw(t, "a")
		base := run(t, g, nil)
		want := run(t, g, map[string]int64{a: 5})
		m := g.Clone()
		ix := NewIndex(m)
		var outs []string
		for _, v := range g.Outputs {
			outs = append(outs, v.Name)
		}
		nodes := len(m.Nodes)
		names, err := ix.CloneBetween(map[string]string{a: "w0"}, outs, "call/")
		require.NoError(t, err)
		require.LessOrEqual(t, len(m.Nodes)-nodes, len(ix.ForwardReach(a)))
		for _, out := range outs {
			require.NoError(t, ix.AddOutput(NewValue("copy."+out, tensor.Int64), names[out]))
		}
		finish(t, ix, g.Outputs)
		got := run(t, m, nil)
		require.Equal(t, base, got[:len(base)])
		require.Equal(t, want, got[len(base):])
		seen := map[string]int{}
		m.eachDefined(func(name string) { seen[name]++ })
		g.eachDefined(func(name string) { seen[name]-- })
		for name, n := range seen {
			require.LessOrEqual(t, n, 1, "%s is defined anew more than once", name)
		}
	})
}

// eachDefined visits every name that nodes of the graph and its bodies define.
func (g *Graph) eachDefined(visit func(string)) {
	for _, n := range g.Nodes {
		for _, name := range n.Outputs {
			visit(name)
		}
		n.bodies(func(b *Graph) { b.eachDefined(visit) })
	}
}

func TestRemoveDead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawGraph(t)
		want := run(t, g, nil)[0]
		out := g.Outputs[0].Name
		ix := NewIndex(g)
		needed := ix.BackwardSlice([]string{out})
		keep := map[*Node]bool{}
		if rapid.Bool().Draw(t, "keep") {
			keep[rapid.SampledFrom(g.Nodes).Draw(t, "kept")] = true
		}
		all := len(g.Nodes)
		dropped := ix.RemoveDead([]string{out}, keep)
		require.Equal(t, all, dropped+len(g.Nodes))
		if len(keep) == 0 {
			require.Len(t, g.Nodes, len(needed))
		}
		for n := range keep {
			require.Contains(t, g.Nodes, n)
		}
		finish(t, ix, g.Outputs[:1])
		require.Equal(t, []int64{want}, run(t, g, nil))
		require.Zero(t, ix.RemoveDead(nil, keep))
	})
}
