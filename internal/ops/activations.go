package ops

import (
	"math"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

// activations are the nonlinearities of networks.
var activations = []Op{
	elementwise("Relu", floats, "Relu is x where positive, else 0; floats only, NaN stays."),
	elementwise("Tanh", floats, "Tanh is the hyperbolic tangent of x; floats only."),
	elementwise("Sigmoid", floats, "Sigmoid is 1 / (1 + exp(-x)); floats only."),
	elementwise("Erf", floats, "Erf is the error function of x; floats only, float64 with the digits of float32."),
	formula("Gelu", gelu, "Gelu is x times the normal distribution function of x, the exact form with erf; floats only."),
	formula("GeluTanh", geluTanh, "GeluTanh is the tanh approximation of Gelu that GPT-2 uses; floats only."),
	formula("QuickGelu", quickGelu, "QuickGelu is x * Sigmoid(1.702 x), the approximation of Gelu that CLIP uses; floats only."),
	formula("Silu", silu, "Silu is x * Sigmoid(x); floats only."),
	formula("Mish", mish, "Mish is x * Tanh(Softplus(x)); floats only."),
	formula("Softplus", softplus, "Softplus is Log(1 + Exp(x)); floats only."),
	formula("LogSigmoid", logSigmoid, "LogSigmoid is Log(Sigmoid(x)); floats only."),
	formula("HardSigmoid", hardSigmoid, "HardSigmoid is x/6 + 1/2, limited to [0, 1]; floats only."),
	formula("HardSwish", hardSwish, "HardSwish is x * HardSigmoid(x); floats only."),
	shaped("LeakyRelu", "slope", leakyRelu, "LeakyRelu is x where positive, else slope * x; floats only."),
	shaped("Elu", "alpha", elu, "Elu is x where positive, else alpha * (Exp(x) - 1); floats only."),
	{
		Name: "Softmax", Doc: "Softmax is exp(x) along axis divided by its sum; floats only.",
		Shape: sameRule, Params: []Param{intArg("axis")}, Infer: inferAlong(floats), Lower: lowerSoftmax("Softmax"),
	},
	{
		Name: "LogSoftmax", Doc: "LogSoftmax is the logarithm of Softmax along axis; floats only.",
		Shape: sameRule, Params: []Param{intArg("axis")}, Infer: inferAlong(floats), Lower: lowerSoftmax("LogSoftmax"),
	},
}

func formula(name string, f func(l *lowering, d tensor.DType, x string) string, doc string) Op {
	return Op{Name: name, Doc: doc, Shape: sameRule, Infer: inferUnary(floats, nil), Lower: lowerFormula(f)}
}

func gelu(l *lowering, d tensor.DType, x string) string {
	erf := l.unary("Erf", d, l.binary("Mul", d, x, l.number(d, math.Sqrt2/2)))
	half := l.binary("Mul", d, x, l.number(d, 0.5))
	return l.binary("Mul", d, half, l.binary("Add", d, erf, l.number(d, 1)))
}

func geluTanh(l *lowering, d tensor.DType, x string) string {
	cube := l.binary("Mul", d, l.binary("Mul", d, x, x), x)
	inner := l.binary("Add", d, x, l.binary("Mul", d, cube, l.number(d, 0.044715)))
	tanh := l.unary("Tanh", d, l.binary("Mul", d, inner, l.number(d, math.Sqrt(2/math.Pi))))
	half := l.binary("Mul", d, x, l.number(d, 0.5))
	return l.binary("Mul", d, half, l.binary("Add", d, tanh, l.number(d, 1)))
}

// silu in float64 is a quotient: the product would be fused into an operator
// that has no kernel for it.
func silu(l *lowering, d tensor.DType, x string) string {
	if d == tensor.Float64 {
		e := l.unary("Exp", d, l.unary("Neg", d, x))
		return l.binary("Div", d, x, l.binary("Add", d, e, l.number(d, 1)))
	}
	return l.binary("Mul", d, x, l.unary("Sigmoid", d, x))
}

// inferAlong is the rule of operators that work along one axis and keep the shape.
func inferAlong(c class) inferFunc {
	return func(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
		if err := c.check(in[0]); err != nil {
			return nil, err
		}
		if err := rankOf(in, 0); err != nil {
			return nil, err
		}
		if _, err := axisAttr(a, "axis", in[0].Shape); err != nil {
			return nil, err
		}
		return []tensor.Type{{DType: in[0].DType, Shape: in[0].Shape.Clone()}}, nil
	}
}

// lowerSoftmax: before opset 13 Softmax runs over all axes from the given one
// on, so the wanted axis is brought to the end.
func lowerSoftmax(op string) lowerFunc {
	return func(e Emitter, in []Operand, a Attrs) ([]string, error) {
		l := lower(e)
		x, d, rank := in[0].Name, in[0].Type.DType, len(in[0].Type.Shape)
		axis, err := axisAttr(a, "axis", in[0].Type.Shape)
		if err != nil {
			return nil, err
		}
		if l.Opset() >= 13 {
			return one(l.apply(op, d, []string{x}, onnx.IntAttr("axis", int64(axis))))
		}
		perm := swapped(rank, axis, rank-1)
		x = l.apply(op, d, []string{l.transpose(x, perm)}, onnx.IntAttr("axis", int64(rank-1)))
		return one(l.transpose(x, perm))
	}
}

// swapped is the permutation that exchanges two axes.
func swapped(rank, i, j int) []int64 {
	perm := make([]int64, rank)
	for k := range perm {
		perm[k] = int64(k)
	}
	perm[i], perm[j] = perm[j], perm[i]
	return perm
}
