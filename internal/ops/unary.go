package ops

const sameRule = "[a…] → [a…]"

// unary are the elementwise functions of one tensor.
var unary = []Op{
	elementwise("Neg", signed, "Neg is -x; not for unsigned integers."),
	elementwise("Abs", signed, "Abs is the absolute value of x; not for unsigned integers."),
	elementwise("Sqrt", floats, "Sqrt is the square root of x; floats only, NaN below zero."),
	elementwise("Exp", floats, "Exp is e to the power x; floats only."),
	elementwise("Log", floats, "Log is the natural logarithm of x; floats only, NaN below zero."),
	elementwise("Reciprocal", floats, "Reciprocal is 1 / x; floats only."),
	elementwise("Floor", floats, "Floor is the largest integer not above x; floats only."),
	elementwise("Ceil", floats, "Ceil is the smallest integer not below x; floats only."),
	elementwise("Round", floats, "Round is the nearest integer, halves to the even one; floats only."),
	elementwise("Sin", floats, "Sin is the sine of x in radians; floats only."),
	elementwise("Cos", floats, "Cos is the cosine of x in radians; floats only."),
	{
		Name: "Sign", Doc: "Sign is -1, 0 or 1 with the sign of x, 0 for NaN.", Shape: sameRule,
		Infer: inferUnary(signed, nil), Lower: lowerSign,
	},
	{
		Name: "IsNaN", Doc: "IsNaN is true where x is not a number; floats only, gives bool.", Shape: sameRule,
		Infer: inferUnary(floats, toBool), Lower: lowerIsNaN,
	},
}

// elementwise is an operator that is one ONNX node of the same name.
func elementwise(name string, c class, doc string) Op {
	return Op{Name: name, Doc: doc, Shape: sameRule, Infer: inferUnary(c, nil), Lower: lowerUnary(name)}
}

func lowerIsNaN(e Emitter, in []Operand, _ Attrs) ([]string, error) {
	return one(lower(e).test("IsNaN", in[0].Type.DType, in[0].Name))
}

// lowerSign subtracts comparisons: the Sign kernels do not agree about NaN.
func lowerSign(e Emitter, in []Operand, _ Attrs) ([]string, error) {
	l := lower(e)
	x, d := in[0].Name, in[0].Type.DType
	zero := l.number(d, 0)
	above := l.cast(l.test("Greater", d, x, zero), boolean, d)
	below := l.cast(l.test("Less", d, x, zero), boolean, d)
	return one(l.binary("Sub", d, above, below))
}
