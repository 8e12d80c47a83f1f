package ops

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

// selections are the operators that find or accumulate along one axis.
var selections = []Op{
	{
		Name: "ArgMax", Shape: "[a, b, c], axis 1 → [a, c]", Params: []Param{intArg("axis")},
		Doc:   "ArgMax is the int64 position of the largest element along axis, the first of equals, NaN has no place in the order; the axis is dropped.",
		Infer: inferArg, Lower: lowerArg("ArgMax"),
	},
	{
		Name: "ArgMin", Shape: "[a, b, c], axis 1 → [a, c]", Params: []Param{intArg("axis")},
		Doc:   "ArgMin is the int64 position of the smallest element along axis, the first of equals, NaN has no place in the order; the axis is dropped.",
		Infer: inferArg, Lower: lowerArg("ArgMin"),
	},
	{
		Name: "TopK", Shape: "[a, b, c], axis 1 → [a, k, c] twice", Params: []Param{intArg("k"), intArg("axis")},
		Doc:     "TopK gives the k largest elements along axis, largest first, and their int64 positions; NaN has no place in the order.",
		Results: []string{"values", "indices"},
		Infer:   inferTopK, Lower: lowerTopK(true),
	},
	{
		Name: "CumSum", Shape: sameRule, Params: []Param{intArg("axis")},
		Doc:   "CumSum is the running sum along axis; integers and bool give int64.",
		Infer: inferCumSum, Lower: lowerCumSum,
	},
}

func inferArg(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	out, err := inferAlong(ordered)(in, a)
	if err != nil {
		return nil, err
	}
	axis, err := axisAttr(a, "axis", in[0].Shape)
	if err != nil {
		return nil, err
	}
	if n, ok := in[0].Shape[axis].Const(); ok && n == 0 {
		return nil, fmt.Errorf("axis %d of shape %s is empty", axis, in[0].Shape)
	}
	out[0] = tensor.Type{DType: tensor.Int64, Shape: dropAxis(in[0].Shape, axis)}
	return out, nil
}

func lowerArg(op string) lowerFunc {
	return func(e Emitter, in []Operand, a Attrs) ([]string, error) {
		l := lower(e)
		axis, err := axisAttr(a, "axis", in[0].Type.Shape)
		if err != nil {
			return nil, err
		}
		d := in[0].Type.DType
		x := l.cast(in[0].Name, d, computeIn(op, d))
		return one(l.Node(op, []string{x}, onnx.IntAttr("axis", int64(axis)), onnx.IntAttr("keepdims", 0)))
	}
}

func inferTopK(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	out, err := inferAlong(ordered)(in, a)
	if err != nil {
		return nil, err
	}
	axis, err := axisAttr(a, "axis", in[0].Shape)
	if err != nil {
		return nil, err
	}
	k := a.Int("k", 0)
	if k < 1 {
		return nil, fmt.Errorf("k is %d: it must be at least 1", k)
	}
	if n, ok := in[0].Shape[axis].Const(); ok && k > n {
		return nil, fmt.Errorf("k is %d, but axis %d of shape %s has %d", k, axis, in[0].Shape, n)
	}
	out[0].Shape[axis] = tensor.N(k)
	return append(out, tensor.Type{DType: tensor.Int64, Shape: out[0].Shape.Clone()}), nil
}

func lowerTopK(largest bool) lowerFunc {
	return func(e Emitter, in []Operand, a Attrs) ([]string, error) {
		l := lower(e)
		axis, err := axisAttr(a, "axis", in[0].Type.Shape)
		if err != nil {
			return nil, err
		}
		values, places := l.ordered(in[0], axis, l.vector(a.Int("k", 1)), largest)
		return []string{values, places}, nil
	}
}

func inferCumSum(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	out, err := inferAlong(elements)(in, a)
	if err != nil {
		return nil, err
	}
	out[0].DType = accumulator(out[0].DType)
	return out, nil
}

func lowerCumSum(e Emitter, in []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	axis, err := axisAttr(a, "axis", in[0].Type.Shape)
	if err != nil {
		return nil, err
	}
	d := in[0].Type.DType
	w := accumulator(d)
	c := computeIn("CumSum", w)
	x := l.cast(l.cast(in[0].Name, d, w), w, c)
	return one(l.cast(l.Node("CumSum", []string{x, l.integer(int64(axis))}), c, w))
}
