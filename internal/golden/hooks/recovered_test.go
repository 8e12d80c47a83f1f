package hooks_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/golden/hooks"
)

// TestHelpersThatRecover: what a helper panics with ends it and nothing else,
// wherever it does; what it wrote before stays written, what it would have
// written is not.
func TestHelpersThatRecover(t *testing.T) {
	sess := open(t)
	outs := map[string]any{}
	for _, place := range []string{"", "begun", "measured", "written"} {
		logs := []*hooks.Log{}
		o := run(t, sess, hooks.Tried, hooks.CompileTried, func() []any {
			logs = append(logs, &hooks.Log{Fails: place})
			return []any{logs[len(logs)-1], float32(8)}
		})
		require.NoError(t, o.err)
		require.Equal(t, logs[1].Lines, logs[0].Lines, "%s fails", place)
		require.Equal(t, place != "", o.results[2] != "", "%q", o.results[2])
		for other, logits := range outs {
			require.NotEqual(t, logits, o.results[0], "%q and %q give the same", other, place)
		}
		outs[place] = o.results[0]
	}
}

// TestInvokesThatRecover: the others go on.
func TestInvokesThatRecover(t *testing.T) {
	lines := several(t, open(t), hooks.Saved, hooks.CompileSaved, float32(8))
	require.Len(t, lines, 11, "%q", lines)
}
