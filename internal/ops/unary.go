package ops

// unary are the elementwise functions of one tensor.
var unary = []Op{
	{
		Name: "Neg", Doc: "Neg is -x; not for unsigned integers.",
		Shape: "[a…] → [a…]",
	},
	{
		Name: "Abs", Doc: "Abs is the absolute value of x.",
		Shape: "[a…] → [a…]",
	},
	{
		Name: "Sqrt", Doc: "Sqrt is the square root of x; floats only, NaN below zero.",
		Shape: "[a…] → [a…]",
	},
	{
		Name: "Exp", Doc: "Exp is e to the power x; floats only.",
		Shape: "[a…] → [a…]",
	},
	{
		Name: "Log", Doc: "Log is the natural logarithm of x; floats only, NaN below zero.",
		Shape: "[a…] → [a…]",
	},
	{
		Name: "Reciprocal", Doc: "Reciprocal is 1 / x; floats only.",
		Shape: "[a…] → [a…]",
	},
	{
		Name: "Sign", Doc: "Sign is -1, 0 or 1; 0 for NaN.",
		Shape: "[a…] → [a…]",
	},
	{
		Name: "Floor", Doc: "Floor is the largest integer not above x; floats only.",
		Shape: "[a…] → [a…]",
	},
	{
		Name: "Ceil", Doc: "Ceil is the smallest integer not below x; floats only.",
		Shape: "[a…] → [a…]",
	},
	{
		Name: "Round", Doc: "Round is the nearest integer, halves to the even one; floats only.",
		Shape: "[a…] → [a…]",
	},
	{
		Name: "Sin", Doc: "Sin is the sine of x in radians; floats only.",
		Shape: "[a…] → [a…]",
	},
	{
		Name: "Cos", Doc: "Cos is the cosine of x in radians; floats only.",
		Shape: "[a…] → [a…]",
	},
	{
		Name: "IsNaN", Doc: "IsNaN is true where x is not a number; floats only, gives bool.",
		Shape: "[a…] → [a…]",
	},
}
