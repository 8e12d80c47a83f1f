package ops

import (
	"math"

	"github.com/nngen-go/nngen/internal/tensor"
)

// functions are the elementwise functions of one tensor that ONNX has no
// operator for, or none that keeps the digits.
var functions = []Op{
	formula("Square", square, "Square is x * x; floats only."),
	formula("Rsqrt", rsqrt, "Rsqrt is 1 / Sqrt(x); floats only."),
	formula("Exp2", exp2, "Exp2 is 2 to the power x; floats only."),
	formula("Expm1", expm1, "Expm1 is Exp(x) - 1 without losing digits near 0; floats only."),
	formula("Log1p", log1p, "Log1p is Log(1 + x) without losing digits near 0; floats only."),
	formula("Log2", logarithm(math.Ln2), "Log2 is the logarithm of x to base 2; floats only."),
	formula("Log10", logarithm(math.Ln10), "Log10 is the logarithm of x to base 10; floats only."),
	formula("Tan", tangent, "Tan is the tangent of x in radians; floats only."),
	elementwise("Asin", floats, "Asin is the angle whose sine is x, NaN outside [-1, 1]; floats only, float64 with the digits of float32."),
	elementwise("Acos", floats, "Acos is the angle whose cosine is x, NaN outside [-1, 1]; floats only, float64 with the digits of float32."),
	elementwise("Atan", floats, "Atan is the angle whose tangent is x; floats only, float64 with the digits of float32."),
	formula("Sinh", sinh, "Sinh is the hyperbolic sine of x; floats only."),
	formula("Cosh", cosh, "Cosh is the hyperbolic cosine of x; floats only."),
	{
		Name: "Trunc", Shape: sameRule, Doc: "Trunc is x without its fraction, toward 0; floats only.",
		Infer: inferUnary(floats, nil), Lower: lowerTrunc,
	},
	{
		Name: "IsInf", Shape: sameRule, Doc: "IsInf is true where x is an infinity; floats only, gives bool.",
		Infer: inferUnary(floats, toBool), Lower: lowerIsInf,
	},
	{
		Name: "IsFinite", Shape: sameRule, Doc: "IsFinite is true where x is neither NaN nor an infinity; floats only, gives bool.",
		Infer: inferUnary(floats, toBool), Lower: lowerIsFinite,
	},
}

func square(l *lowering, d tensor.DType, x string) string { return l.binary("Mul", d, x, x) }

func rsqrt(l *lowering, d tensor.DType, x string) string {
	return l.unary("Reciprocal", d, l.unary("Sqrt", d, x))
}

func exp2(l *lowering, d tensor.DType, x string) string {
	return l.binary("Pow", d, l.number(d, 2), x)
}

// expm1 corrects the rounding of exp(x) by the logarithm of what came out
// (Kahan's way), where the result is small enough for that to matter.
func expm1(l *lowering, d tensor.DType, x string) string {
	one := l.number(d, 1)
	u := l.unary("Exp", d, x)
	less := l.binary("Sub", d, u, one)
	fixed := l.binary("Div", d, l.binary("Mul", d, less, x), l.unary("Log", d, u))
	near := l.test("Less", d, l.unary("Abs", d, x), l.number(d, 1))
	out := l.where(d, near, fixed, less)
	return l.keeping(d, l.test("Equal", d, u, one), out, x)
}

// log1p corrects the rounding of 1+x in the same way.
func log1p(l *lowering, d tensor.DType, x string) string {
	one := l.number(d, 1)
	u := l.binary("Add", d, one, x)
	plain := l.unary("Log", d, u)
	fixed := l.binary("Div", d, l.binary("Mul", d, plain, x), l.binary("Sub", d, u, one))
	near := l.test("Less", d, l.unary("Abs", d, x), l.number(d, 0.5))
	out := l.where(d, near, fixed, plain)
	return l.keeping(d, l.test("Equal", d, u, one), out, x)
}

func logarithm(base float64) func(*lowering, tensor.DType, string) string {
	return func(l *lowering, d tensor.DType, x string) string {
		return l.binary("Div", d, l.unary("Log", d, x), l.number(d, base))
	}
}

func tangent(l *lowering, d tensor.DType, x string) string {
	if d == tensor.Float64 { // no kernel, while Sin and Cos have one
		return l.binary("Div", d, l.unary("Sin", d, x), l.unary("Cos", d, x))
	}
	return l.unary("Tan", d, x)
}

// sinh is made of expm1, so that small x keep their digits.
func sinh(l *lowering, d tensor.DType, x string) string {
	if d != tensor.Float64 {
		return l.unary("Sinh", d, x)
	}
	a := expm1(l, d, l.unary("Abs", d, x))
	inner := l.binary("Add", d, a, l.binary("Div", d, a, l.binary("Add", d, a, l.number(d, 1))))
	inner = l.where(d, l.isInf(d, a), a, inner)
	half := l.binary("Mul", d, inner, l.number(d, 0.5))
	return l.where(d, l.test("Less", d, x, l.number(d, 0)), l.unary("Neg", d, half), half)
}

