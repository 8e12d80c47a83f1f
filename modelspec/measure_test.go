package modelspec

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/tensor"
)

// formulaRunner answers with given functions of the sizes.
type formulaRunner map[string]func(s map[string]int64) []int64

func (f formulaRunner) Shapes(sizes map[string]int64, tensors []string) (map[string][]int64, error) {
	out := map[string][]int64{}
	for _, t := range tensors {
		fn, ok := f[t]
		if !ok {
			return nil, errors.New("no such tensor")
		}
		out[t] = fn(sizes)
	}
	return out, nil
}

func open(name string, shape tensor.Shape) *Point {
	return &Point{Tensor: name, Type: tensor.Type{DType: tensor.Float32, Shape: shape}}
}

func TestMeasure(t *testing.T) {
	u := tensor.Unknown
	s := &Spec{
		Symbols: []Symbol{{"batch", "x", 0}, {"seq", "x", 1}, {"past", "p", 2}},
		Modules: []*Module{{Outputs: []*Point{
			open("a", tensor.Shape{u, u, "768"}), open("b", tensor.Shape{u}), open("c", nil), open("d", tensor.Shape{u, "batch"}), open("known", tensor.Shape{"batch"}),
		}}},
	}
	n, err := Measure(s, formulaRunner{
		"a": func(s map[string]int64) []int64 { return []int64{s["batch"], s["past"] + s["seq"], 768} },
		"b": func(s map[string]int64) []int64 { return []int64{4*s["batch"] + 1} },
		"c": func(s map[string]int64) []int64 {
			return []int64{s["batch"] * s["seq"], 3, 2 * (s["past"] + s["batch"])}
		},
		"d": func(s map[string]int64) []int64 { return []int64{s["seq"] / 2, s["batch"]} },
	})
	require.NoError(t, err)
	require.Equal(t, 6, n)
	out := s.Modules[0].Outputs
	require.Equal(t, tensor.Shape{"batch", "past+seq", "768"}, out[0].Type.Shape)
	require.Equal(t, tensor.Shape{"4*batch+1"}, out[1].Type.Shape)
	require.Equal(t, tensor.Shape{"batch*seq", "3", "2*batch+2*past"}, out[2].Type.Shape)
	require.Equal(t, tensor.Shape{u, "batch"}, out[3].Type.Shape, "half a sequence is no polynomial")
	require.True(t, out[0].Measured)
	require.False(t, out[3].Measured)
	require.False(t, out[4].Measured)
}

func TestMeasureError(t *testing.T) {
	s := &Spec{Modules: []*Module{{Outputs: []*Point{open("a", nil)}}}}
	_, err := Measure(s, formulaRunner{})
	require.ErrorContains(t, err, "no such tensor")
}
