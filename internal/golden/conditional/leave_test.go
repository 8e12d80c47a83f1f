package conditional_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/examples/demo/opticks"
	"github.com/nngen-go/nngen/internal/golden/conditional/probes"
	nn "github.com/nngen-go/nngen/runtime"
)

// TestLeaving lets invokes of one run leave loops and functions under conditions:
// what follows is left out, in its own invoke alone.
func TestLeaving(t *testing.T) {
	sess := open(t)
	a, b := inputs(1, 6), opticks.Inputs{InputIDs: nn.From([]int64{9, 8, 7, 6, 5, 4}, 1, 6)}
	both := newPair(t, sess, probes.LeaveBoth, probes.CompileLeaveBoth)
	seen := map[string]bool{}
	for _, limit := range []float32{0, 20, 40, 60, 80, 100, 150, 200, 400, 1e9} {
		seen[both.together(a, b, limit)] = true
	}
	require.Greater(t, len(seen), 4, "limits between lead to different ends")
	clamp := newPair(t, sess, probes.ClampBoth, probes.CompileClampBoth)
	seen = map[string]bool{}
	for _, most := range []float32{1, 50, 1e9} {
		for _, short := range []bool{true, false} {
			seen[clamp.together(a, b, most, short)] = true
		}
	}
	require.Len(t, seen, 6)
}
