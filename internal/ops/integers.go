package ops

import (
	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

// integers are division and remainder as integers have them. There are two
// families: that of Go and C, which cuts off toward 0, and that of Python, which
// rounds down.
var integers = []Op{
	divide("TruncDiv", truncQuotient, "TruncDiv is x / o cut off toward 0, as Go divides integers; of integers a divisor of 0 ends the run."),
	divide("FloorDiv", floorDivision, "FloorDiv is x / o rounded down, as // of Python; of integers a divisor of 0 ends the run."),
	divide("Rem", truncRemainder, "Rem is what TruncDiv leaves, with the sign of x, as % of Go and torch.fmod; of integers a divisor of 0 ends the run."),
	divide("Mod", floorRemainder, "Mod is what FloorDiv leaves, with the sign of o, as % of Python and torch.remainder; of integers a divisor of 0 ends the run."),
	{
		Name: "PowTensor", Shape: broadcastRule, Params: []Param{tensorArg("o")},
		Doc:   "PowTensor is x to the power o, elementwise with broadcasting; both of one numeric dtype, integers as far as float64 holds them.",
		Infer: inferBinary(orderedNumbers, nil), Lower: lowerPow,
	},
	{
		Name: "Clamp", Shape: "[a…], [b…], [c…] → broadcast", Params: []Param{tensorArg("min"), tensorArg("max")},
		Doc:   "Clamp limits x to [min, max], elementwise with broadcasting; all of one numeric dtype, NaN wins, the result is max where min is above it.",
		Infer: inferClamp, Lower: lowerClamp,
	},
}

type divideFunc = func(l *lowering, d tensor.DType, x, o string) string

func divide(name string, f divideFunc, doc string) Op {
	return Op{
		Name: name, Doc: doc, Shape: broadcastRule, Params: []Param{tensorArg("o")},
		Infer: inferBinary(orderedNumbers, nil),
		Lower: func(e Emitter, in []Operand, _ Attrs) ([]string, error) {
			l := lower(e)
			d, x, o := l.both(in[0], in[1])
			w := divisionType(d)
			return one(l.cast(f(l, w, l.cast(x, d, w), l.cast(o, d, w)), w, d))
		},
	}
}

// divisionType is the dtype in which d is divided: the integers that all opsets
// have kernels for, and floats that keep the digits of a remainder.
func divisionType(d tensor.DType) tensor.DType {
	switch d {
	case tensor.Int8, tensor.Int16, tensor.Uint8, tensor.Uint16:
		return tensor.Int32
	case tensor.Uint32:
		return tensor.Int64
	}
	return wide(d)
}

// truncQuotient cuts off toward 0. An integer divisor of 0 kills the process on the
// CPU, and so does the smallest integer by -1, so neither reaches the kernel.
func truncQuotient(l *lowering, d tensor.DType, x, o string) string {
	if d.IsFloat() {
		return l.trunc(d, l.binary("Div", d, x, o))
	}
	o = l.guarded(d, o, l.test("Equal", d, o, l.number(d, 0)), "a divisor is 0")
	negates := l.test("Equal", d, o, l.number(d, -1))
	safe := l.where(d, negates, l.number(d, 1), o)
	return l.where(d, negates, l.unary("Neg", d, x), l.binary("Div", d, x, safe))
}

// truncRemainder of floats is exact however large the quotient is.
func truncRemainder(l *lowering, d tensor.DType, x, o string) string {
	if d.IsFloat() {
		return l.Node("Mod", []string{x, o}, onnx.IntAttr("fmod", 1))
	}
	return l.binary("Sub", d, x, l.binary("Mul", d, truncQuotient(l, d, x, o), o))
}

// crosses is where a remainder is not 0 and has another sign than the divisor:
// there rounding down and cutting off differ.
func (l *lowering) crosses(d tensor.DType, rest, o string) string {
	zero := l.number(d, 0)
	other := l.Node("Xor", []string{l.test("Less", d, rest, zero), l.test("Less", d, o, zero)})
	some := l.Node("Not", []string{l.test("Equal", d, rest, zero)})
	return l.Node("And", []string{some, other})
}

func floorRemainder(l *lowering, d tensor.DType, x, o string) string {
	rest := truncRemainder(l, d, x, o)
	return l.where(d, l.crosses(d, rest, o), l.binary("Add", d, rest, o), rest)
}

// floorDivision of floats follows Python: the quotient of what is divisible,
// rounded to the integer that it is up to an error.
func floorDivision(l *lowering, d tensor.DType, x, o string) string {
	if !d.IsFloat() {
		q := truncQuotient(l, d, x, o)
		rest := l.binary("Sub", d, x, l.binary("Mul", d, q, o))
		return l.where(d, l.crosses(d, rest, o), l.binary("Sub", d, q, l.number(d, 1)), q)
	}
	rest := truncRemainder(l, d, x, o)
	q := l.binary("Div", d, l.binary("Sub", d, x, rest), o)
	q = l.where(d, l.crosses(d, rest, o), l.binary("Sub", d, q, l.number(d, 1)), q)
	down := l.unary("Floor", d, q)
	high := l.test("Greater", d, l.binary("Sub", d, q, down), l.number(d, 0.5))
	q = l.where(d, high, l.binary("Add", d, down, l.number(d, 1)), down)
	plain := l.binary("Div", d, x, o)
	return l.where(d, l.test("Equal", d, o, l.number(d, 0)), plain, q)
}

// lowerPow computes integers in float64: there are no kernels for them before
// opset 12, and later ones do the same.
func lowerPow(e Emitter, in []Operand, _ Attrs) ([]string, error) {
	l := lower(e)
	d, x, o := l.both(in[0], in[1])
	if d.IsFloat() {
		return one(l.binary("Pow", d, x, o))
	}
	w := tensor.Float64
	return one(l.cast(l.binary("Pow", w, l.cast(x, d, w), l.cast(o, d, w)), w, d))
}

func inferClamp(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	low, err := inferBinary(orderedNumbers, nil)(in[:2], a)
	if err != nil {
		return nil, err
	}
	return inferBinary(orderedNumbers, nil)([]tensor.Type{low[0], in[2]}, a)
}

func lowerClamp(e Emitter, in []Operand, a Attrs) ([]string, error) {
	types, err := inferClamp(typesOf(in), a)
	if err != nil {
		return nil, err
	}
	d := types[0].DType
	same := make([]Operand, len(in)) // a scalar takes the dtype of the others
	for i, x := range in {
		same[i] = Operand{lower(e).cast(x.Name, x.Type.DType, d), tensor.Type{DType: d, Shape: x.Type.Shape}}
	}
	low, err := lowerExtreme("Max", "Greater")(e, same[:2], a)
	if err != nil {
		return nil, err
	}
	return lowerExtreme("Min", "Less")(e, []Operand{{low[0], types[0]}, same[2]}, a)
}
