package hooks_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden/hooks"
)

// TestLabels: loops that are left by their labels, early, late and not at all.
func TestLabels(t *testing.T) {
	sess := open(t)
	seen := map[int]bool{}
	for _, limits := range [][2]float32{{0, 1000}, {1000, 2000}, {0, 0}, {0.05, 1000}, {0, 0.2}} {
		_, lines := logged(t, sess, hooks.Labelled, hooks.CompileLabelled, limits[0], limits[1])
		seen[len(lines)] = true
	}
	require.Greater(t, len(seen), 2)
}

func TestFallthrough(t *testing.T) {
	sess := open(t)
	seen := map[int]bool{}
	for _, unit := range []float32{1000, 90, 20, 12, 8, 5, 1} {
		_, lines := logged(t, sess, hooks.Through, hooks.CompileThrough, unit)
		seen[len(lines)] = true
	}
	require.Len(t, seen, 3)
}

func TestShadowedResults(t *testing.T) {
	sess := open(t)
	for limit, n := range map[float32]int{0: 2, 1e6: 1} {
		_, lines := logged(t, sess, hooks.Shadowed, hooks.CompileShadowed, limit)
		require.Len(t, lines, n)
	}
}

func TestMethodValues(t *testing.T) {
	sess := open(t)
	_, lines := logged(t, sess, hooks.Methods, hooks.CompileMethods)
	require.Len(t, lines, 2)
	logged(t, sess, hooks.Later, hooks.CompileLater)
	logged(t, sess, hooks.Generics, hooks.CompileGenerics)
}
