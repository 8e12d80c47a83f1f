package ops

// indexing read and replace parts of tensors.
var indexing = []Op{
	{
		Name: "At", Doc: "At is x[index…] as in torch: integers drop their axis, ranges are clamped, an int64 tensor gathers along its axis; negative steps are allowed, boolean masks are not.",
		Shape: "[a, b, c], index (All, -1) → [a, c]", Params: []Param{indexArg("index")},
	},
	{
		Name: "SetAt", Doc: "SetAt is x with x[index…] replaced by value, which is broadcast to that part; a bool tensor as the only index is a mask over the leading axes.",
		Shape: "[a…] → [a…]", Params: []Param{tensorArg("value"), indexArg("index")},
	},
	{
		Name: "Gather", Doc: "Gather takes x[i][index[i][j][k]][k] as torch.gather does; int64 indices of the rank of x, negative ones count from the end.",
		Shape: "[a, b, c], [i, j, k], axis 1 → [i, j, k]", Params: []Param{tensorArg("indices"), intArg("axis")},
	},
	{
		Name: "IndexSelect", Doc: "IndexSelect takes the given positions along axis; int32 or int64 indices, negative ones count from the end.",
		Shape: "[a, b, c], [n…], axis 1 → [a, n…, c]", Params: []Param{tensorArg("indices"), intArg("axis")},
	},
	{
		Name: "Scatter", Doc: "Scatter is x with x[i][index[i][j][k]][k] replaced by src[i][j][k], as torch.scatter; positions must not repeat.",
		Shape: "[a, b, c], [i, j, k], [i, j, k], axis 1 → [a, b, c]", Params: []Param{tensorArg("indices"), tensorArg("src"), intArg("axis")},
	},
}
