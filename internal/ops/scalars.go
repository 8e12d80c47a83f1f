package ops

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/tensor"
)

// scalars combine a tensor with Go numbers, which become scalar operands so
// that they may be parameters of a trace.
var scalars = []Op{
	{
		Name: "Scale", Doc: "Scale is x * s; floats only, s is cast to the dtype of x.",
		Shape: sameRule, Params: []Param{scalarArg("s")},
		Infer: inferScalars, Lower: lowerScalar("Mul"),
	},
	{
		Name: "AddScalar", Doc: "AddScalar is x + s; floats only, s is cast to the dtype of x.",
		Shape: sameRule, Params: []Param{scalarArg("s")},
		Infer: inferScalars, Lower: lowerScalar("Add"),
	},
	{
		Name: "Pow", Doc: "Pow is x to the power s; floats only, s is cast to the dtype of x.",
		Shape: sameRule, Params: []Param{scalarArg("s")},
		Infer: inferScalars, Lower: lowerScalar("Pow"),
	},
	{
		Name: "Clip", Doc: "Clip limits x to [min, max]; floats only, NaN stays, the result is max where min is above it.",
		Shape: sameRule, Params: []Param{scalarArg("min"), scalarArg("max")},
		Infer: inferScalars, Lower: lowerClip,
	},
}

// inferScalars refuses a fractional number for integers rather than cutting it
// off. An int64 scalar, which a Go int becomes, goes with any numbers.
func inferScalars(in []tensor.Type, _ Attrs) ([]tensor.Type, error) {
	if err := numbers.check(in[0]); err != nil {
		return nil, err
	}
	for _, s := range in[1:] {
		if !isScalar(s) {
			return nil, fmt.Errorf("%s given for a number: use the operator of two tensors", s)
		}
		if in[0].DType.IsInt() && !s.DType.IsInt() {
			return nil, fmt.Errorf("%s cannot be combined with a %s number: use Float() first, or an operator of two tensors", in[0].DType, s.DType)
		}
		if s.DType != in[0].DType && !fits(s.DType, in[0].DType) {
			return nil, fmt.Errorf("%s cannot be combined with a %s number", in[0].DType, s.DType)
		}
	}
	return []tensor.Type{{DType: in[0].DType, Shape: in[0].Shape.Clone()}}, nil
}

// scalar casts a scalar operand to d.
func (l *lowering) scalar(s Operand, d tensor.DType) string {
	return l.cast(s.Name, s.Type.DType, d)
}

func lowerScalar(op string) lowerFunc {
	return func(e Emitter, in []Operand, _ Attrs) ([]string, error) {
		l := lower(e)
		d := in[0].Type.DType
		return one(l.binary(op, d, in[0].Name, l.scalar(in[1], d)))
	}
}

// lowerClip is Min(Max(x, min), max): Clip knows only float32 before opset 12.
func lowerClip(e Emitter, in []Operand, _ Attrs) ([]string, error) {
	l := lower(e)
	d := in[0].Type.DType
	x, lo, hi := in[0].Name, l.scalar(in[1], d), l.scalar(in[2], d)
	if d.IsInt() && l.Opset() < 12 {
		x = l.where(d, l.test("Greater", d, x, lo), x, lo)
		return one(l.where(d, l.test("Less", d, x, hi), x, hi))
	}
	return one(l.binary("Min", d, l.binary("Max", d, x, lo), hi))
}
