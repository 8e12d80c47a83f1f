package hooks_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden/hooks"
)

// TestTypesOfFunctions: types that a function declares are those of Go in mid-run too.
func TestTypesOfFunctions(t *testing.T) {
	sess := open(t)
	for _, limit := range []float32{1, 12, 1e6} {
		_, lines := logged(t, sess, hooks.Ranked, hooks.CompileRanked, limit)
		require.Len(t, lines, 2)
	}
}

func TestElements(t *testing.T) {
	sess := open(t)
	_, lines := logged(t, sess, hooks.Elements, hooks.CompileElements)
	require.Len(t, lines, 1)
}

func TestRangeOverFunctions(t *testing.T) {
	sess := open(t)
	for limit, n := range map[float32]int{-1000: 15, 1000: 0} {
		_, lines := logged(t, sess, hooks.Iterated, hooks.CompileIterated, limit)
		require.Len(t, lines, n)
	}
}
