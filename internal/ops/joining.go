package ops

// joining put tensors together and take them apart.
var joining = []Op{
	{
		Name: "Concat", Doc: "Concat joins tensors of one dtype along axis.",
		Shape: "[a, b1, c], [a, b2, c], axis 1 → [a, b1+b2, c]", Params: []Param{intArg("axis"), tensorsArg("ts")},
		Func: true,
	},
	{
		Name: "Stack", Doc: "Stack joins tensors of one shape and dtype along a new axis.",
		Shape: "n times [a, b], axis 0 → [n, a, b]", Params: []Param{intArg("axis"), tensorsArg("ts")},
		Func: true,
	},
	{
		Name: "Split", Doc: "Split cuts axis into pieces of the given sizes, which must add up to it.",
		Shape: "[a, b1+b2], axis 1, sizes b1 b2 → [a, b1], [a, b2]", Params: []Param{intArg("axis"), intsArg("sizes")},
		Results: []string{"parts"}, Slice: true,
	},
	{
		Name: "Chunk", Doc: "Chunk cuts axis into n equal pieces; its size must be a multiple of n.",
		Shape: "[a, n*b], axis 1 → n times [a, b]", Params: []Param{intArg("n"), intArg("axis")},
		Results: []string{"parts"}, Slice: true,
	},
}
