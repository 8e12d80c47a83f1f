package nn_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	nn "github.com/nngen-go/nngen/runtime"
	_ "github.com/nngen-go/nngen/runtime/ort"
)

func TestTensorsOnTheHost(t *testing.T) {
	x := nn.From([]float32{1, 2, 3, 4, 5, 6}, 2, 3)
	require.Equal(t, []int{2, 3}, x.Shape())
	require.Equal(t, nn.Float32, x.DType())
	require.Equal(t, 6, x.Len())
	require.Equal(t, []float32{1, 2, 3, 4, 5, 6}, x.Float32s())
	require.Equal(t, []int64{-1, 7}, nn.From([]int{-1, 7}).Ints())
	require.Equal(t, []bool{true, false}, nn.From([]bool{true, false}).Bools())
	require.Equal(t, float32(2.5), nn.Scalar(float32(2.5)).Item())
	require.Equal(t, int64(9), nn.Scalar(9).Int())
	require.True(t, nn.Scalar(true).Bool())
	require.Equal(t, []float32{0, 0}, nn.Zeros(nn.Float16, 2).Float32s())
	half := nn.FromBytes(nn.Float16, []byte{0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00, 0x00, 0x7c}, 4)
	require.Equal(t, []float32{1, -2, 5.9604645e-08}, half.Float32s()[:3])
	require.Equal(t, []float32{1}, nn.FromBytes(nn.BFloat16, []byte{0x80, 0x3f}, 1).Float32s())
	x.Release()
	require.Equal(t, "tensor(released)", x.String())
}

func TestTensorMisuse(t *testing.T) {
	var none nn.Tensor
	require.True(t, none.IsZero())
	none.Release()
	cases := map[string]func(){
		"shape [3] has 3 elements, but there are 2":                            func() { nn.From([]float32{1, 2}, 3) },
		"shape [-1] has a negative dimension":                                  func() { nn.Zeros(nn.Float32, -1) },
		"Shape of a tensor that was never set":                                 func() { none.Shape() },
		"Item of a tensor of int64: use Int or Bool, or Cast it first":         func() { nn.From([]int64{1}).Item() },
		"Int of a tensor of float32: use Item or Bool, or Cast it first":       func() { nn.Zeros(nn.Float32, 1).Int() },
		"Ints of a tensor of float32: use Float32s or Bools, or Cast it first": func() { nn.Zeros(nn.Float32, 1).Ints() },
		"Item needs a tensor of one element, this one has 2 (shape [2])":       func() { nn.Zeros(nn.Float32, 2).Item() },
	}
	for want, f := range cases {
		func() {
			defer func() {
				e, ok := recover().(*nn.Error)
				require.True(t, ok, want)
				require.ErrorContains(t, e, want)
				require.Contains(t, e.Pos.Filename, "tensor_test.go")
			}()
			f()
		}()
	}
}

func TestTensorsPrintLikeTorch(t *testing.T) {
	cases := []struct {
		x    nn.Tensor
		want string
	}{
		{nn.Scalar(float32(1.5)), "tensor(1.5000)"},
		{nn.From([]float32{1, 2, 3}), "tensor([1., 2., 3.])"},
		{nn.From([]float32{0.5, -2, 3}), "tensor([ 0.5000, -2.0000,  3.0000])"},
		{nn.From([]float32{1e-5, 1}), "tensor([1.0000e-05, 1.0000e+00])"},
		{nn.From([]int{1, -20}), "tensor([  1, -20])"},
		{nn.From([]bool{true, false}), "tensor([ True, False])"},
		{nn.From([]int32{1}), "tensor([1], dtype=int32)"},
		{nn.From([]float32{1, 2, 3, 4}, 2, 2), "tensor([[1., 2.],\n        [3., 4.]])"},
		{nn.Zeros(nn.Float32, 2, 1, 2), "tensor([[[0., 0.]],\n\n        [[0., 0.]]])"},
		{nn.Zeros(nn.Float32, 0), "tensor([])"},
		{nn.Zeros(nn.Int64, 1001), "tensor([0, 0, 0,  ..., 0, 0, 0])"},
	}
	for _, c := range cases {
		require.Equal(t, c.want, c.x.String())
	}
}
