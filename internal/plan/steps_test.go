package plan

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/tensor"
)

// TestSteps: a parameter of some decoding steps is read back, by a version that
// older readers refuse, and steps that are none are not.
func TestSteps(t *testing.T) {
	p := everything()
	require.Contains(t, encode(t, p), `"version": 1`)
	p.Params[1].Steps = []StepRange{{From: 1, To: 3, By: 1}, {From: 4, By: 3}}
	text := encode(t, p)
	require.Contains(t, text, `"version": 2`)
	got, err := Decode(strings.NewReader(text))
	require.NoError(t, err)
	require.Equal(t, p, got)
	var at []int64
	for step := range int64(12) {
		if got.Params[1].At(step) {
			at = append(at, step)
		}
		require.True(t, got.Params[0].At(step))
	}
	require.Equal(t, []int64{1, 2, 4, 7, 10}, at)
	for _, bad := range [][]StepRange{{}, {{From: -1, By: 1}}, {{From: 1, By: 0}}, {{From: 3, To: 3, By: 1}}, {{From: 0, To: -1, By: 1}}} {
		p.Params[1].Steps = bad
		require.Error(t, wellFormed(p), "%v", bad)
	}
	p.Params[1].Steps = []StepRange{{By: 1}}
	require.NoError(t, wellFormed(p))
	p.Params[1].Type = tensor.Type{DType: tensor.Bool}
	require.ErrorContains(t, wellFormed(p), "a bool without axes alone")
}
