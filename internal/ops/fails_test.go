package ops

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/tensor"
)

// TestUnproven: what a constant attribute asks of an open axis is only found when
// the sizes of a run are known.
func TestUnproven(t *testing.T) {
	typ := func(dims ...tensor.Dim) tensor.Type {
		return tensor.Type{DType: tensor.Float32, Shape: tensor.Shape(dims)}
	}
	h := typ("batch", "seq", "48")
	for _, c := range []struct {
		op    string
		in    []tensor.Type
		attrs Attrs
		want  bool
	}{
		{"At", []tensor.Type{h}, Attrs{"index": ":,7"}, true},
		{"At", []tensor.Type{h}, Attrs{"index": ":,-1"}, false},
		{"At", []tensor.Type{h}, Attrs{"index": "0,0,47"}, false},
		{"At", []tensor.Type{h}, Attrs{"index": ":,-2"}, true},
		{"At", []tensor.Type{h}, Attrs{"index": ":,[0 1]"}, true},
		{"At", []tensor.Type{h}, Attrs{"index": ":,1:5"}, false}, // a part is as long as there is
		{"At", []tensor.Type{typ("4*batch", "48")}, Attrs{"index": "3"}, false},
		{"At", []tensor.Type{typ("past+seq", "48")}, Attrs{"index": "1"}, true},
		{"At", []tensor.Type{typ("?", "48")}, Attrs{"index": "1"}, true},
		{"SetAt", []tensor.Type{h, typ("batch", "48")}, Attrs{"index": ":,0"}, false},
		{"SetAt", []tensor.Type{h, typ("batch", "2", "48")}, Attrs{"index": ":,0:2"}, true},
		{"SetAt", []tensor.Type{h, typ("seq", "48")}, Attrs{"index": ":,0"}, true},
		{"TopK", []tensor.Type{h}, Attrs{"k": int64(3), "axis": int64(1)}, true},
		{"TopK", []tensor.Type{h}, Attrs{"k": int64(3), "axis": int64(-1)}, false},
		{"Reshape", []tensor.Type{h}, Attrs{"dims": []int64{-1, 48}}, false},
		{"Reshape", []tensor.Type{h}, Attrs{"dims": []int64{2, -1, 48}}, true},
		{"Add", []tensor.Type{h, h}, Attrs{}, false},
		{"Add", []tensor.Type{h, typ("seq", "seq", "48")}, Attrs{}, true},
		{"Scale", []tensor.Type{h, {DType: tensor.Float32, Shape: tensor.Shape{}}}, Attrs{}, false},
	} {
		op, ok := Lookup(c.op)
		require.True(t, ok)
		require.Equal(t, c.want, op.Unproven(c.in, c.attrs), "%s of %v with %v", c.op, c.in, c.attrs)
	}
}
