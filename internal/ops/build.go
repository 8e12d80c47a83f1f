package ops

import (
	"fmt"
	"math"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

// lowering writes ONNX for one operator: it hides what differs between opsets
// (arguments that became inputs) and dtypes (kernels that are missing).
type lowering struct {
	Emitter
	shapes map[string]string // Shape nodes already made, by operand
}

func lower(e Emitter) *lowering { return &lowering{Emitter: e, shapes: map[string]string{}} }

// cast converts x, or gives it back where there is nothing to do.
func (l *lowering) cast(x string, from, to tensor.DType) string {
	if from == to {
		return x
	}
	return l.Node("Cast", []string{x}, onnx.IntAttr("to", int64(to)))
}

// apply emits op, whose operands and result all have dtype d, computing in
// another dtype where d has no kernel.
func (l *lowering) apply(op string, d tensor.DType, in []string, attrs ...*onnx.Attribute) string {
	c := computeIn(op, d)
	return l.cast(l.Node(op, l.castAll(in, d, c), attrs...), c, d)
}

// test is apply for an operator that gives bool.
func (l *lowering) test(op string, d tensor.DType, in ...string) string {
	return l.Node(op, l.castAll(in, d, computeIn(op, d)))
}

func (l *lowering) castAll(in []string, from, to tensor.DType) []string {
	out := make([]string, len(in))
	for i, x := range in {
		out[i] = l.cast(x, from, to)
	}
	return out
}

// binary applies op to two operands of dtype d.
func (l *lowering) binary(op string, d tensor.DType, a, b string) string {
	return l.apply(op, d, []string{a, b})
}

// unary applies op to one operand of dtype d.
func (l *lowering) unary(op string, d tensor.DType, x string) string {
	return l.apply(op, d, []string{x})
}

// where picks by a bool condition.
func (l *lowering) where(d tensor.DType, cond, a, b string) string {
	c := computeIn("Where", d)
	return l.cast(l.Node("Where", []string{cond, l.cast(a, d, c), l.cast(b, d, c)}), c, d)
}

// number is a scalar constant of any numeric dtype.
func (l *lowering) number(d tensor.DType, v float64) string {
	switch d {
	case tensor.Float32:
		return l.Const(d, nil, []float32{float32(v)})
	case tensor.Float64:
		return l.Const(d, nil, []float64{v})
	case tensor.Int64:
		return l.Const(d, nil, []int64{int64(v)})
	}
	t, err := onnx.NewTensor("", d, nil, []float64{v})
	if err != nil { // only dtypes that guard has let through come here
		return l.cast(l.number(tensor.Float32, v), tensor.Float32, d)
	}
	return l.Const(d, nil, t.Data)
}

// vector is a constant int64 vector.
func (l *lowering) vector(v ...int64) string {
	return l.Const(tensor.Int64, []int64{int64(len(v))}, v)
}

// integer is an int64 scalar constant.
func (l *lowering) integer(v int64) string { return l.Const(tensor.Int64, nil, []int64{v}) }

// withAxes emits op with its axes, an attribute before opset since and an input from there on.
func (l *lowering) withAxes(op string, since int64, x string, axes []int64, attrs ...*onnx.Attribute) string {
	in := []string{x}
	if len(axes) > 0 {
		if l.Opset() < since {
			attrs = append(attrs, onnx.IntsAttr("axes", axes...))
		} else {
			in = append(in, l.vector(axes...))
		}
	}
	return l.Node(op, in, attrs...)
}

func (l *lowering) squeeze(x string, axes ...int64) string {
	if len(axes) == 0 {
		return x
	}
	return l.withAxes("Squeeze", 13, x, axes)
}

func (l *lowering) unsqueeze(x string, axes ...int64) string {
	if len(axes) == 0 {
		return x
	}
	return l.withAxes("Unsqueeze", 13, x, axes)
}

// reduce folds axes (all if there are none) of x, whose elements have dtype d.
func (l *lowering) reduce(op string, d tensor.DType, x string, axes []int64, keep bool) string {
	since := int64(18)
	if op == "ReduceSum" {
		since = 13
	}
	k := int64(0)
	if keep {
		k = 1
	}
	c := computeIn(op, d)
	return l.cast(l.withAxes(op, since, l.cast(x, d, c), axes, onnx.IntAttr("keepdims", k)), c, d)
}

// The ends of ONNX ranges that are left open.
const (
	toTheEnd   = math.MaxInt64
	toTheStart = math.MinInt64
)

// slice cuts x by constants.
func (l *lowering) slice(x string, starts, ends, axes, steps []int64) string {
	in := []string{x, l.vector(starts...), l.vector(ends...), l.vector(axes...)}
	for _, s := range steps {
		if s != 1 {
			return l.Node("Slice", append(in, l.vector(steps...)))
		}
	}
	return l.Node("Slice", in)
}

// cut is the contiguous part [from, to) of one axis.
func (l *lowering) cut(x string, axis int, from, to int64) string {
	return l.slice(x, []int64{from}, []int64{to}, []int64{int64(axis)}, nil)
}

func (l *lowering) concat(axis int64, xs ...string) string {
	if len(xs) == 1 {
		return xs[0]
	}
	return l.Node("Concat", xs, onnx.IntAttr("axis", axis))
}

func (l *lowering) transpose(x string, perm []int64) string {
	for i, p := range perm {
		if p != int64(i) {
			return l.Node("Transpose", []string{x}, onnx.IntsAttr("perm", perm...))
		}
	}
	return x
}

// iota is 0 … n-1 for a dimension, from its value where that is known.
func (l *lowering) iota(x Operand, axis int) string {
	limit := ""
	if n, ok := x.Type.Shape[axis].Const(); ok {
		limit = l.integer(n)
	} else {
		limit = l.squeeze(l.dims(x, axis, axis+1), 0)
	}
	return l.Node("Range", []string{l.integer(0), limit, l.integer(1)})
}

// one is the answer of operators that have a single result.
func one(x string) ([]string, error) { return []string{x}, nil }

// axisAttr resolves a static axis against a shape.
func axisAttr(a Attrs, name string, s tensor.Shape) (int, error) {
	axis, err := s.Axis(a.Int(name, 0))
	if err != nil {
		return 0, err
	}
	return axis, nil
}

// axesAttr resolves static axes, each at most once.
func axesAttr(a Attrs, name string, s tensor.Shape) ([]int64, error) {
	var out []int64
	seen := map[int]bool{}
	for _, v := range a.Ints(name) {
		axis, err := s.Axis(v)
		if err != nil {
			return nil, err
		}
		if seen[axis] {
			return nil, fmt.Errorf("axis %d is named twice", v)
		}
		seen[axis] = true
		out = append(out, int64(axis))
	}
	return out, nil
}
