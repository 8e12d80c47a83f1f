package ops

// matrix are the products and transpositions of matrices.
var matrix = []Op{
	{
		Name: "MatMul", Doc: "MatMul is the matrix product over the last two axes, leading axes broadcast, vectors as in NumPy; both of one numeric dtype.",
		Shape: "[…, n, k], […, k, m] → […, n, m]", Params: []Param{tensorArg("o")},
	},
	{
		Name: "T", Doc: "T swaps the last two axes.",
		Shape: "[…, n, m] → […, m, n]",
	},
	{
		Name: "Permute", Doc: "Permute puts the axes in the given order, which names each once.",
		Shape: "[a, b, c], axes 2 0 1 → [c, a, b]", Params: []Param{intsArg("axes")},
	},
}
