package nn

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFetched: a step takes out of its run what its own code looks at, in the
// places that the taps have, and no more.
func TestFetched(t *testing.T) {
	names := []string{"logits", "present", "tap0", "tap1", "stopped"}
	n := &visiting{c: &Compiled{plan: &Plan{Taps: make([]Tap, 2)}}}
	require.Equal(t, names, n.fetched(names, 2, 0, 5).names, "without Wants all are fetched")
	n.v.Wants = func(step, steps, tap int) bool { return step == 3 && tap == 1 }
	require.Equal(t, []string{"logits", "present", "stopped"}, n.fetched(names, 2, 0, 5).names)
	f := n.fetched(names, 2, 3, 5)
	require.Equal(t, []string{"logits", "present", "tap1", "stopped"}, f.names)
	var given []Tensor
	for i := range f.names {
		given = append(given, Scalar(int64(i)))
	}
	out := f.spread(given, len(names))
	require.Len(t, out, 5)
	require.Nil(t, out[2].h)
	require.Equal(t, int64(2), out[3].Int())
	require.Equal(t, int64(3), out[4].Int())
	require.Equal(t, names[2:4], n.fetched(names[2:4], 0, 0, 1).names, "a run gives something")
}
