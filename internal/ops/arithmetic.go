package ops

// arithmetic are the elementwise operators of two tensors.
var arithmetic = []Op{
	{
		Name: "Add", Doc: "Add is x + o, elementwise with broadcasting; both of one numeric dtype.",
		Shape: "[a…], [b…] → broadcast", Params: []Param{tensorArg("o")},
	},
	{
		Name: "Sub", Doc: "Sub is x - o, elementwise with broadcasting; both of one numeric dtype.",
		Shape: "[a…], [b…] → broadcast", Params: []Param{tensorArg("o")},
	},
	{
		Name: "Mul", Doc: "Mul is x * o, elementwise with broadcasting; both of one numeric dtype.",
		Shape: "[a…], [b…] → broadcast", Params: []Param{tensorArg("o")},
	},
	{
		Name: "Div", Doc: "Div is x / o, elementwise with broadcasting; floats only, Cast integers first.",
		Shape: "[a…], [b…] → broadcast", Params: []Param{tensorArg("o")},
	},
	{
		Name: "Minimum", Doc: "Minimum is the smaller of x and o, elementwise with broadcasting; NaN wins.",
		Shape: "[a…], [b…] → broadcast", Params: []Param{tensorArg("o")},
	},
	{
		Name: "Maximum", Doc: "Maximum is the larger of x and o, elementwise with broadcasting; NaN wins.",
		Shape: "[a…], [b…] → broadcast", Params: []Param{tensorArg("o")},
	},
}
