package conditional_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/examples/demo/opticks"
	"github.com/nngen-go/nngen/internal/golden/conditional/probes"
	nn "github.com/nngen-go/nngen/runtime"
)

// TestSweepInside reads and writes inside every layer with one session each: both
// ways agree, and every layer and every edit gives another result.
func TestSweepInside(t *testing.T) {
	sess := open(t)
	in := inputs(2, 7)
	read := newPair(t, sess, probes.ReadInside, probes.CompileReadInside)
	heads := newPair(t, sess, probes.Heads, probes.CompileHeads)
	k := nn.From([]float32{0, 1, -2, 0.5}, 1, 4, 1, 1)
	ones := nn.From([]float32{1, 1, 1, 1}, 1, 4, 1, 1)
	seen := map[string]bool{}
	for layer := range 6 {
		for _, out := range read.same(in, layer) {
			seen[out] = true
		}
		off := heads.same(in, layer, k, false)
		require.Equal(t, off, heads.same(in, layer, ones, true), "a product with 1")
		on := heads.same(in, layer, k, true)
		for i := range on {
			require.NotEqual(t, off[i], on[i])
			seen[on[i]], seen[off[i]] = true, true
		}
	}
	// What the values are mixed by is the pattern itself.
	require.Len(t, seen, 6*(3+2*3))
}

// TestPatternSweep takes a pattern from every layer into every other one.
func TestPatternSweep(t *testing.T) {
	sess := open(t)
	in := inputs(2, 5)
	p := newPair(t, sess, probes.PatternFrom, probes.CompilePatternFrom)
	seen := map[string]bool{}
	for src := range 6 {
		for dst := range 6 {
			if src <= dst {
				seen[p.same(in, src, dst)[1]] = true
				continue
			}
			_, _, errC, errI := p.run(in, src, dst)
			require.ErrorContains(t, errI, "NN3102")
			require.ErrorContains(t, errC, "NN3102")
			require.ErrorContains(t, errC, "choose_source.go:48:")
			require.ErrorContains(t, errC, fmt.Sprintf("transformer.h.%d.attn.source.MatMul1.input", dst))
		}
	}
	require.Len(t, seen, 6+5+4+3+2+1)
	for _, layer := range []int{6, -1} {
		_, _, errC, errI := p.run(in, 0, layer)
		var c, i *nn.RunError
		require.ErrorAs(t, errI, &i)
		require.ErrorAs(t, errC, &c)
		require.Equal(t, i.Err.Error(), c.Err.Error())
		require.Equal(t, i.Pos.Line, c.Pos.Line)
	}
}

// TestBranchesInside: loops with the caller's bounds, and modules that branches choose.
func TestBranchesInside(t *testing.T) {
	sess := open(t)
	in := inputs(1, 5)
	band := newPair(t, sess, probes.BandInside, probes.CompileBandInside)
	seen := map[string]bool{}
	for lo := range 6 {
		for hi := lo + 1; hi <= 6; hi++ {
			seen[band.same(in, lo, hi, float32(2))[0]] = true
		}
	}
	require.Len(t, seen, 21)
	named := newPair(t, sess, probes.NamedInside, probes.CompileNamedInside)
	for _, late := range []bool{false, true} {
		seen[named.same(in, late, float32(3))[1]] = true
	}
	require.Len(t, seen, 23)
}

// TestPatternAcrossInvokes takes the pattern of every layer between two invokes.
func TestPatternAcrossInvokes(t *testing.T) {
	sess := open(t)
	compiled, err := probes.CompilePatternAcross(sess)
	require.NoError(t, err)
	defer compiled.Close()
	clean, corrupt := inputs(1, 6), opticks.Inputs{InputIDs: nn.From([]int64{9, 8, 7, 6, 5, 4}, 1, 6)}
	seen := map[string]bool{}
	for layer := range 6 {
		got, err := compiled.Run(context.Background(), clean, corrupt, layer)
		require.NoError(t, err)
		var want nn.Tensor
		require.NoError(t, sess.InterpretTrace(context.Background(), func(tr *opticks.Trace) error {
			want = probes.PatternAcross(tr, clean, corrupt, layer)
			return nil
		}))
		require.Equal(t, want.Float32s(), got.Float32s(), "layer %d", layer)
		seen[fmt.Sprint(got.Float32s())] = true
	}
	require.Len(t, seen, 6)
}
