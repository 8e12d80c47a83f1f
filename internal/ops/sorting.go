package ops

import (
	"fmt"
	"math"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

// sorting are the operators that put elements along an axis in order.
var sorting = []Op{
	{
		Name: "BottomK", Shape: "[a, b, c], axis 1 → [a, k, c] twice", Params: []Param{intArg("k"), intArg("axis")},
		Doc:     "BottomK gives the k smallest elements along axis, smallest first, and their int64 positions; NaN has no place in the order.",
		Results: []string{"values", "indices"},
		Infer:   inferTopK, Lower: lowerTopK(false),
	},
	{
		Name: "Sort", Shape: "[a…] → [a…] twice", Params: []Param{intArg("axis"), boolArg("descending")},
		Doc:     "Sort puts the elements along axis in order and gives their int64 positions too, equal ones as they stood; NaN has no place in the order.",
		Results: []string{"values", "indices"},
		Infer:   inferSort, Lower: lowerSort,
	},
	{
		Name: "ArgSort", Shape: sameRule, Params: []Param{intArg("axis"), boolArg("descending")},
		Doc:   "ArgSort is the int64 positions that would put the elements along axis in order, equal ones as they stand; NaN has no place in the order.",
		Infer: inferArgSort, Lower: lowerArgSort,
	},
	{
		Name: "Median", Shape: "[a, b, c], axis 1 → [a, c]", Params: []Param{intArg("axis")},
		Doc:   "Median is the middle element along axis, the lower of two as in torch; floats only, NaN wins; the axis is dropped.",
		Infer: inferMiddle, Lower: lowerMedian,
	},
	{
		Name: "Quantile", Shape: "[a, b, c], axis 1 → [a, c]", Params: []Param{floatArg("q"), intArg("axis")},
		Doc:   "Quantile is the value below which the part q (0 to 1) of the elements along axis lies, linear between two; floats only, NaN wins; the axis is dropped.",
		Infer: inferQuantile, Lower: lowerQuantile,
	},
}

func inferSort(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	out, err := inferAlong(ordered)(in, a)
	if err != nil {
		return nil, err
	}
	return append(out, tensor.Type{DType: tensor.Int64, Shape: out[0].Shape.Clone()}), nil
}

func inferArgSort(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	out, err := inferSort(in, a)
	if err != nil {
		return nil, err
	}
	return out[1:], nil
}

func lowerSort(e Emitter, in []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	axis, err := axisAttr(a, "axis", in[0].Type.Shape)
	if err != nil {
		return nil, err
	}
	values, places := l.ordered(in[0], axis, l.dims(in[0], axis, axis+1), a.Bool("descending", false))
	return []string{values, places}, nil
}

func lowerArgSort(e Emitter, in []Operand, a Attrs) ([]string, error) {
	out, err := lowerSort(e, in, a)
	if err != nil {
		return nil, err
	}
	return out[1:], nil
}

// ordered gives the first k elements along an axis in order, and their places.
// Of equal ones TopK takes those with the lower place first, either way round.
func (l *lowering) ordered(x Operand, axis int, k string, largest bool) (values, places string) {
	d := x.Type.DType
	c := computeIn("TopK", d)
	first := int64(0)
	if largest {
		first = 1
	}
	n, constant := x.Type.Shape[:axis].Count().Const()
	filled := constant && n > 0
	take := k
	if !filled {
		take = l.noneOfNothing(x, axis, k)
	}
	out := l.Nodes("TopK", 2, []string{l.cast(x.Name, d, c), take},
		onnx.IntAttr("axis", int64(axis)), onnx.IntAttr("largest", first))
	values, places = out[0], out[1]
	if !filled {
		pieces := append(l.dimPieces(x, 0, axis), piece{name: k})
		shape, _ := l.join(append(pieces, l.dimPieces(x, axis+1, len(x.Type.Shape))...))
		values, places = l.Node("Reshape", []string{values, shape}), l.Node("Reshape", []string{places, shape})
	}
	return l.cast(values, c, d), places
}

// noneOfNothing is k, or 0 where there are no rows to take from: the CPU's kernel
// divides by their number and kills the process.
func (l *lowering) noneOfNothing(x Operand, axis int, k string) string {
	rows := l.pieceName(l.product(x, 0, axis))
	some := l.Node("Greater", []string{rows, l.integer(0)})
	return l.Node("Mul", []string{k, l.cast(some, boolean, tensor.Int64)})
}

func inferMiddle(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	out, err := inferAlong(floats)(in, a)
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
	out[0].Shape = dropAxis(in[0].Shape, axis)
	return out, nil
}

func inferQuantile(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	if q := a.Float("q", 0); !(q >= 0 && q <= 1) {
		return nil, fmt.Errorf("q is %v: it must be from 0 to 1", q)
	}
	return inferMiddle(in, a)
}

// sorted prepares picking from the sorted axis: the values in a wide dtype and
// the last place as an int64 scalar.
func (l *lowering) sorted(x Operand, axis int) (values, last string) {
	d := x.Type.DType
	w := wide(d)
	wideX := Operand{l.cast(x.Name, d, w), tensor.Type{DType: w, Shape: x.Type.Shape}}
	size := l.dims(x, axis, axis+1)
	values, _ = l.ordered(wideX, axis, size, false)
	return values, l.binary("Sub", tensor.Int64, l.squeeze(size, 0), l.integer(1))
}

// orNaN is v, or NaN where there is one along the axis of x.
func (l *lowering) orNaN(x Operand, axis int, v string) string {
	d := x.Type.DType
	some := l.countTrue(l.test("IsNaN", d, x.Name), []int64{int64(axis)}, false)
	return l.where(d, l.Node("Greater", []string{some, l.integer(0)}), l.number(d, math.NaN()), v)
}

func lowerMedian(e Emitter, in []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	axis, err := axisAttr(a, "axis", in[0].Type.Shape)
	if err != nil {
		return nil, err
	}
	d := in[0].Type.DType
	values, last := l.sorted(in[0], axis)
	place := l.Node("Div", []string{last, l.integer(2)})
	middle := l.Node("Gather", []string{values, place}, onnx.IntAttr("axis", int64(axis)))
	return one(l.orNaN(in[0], axis, l.cast(middle, wide(d), d)))
}

// lowerQuantile picks the two elements around the place q*(n-1) and goes from
// one to the other by its fraction.
func lowerQuantile(e Emitter, in []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	axis, err := axisAttr(a, "axis", in[0].Type.Shape)
	if err != nil {
		return nil, err
	}
	d := in[0].Type.DType
	w := wide(d)
	values, last := l.sorted(in[0], axis)
	const f64 = tensor.Float64
	place := l.binary("Mul", f64, l.cast(last, tensor.Int64, f64), l.number(f64, a.Float("q", 0)))
	low, high := l.unary("Floor", f64, place), l.unary("Ceil", f64, place)
	pick := func(at string) string {
		return l.Node("Gather", []string{values, l.cast(at, f64, tensor.Int64)}, onnx.IntAttr("axis", int64(axis)))
	}
	from, to := pick(low), pick(high)
	part := l.cast(l.binary("Sub", f64, place, low), f64, w)
	// Equal neighbours have no way between them: infinities would make NaN of it.
	way := l.where(w, l.test("Equal", w, from, to), l.number(w, 0), l.binary("Sub", w, to, from))
	between := l.binary("Add", w, from, l.binary("Mul", w, part, way))
	return one(l.orNaN(in[0], axis, l.cast(between, w, d)))
}
