package ops

// rows are the compiler's own: they narrow values to the rows of one invoke and join them back.
var rows = []Op{
	{
		Name: "NarrowRows", Doc: "NarrowRows is the rows of one invoke: bounds[invoke]*scale to bounds[invoke+1]*scale along axis.",
		Shape: "[k*batch, a…] → [k*rows<invoke>, a…]", Params: []Param{tensorArg("bounds"), intArg("invoke"), intArg("axis"), intArg("scale")},
		Hidden: true,
	},
	{
		Name: "JoinRows", Doc: "JoinRows is x with the rows of the listed invokes replaced by parts.",
		Shape: "[a…] → [a…]", Params: []Param{tensorArg("bounds"), tensorsArg("parts"), intsArg("invokes"), intArg("axis"), intArg("scale"), intArg("total")},
		Hidden: true,
	},
}
