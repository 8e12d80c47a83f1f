package ast_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWanted: what leaves a run at some steps is fetched at these alone, unless
// it cannot be told before the step.
func TestWanted(t *testing.T) {
	traces, diags := compile(map[string][]byte{"probes.go": []byte(`package probes

import (
	"example.com/app/llama"
	nn "github.com/nngen-go/nngen/runtime"
)

//nngen:trace
func Some(m *llama.Model, last int, limit float32) (one, two, odd, few nn.Tensor, all, hot []nn.Tensor) {
	one = m.LMHead.Output().At(0)
	for step := range m.Iter(1, 3) {
		two = m.LMHead.Output().At(1)
		if step == last {
			few = m.LMHead.Output().At(2)
		}
	}
	for step := range m.Iter(nn.RangeFrom(4)) {
		h := m.Model.Layers[0].Output()
		if h.Norm().Item() > limit {
			hot = append(hot, h)
		}
		if step%2 == 0 {
			continue
		}
		odd = m.LMHead.Output().At(3)
	}
	return one, two, odd, few, all, hot
}
`)})
	require.Empty(t, diags)
	require.Len(t, traces, 1)
	require.NotNil(t, traces[0].Visits)
	var got []string
	for _, c := range traces[0].Visits.Wanted {
		got = append(got, c.String())
	}
	require.ElementsMatch(t, []string{
		"nn_step == 0", "nn_step == 1 || nn_step == 3", "(nn_step == 1 || nn_step == 3) && (nn_step == last)",
		"nn_step >= 4", "nn_step >= 4", "nn_step >= 4",
	}, got)
}
