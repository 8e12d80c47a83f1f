package nn_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	nn "github.com/nngen-go/nngen/runtime"
)

// More different operations than are kept open, by several goroutines.
func TestOperationsBeyondTheCache(t *testing.T) {
	x := nn.From([]float32{1, 2, 3, 4}, 2, 2)
	var group sync.WaitGroup
	for g := range 4 {
		group.Go(func() {
			for i := range 200 {
				got := x.LayerNorm(1, 1e-5*float64(1+(i+50*g)%700)).Shape()
				if len(got) != 2 {
					t.Errorf("shape %v", got)
				}
			}
		})
	}
	group.Wait()
	require.Equal(t, []float32{4, 3, 2, 1}, x.At(nn.RangeStep(-1, -3, -1), nn.RangeStep(-1, -3, -1)).Reshape(4).Float32s())
	require.Equal(t, []float32{2, 4}, x.At(nn.All, nn.Scalar(1)).Float32s())
	require.Equal(t, []float32{1, 9, 3, 4}, x.SetAt(nn.Scalar(float32(9)), 0, -1).Float32s())
	require.Equal(t, []float32{3, 4}, x.At(-1, nn.Ellipsis).Float32s())
	require.Panics(t, func() { x.At("0") })
}
