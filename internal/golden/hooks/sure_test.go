package hooks_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden/hooks"
)

// TestSure: a result that leaves early is assigned once on each way, and all of
// what decides it is computed in the graph.
func TestSure(t *testing.T) {
	sess := open(t)
	layers := map[any]bool{}
	for _, sure := range []float32{0, 0.1, 0.2, 0.3, 1} {
		o := run(t, sess, hooks.Sure, hooks.CompileSure, func() []any { return []any{sure} })
		layers[o.results[1]] = true
	}
	require.Greater(t, len(layers), 1)
	text, err := os.ReadFile("sure_nngen.go")
	require.NoError(t, err)
	require.Equal(t, 2, strings.Count(string(text), "logits = nn_taps.Tensor("), "one for each layer")
	require.Equal(t, 2, strings.Count(string(text), `Op: "Softmax"`), "none on the host")
}