func cosh(l *lowering, d tensor.DType, x string) string {
	if d != tensor.Float64 {
		return l.unary("Cosh", d, x)
	}
	up, down := l.unary("Exp", d, x), l.unary("Exp", d, l.unary("Neg", d, x))
	return l.binary("Mul", d, l.binary("Add", d, up, down), l.number(d, 0.5))
}

// keeping is x where the condition holds, else out. It keeps a -0 of x, which
// the CPU's Where makes 0 of when it picks it from its first choice.
func (l *lowering) keeping(d tensor.DType, cond, out, x string) string {
	return l.where(d, l.Node("Not", []string{cond}), out, x)
}

// trunc picks by sign: ONNX has no such operator. -0.5 becomes -0.
func (l *lowering) trunc(d tensor.DType, x string) string {
	down, up := l.unary("Floor", d, x), l.unary("Ceil", d, x)
	return l.where(d, l.test("Greater", d, x, l.number(d, 0)), down, up)
}

func lowerTrunc(e Emitter, in []Operand, _ Attrs) ([]string, error) {
	return one(lower(e).trunc(in[0].Type.DType, in[0].Name))
}

func (l *lowering) isInf(d tensor.DType, x string) string {
	return l.test("Equal", d, l.unary("Abs", d, x), l.number(d, math.Inf(1)))
}

func lowerIsInf(e Emitter, in []Operand, _ Attrs) ([]string, error) {
	return one(lower(e).isInf(in[0].Type.DType, in[0].Name))
}

// lowerIsFinite: nothing but a finite number is less than infinity by its amount.
func lowerIsFinite(e Emitter, in []Operand, _ Attrs) ([]string, error) {
	l := lower(e)
	d := in[0].Type.DType
	return one(l.test("Less", d, l.unary("Abs", d, in[0].Name), l.number(d, math.Inf(1))))
}

// softplus is log(1 + exp(x)), written so that exp cannot overflow.
func softplus(l *lowering, d tensor.DType, x string) string {
	tail := log1p(l, d, l.unary("Exp", d, l.unary("Neg", d, l.unary("Abs", d, x))))
	return l.binary("Add", d, l.binary("Max", d, x, l.number(d, 0)), tail)
}

func logSigmoid(l *lowering, d tensor.DType, x string) string {
	return l.unary("Neg", d, softplus(l, d, l.unary("Neg", d, x)))
}

func mish(l *lowering, d tensor.DType, x string) string {
	return l.binary("Mul", d, x, l.unary("Tanh", d, softplus(l, d, x)))
}

func quickGelu(l *lowering, d tensor.DType, x string) string {
	const slope = 1.702
	if d == tensor.Float64 { // as silu
		e := l.unary("Exp", d, l.binary("Mul", d, x, l.number(d, -slope)))
		return l.binary("Div", d, x, l.binary("Add", d, e, l.number(d, 1)))
	}
	return l.binary("Mul", d, x, l.unary("Sigmoid", d, l.binary("Mul", d, x, l.number(d, slope))))
}

// hardSigmoid is x/6 + 1/2, limited to [0, 1].
func hardSigmoid(l *lowering, d tensor.DType, x string) string {
	shifted := l.binary("Add", d, x, l.number(d, 3))
	limited := l.binary("Min", d, l.binary("Max", d, shifted, l.number(d, 0)), l.number(d, 6))
	return l.binary("Div", d, limited, l.number(d, 6))
}

func hardSwish(l *lowering, d tensor.DType, x string) string {
	return l.binary("Mul", d, x, hardSigmoid(l, d, x))
}

// leakyRelu and elu pick by sign: their kernels lack dtypes at old opsets.
func leakyRelu(l *lowering, d tensor.DType, x string, slope float64) string {
	below := l.binary("Mul", d, x, l.number(d, slope))
	return l.where(d, l.test("Less", d, x, l.number(d, 0)), below, x)
}

func elu(l *lowering, d tensor.DType, x string, alpha float64) string {
	zero := l.number(d, 0)
	below := l.binary("Mul", d, expm1(l, d, l.binary("Min", d, x, zero)), l.number(d, alpha))
	return l.where(d, l.test("Less", d, x, zero), below, x)
}

// shaped is an activation with one number of its own, known when generating.
func shaped(name, param string, f func(l *lowering, d tensor.DType, x string, v float64) string, doc string) Op {
	return Op{
		Name: name, Doc: doc, Shape: sameRule, Params: []Param{floatArg(param)}, Infer: inferUnary(floats, nil),
		Lower: func(e Emitter, in []Operand, a Attrs) ([]string, error) {
			v := a.Float(param, 0)
			return lowerFormula(func(l *lowering, d tensor.DType, x string) string { return f(l, d, x, v) })(e, in, a)
		},
	}
}
