package gen

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestKeepsTap(t *testing.T) {
	for text, keeps := range map[string]bool{
		"n := nn_taps.Tensor(nn_i).Item()":                                     false,
		"x := nn_taps.Tensor(0).Ints()[nn_taps.Tensor((1)).Int()]":             false,
		"res.Next = [2]nn.Tensor{nn_taps.Tensor(0), nn_taps.Tensor(1)}":        true,
		"all = append(all, nn_taps.Tensor(0).Item()); keep(nn_taps.Tensor(1))": true,
		"hot++": false,
	} {
		require.Equal(t, keeps, keepsTap(text), text)
	}
}
