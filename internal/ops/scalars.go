package ops

// scalars combine a tensor with Go numbers, which become scalar operands so that they may be parameters of a trace.
var scalars = []Op{
	{
		Name: "Scale", Doc: "Scale is x * s; floats only, s is cast to the dtype of x.",
		Shape: "[a…] → [a…]", Params: []Param{scalarArg("s")},
	},
	{
		Name: "AddScalar", Doc: "AddScalar is x + s; floats only, s is cast to the dtype of x.",
		Shape: "[a…] → [a…]", Params: []Param{scalarArg("s")},
	},
	{
		Name: "Pow", Doc: "Pow is x to the power s; floats only, s is cast to the dtype of x.",
		Shape: "[a…] → [a…]", Params: []Param{scalarArg("s")},
	},
	{
		Name: "Clip", Doc: "Clip limits x to [min, max]; floats only, NaN stays, max wins where min is above it.",
		Shape: "[a…] → [a…]", Params: []Param{scalarArg("min"), scalarArg("max")},
	},
}
