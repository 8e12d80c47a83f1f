package ops

import (
	"fmt"
	"math"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

// further are functions that PyTorch's users know and that are made of others.
var further = []Op{
	{
		Name: "Atan2", Shape: broadcastRule, Params: []Param{tensorArg("o")},
		Doc:   "Atan2 is the angle of the point (o, x) in [-π, π], elementwise with broadcasting; floats only.",
		Infer: inferBinary(floats, nil), Lower: lowerAtan2,
	},
	elementwise("Asinh", floats, "Asinh is the number whose hyperbolic sine is x; floats only, float64 with the digits of float32."),
	elementwise("Acosh", floats, "Acosh is the number whose hyperbolic cosine is x, NaN below 1; floats only, float64 with the digits of float32."),
	elementwise("Atanh", floats, "Atanh is the number whose hyperbolic tangent is x, NaN outside [-1, 1]; floats only, float64 with the digits of float32."),
	formula("Selu", selu, "Selu is 1.0507 times Elu of alpha 1.6733, the activation of self-normalising networks; floats only."),
	formula("Softsign", softsign, "Softsign is x / (1 + Abs(x)); floats only."),
	limited(shaped("Celu", "alpha", celu, "Celu is x where positive, else alpha * (Exp(x/alpha) - 1); floats only, alpha is not 0."), "alpha"),
	{
		Name: "Lerp", Shape: broadcastRule, Params: []Param{tensorArg("o"), scalarArg("weight")},
		Doc:   "Lerp goes from x (weight 0) to o (weight 1) on a straight line, elementwise with broadcasting; floats only.",
		Infer: inferLerp, Lower: lowerLerp,
	},
	{
		Name: "NanToNum", Shape: sameRule, Params: []Param{scalarArg("nan"), scalarArg("above"), scalarArg("below")},
		Doc:   "NanToNum is x with other numbers for NaN, infinity (above) and minus infinity (below); floats only.",
		Infer: inferNanToNum, Lower: lowerNanToNum,
	},
	{
		Name: "Diff", Shape: "[a, n, c], axis 1 → [a, n-1, c]", Params: []Param{intArg("axis")},
		Doc:   "Diff is each element along axis less the one before it; numbers only.",
		Infer: inferDiff, Lower: lowerDiff,
	},
	{
		Name: "Diagonal", Shape: "[…, n, n] → […, n]", Params: []Param{intArg("k")},
		Doc:   "Diagonal takes diagonal k of the last two axes: 0 the main one, above it positive, below it negative.",
		Infer: inferDiagonal, Lower: lowerDiagonal,
	},
	{
		Name: "Linspace", Func: true, Shape: "→ [n]", Params: []Param{floatArg("from"), floatArg("to"), intArg("n")},
		Doc:   "Linspace is n float32 numbers in equal steps, from and to included.",
		Infer: inferLinspace, Lower: lowerLinspace,
	},
}

// lowerAtan2 is the angle within one eighth of the circle, of the smaller to the
// larger side, put into the eighth that the signs tell. Zeros have signs too.
func lowerAtan2(e Emitter, in []Operand, _ Attrs) ([]string, error) {
	l := lower(e)
	d, y, x := l.both(in[0], in[1])
	w := wide(d)
	y, x = l.cast(y, d, w), l.cast(x, d, w)
	ay, ax := l.unary("Abs", w, y), l.unary("Abs", w, x)
	low, high := l.binary("Min", w, ay, ax), l.binary("Max", w, ay, ax)
	ratio := l.binary("Div", w, low, high)
	ratio = l.where(w, l.test("Equal", w, high, l.number(w, 0)), l.number(w, 0), ratio)
	ratio = l.where(w, l.test("Equal", w, low, l.number(w, math.Inf(1))), l.number(w, 1), ratio)
	angle := l.atan(w, ratio)
	angle = l.where(w, l.test("Greater", w, ay, ax), l.binary("Sub", w, l.number(w, math.Pi/2), angle), angle)
	angle = l.where(w, l.negative(w, x), l.binary("Sub", w, l.number(w, math.Pi), angle), angle)
	sign := l.where(w, l.negative(w, y), l.number(w, -1), l.number(w, 1)) // times 0 it gives a -0 that Where would lose
	return one(l.cast(l.binary("Mul", w, angle, sign), w, d))
}

// atan of float64 takes the kernel's digits of float32 and adds the tangent of
// what they are off, which is the angle itself to all digits.
func (l *lowering) atan(d tensor.DType, x string) string {
	near := l.unary("Atan", d, x)
	if d != tensor.Float64 {
		return near
	}
	sin, cos := l.unary("Sin", d, near), l.unary("Cos", d, near)
	over := l.binary("Sub", d, l.binary("Mul", d, x, cos), sin)
	under := l.binary("Add", d, cos, l.binary("Mul", d, x, sin))
	return l.binary("Add", d, near, l.binary("Div", d, over, under))
}

// negative is true below 0, and for -0.
func (l *lowering) negative(d tensor.DType, x string) string {
	zero := l.number(d, 0)
	minus := l.Node("And", []string{l.test("Equal", d, x, zero), l.test("Less", d, l.unary("Reciprocal", d, x), zero)})
	return l.Node("Or", []string{l.test("Less", d, x, zero), minus})
}

func selu(l *lowering, d tensor.DType, x string) string {
	const scale, alpha = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717
	return l.binary("Mul", d, elu(l, d, x, alpha), l.number(d, scale))
}

func softsign(l *lowering, d tensor.DType, x string) string {
	return l.binary("Div", d, x, l.binary("Add", d, l.unary("Abs", d, x), l.number(d, 1)))
}

func celu(l *lowering, d tensor.DType, x string, alpha float64) string {
	zero := l.number(d, 0)
	part := l.binary("Div", d, l.binary("Min", d, x, zero), l.number(d, alpha))
	below := l.binary("Mul", d, expm1(l, d, part), l.number(d, alpha))
	return l.where(d, l.test("Less", d, x, zero), below, x)
}

// limited refuses 0 for an attribute that is divided by.
func limited(o Op, attr string) Op {
	infer := o.Infer
	o.Infer = func(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
		if a.Float(attr, 0) == 0 {
			return nil, fmt.Errorf("%s is 0", attr)
		}
		return infer(in, a)
	}
	return o
}

func inferLerp(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	out, err := inferBinary(floats, nil)(in[:2], a)
	if err != nil {
		return nil, err
	}
	return inferScalars([]tensor.Type{out[0], in[2]}, a)
}

// lowerLerp counts from the nearer end, as torch does, so that both ends are
// reached exactly.
func lowerLerp(e Emitter, in []Operand, _ Attrs) ([]string, error) {
	l := lower(e)
	d, x, o := l.both(in[0], in[1])
	w := wide(d)
	x, o = l.cast(x, d, w), l.cast(o, d, w)
	weight := l.scalar(in[2], w)
	way := l.binary("Sub", w, o, x)
	near := l.binary("Add", w, x, l.binary("Mul", w, weight, way))
	back := l.binary("Mul", w, way, l.binary("Sub", w, l.number(w, 1), weight))
	far := l.binary("Sub", w, o, back)
	low := l.test("Less", w, l.unary("Abs", w, weight), l.number(w, 0.5))
	return one(l.cast(l.where(w, low, near, far), w, d))
}

func inferNanToNum(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	if err := floats.check(in[0]); err != nil {
		return nil, err
	}
	return inferScalars(in, a)
}

func lowerNanToNum(e Emitter, in []Operand, _ Attrs) ([]string, error) {
	l := lower(e)
	x, d := in[0].Name, in[0].Type.DType
	out := l.where(d, l.test("Equal", d, x, l.number(d, math.Inf(1))), l.scalar(in[2], d), x)
	out = l.where(d, l.test("Equal", d, x, l.number(d, math.Inf(-1))), l.scalar(in[3], d), out)
	return one(l.where(d, l.test("IsNaN", d, x), l.scalar(in[1], d), out))
}

func inferDiff(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	out, err := inferAlong(numbers)(in, a)
	if err != nil {
		return nil, err
	}
	axis, err := axisAttr(a, "axis", in[0].Shape)
	if err != nil {
		return nil, err
	}
	n := out[0].Shape[axis]
	out[0].Shape[axis] = n.Sub(tensor.N(1))
	if c, ok := n.Const(); ok && c == 0 {
		out[0].Shape[axis] = n
	}
	return out, nil
}

func lowerDiff(e Emitter, in []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	axis, err := axisAttr(a, "axis", in[0].Type.Shape)
	if err != nil {
		return nil, err
	}
	x := in[0].Name
	return one(l.binary("Sub", in[0].Type.DType, l.cut(x, axis, 1, toTheEnd), l.cut(x, axis, 0, -1)))
}

func inferDiagonal(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	if err := elements.check(in[0]); err != nil {
		return nil, err
	}
	if err := rankOf(in, 0); err != nil {
		return nil, err
	}
	s := in[0].Shape.Clone()
	if len(s) < 2 {
		return nil, fmt.Errorf("shape %s has no two axes", s)
	}
	n, m, k := s[len(s)-2], s[len(s)-1], a.Int("k", 0)
	s = append(s[:len(s)-2], diagonalLength(n, m, k))
	return []tensor.Type{{DType: in[0].DType, Shape: s}}, nil
}

// diagonalLength is how many places diagonal k of an n by m matrix has.
func diagonalLength(n, m tensor.Dim, k int64) tensor.Dim {
	rows, isN := n.Const()
	columns, isM := m.Const()
	switch {
	case isN && isM:
		return tensor.N(max(0, min(rows+min(k, 0), columns-max(k, 0))))
	case n == m && n != tensor.Unknown && k == 0:
		return n
	}
	return tensor.Unknown
}

// lowerDiagonal takes places m+1 apart from the rows put one after the other.
func lowerDiagonal(e Emitter, in []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	x, k := in[0], a.Int("k", 0)
	const i64 = tensor.Int64
	rank := len(x.Type.Shape)
	size := l.dims(x, rank-2, rank)
	rows, columns := l.cut(size, 0, 0, 1), l.cut(size, 0, 1, 2)
	flat := l.reshape(x, append(l.dimPieces(x, 0, rank-2), l.product(x, rank-2, rank))...)
	least := func(a, b string) string { return l.where(i64, l.test("Less", i64, a, b), a, b) }
	n := least(l.binary("Add", i64, rows, l.vector(min(k, 0))), l.binary("Sub", i64, columns, l.vector(max(k, 0))))
	n = l.where(i64, l.test("Less", i64, n, l.vector(0)), l.vector(0), n)
	places := l.Node("Range", []string{l.integer(0), l.squeeze(n, 0), l.integer(1)})
	first := l.binary("Add", i64, l.binary("Mul", i64, columns, l.vector(max(-k, 0))), l.vector(max(k, 0)))
	places = l.binary("Add", i64, l.binary("Mul", i64, places, l.binary("Add", i64, columns, l.vector(1))), first)
	return one(l.Node("Gather", []string{flat, places}, onnx.IntAttr("axis", int64(rank-2))))
}

func inferLinspace(_ []tensor.Type, a Attrs) ([]tensor.Type, error) {
	n := a.Int("n", 0)
	if n < 1 || n > 1<<24 {
		return nil, fmt.Errorf("n is %d: it must be from 1 to %d", n, 1<<24)
	}
	return []tensor.Type{{DType: tensor.Float32, Shape: tensor.Dims(n)}}, nil
}

// lowerLinspace counts in the graph, so that a plan does not hold the numbers.
func lowerLinspace(e Emitter, _ []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	n, from, to := a.Int("n", 1), a.Float("from", 0), a.Float("to", 0)
	const f64 = tensor.Float64
	i := l.cast(l.Node("Range", []string{l.integer(0), l.integer(n), l.integer(1)}), tensor.Int64, f64)
	step := (to - from) / float64(max(n-1, 1))
	return one(l.cast(l.binary("Add", f64, l.binary("Mul", f64, i, l.number(f64, step)), l.number(f64, from)), f64, tensor.Float32))
}
