package ops

const broadcastRule = "[a…], [b…] → broadcast"

// arithmetic are the elementwise operators of two tensors.
var arithmetic = []Op{
	{
		Name: "Add", Doc: "Add is x + o, elementwise with broadcasting; both of one numeric dtype.",
		Shape: broadcastRule, Params: []Param{tensorArg("o")},
		Infer: inferBinary(numbers, nil), Lower: lowerBinary("Add"),
	},
	{
		Name: "Sub", Doc: "Sub is x - o, elementwise with broadcasting; both of one numeric dtype.",
		Shape: broadcastRule, Params: []Param{tensorArg("o")},
		Infer: inferBinary(numbers, nil), Lower: lowerBinary("Sub"),
	},
	{
		Name: "Mul", Doc: "Mul is x * o, elementwise with broadcasting; both of one numeric dtype.",
		Shape: broadcastRule, Params: []Param{tensorArg("o")},
		Infer: inferBinary(numbers, nil), Lower: lowerBinary("Mul"),
	},
	{
		Name: "Div", Doc: "Div is x / o, elementwise with broadcasting; floats only, Cast integers first.",
		Shape: broadcastRule, Params: []Param{tensorArg("o")},
		Infer: inferBinary(floats, nil), Lower: lowerBinary("Div"),
	},
	{
		Name: "Minimum", Doc: "Minimum is the smaller of x and o, elementwise with broadcasting; NaN wins.",
		Shape: broadcastRule, Params: []Param{tensorArg("o")},
		Infer: inferBinary(orderedNumbers, nil), Lower: lowerExtreme("Min", "Less"),
	},
	{
		Name: "Maximum", Doc: "Maximum is the larger of x and o, elementwise with broadcasting; NaN wins.",
		Shape: broadcastRule, Params: []Param{tensorArg("o")},
		Infer: inferBinary(orderedNumbers, nil), Lower: lowerExtreme("Max", "Greater"),
	},
}
