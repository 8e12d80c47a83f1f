package ops

// selection are the operators that find or accumulate along one axis.
var selection = []Op{
	{
		Name: "ArgMax", Doc: "ArgMax is the int64 position of the largest element along axis, the first of equals; the axis is dropped.",
		Shape: "[a, b, c], axis 1 → [a, c]", Params: []Param{intArg("axis")},
	},
	{
		Name: "ArgMin", Doc: "ArgMin is the int64 position of the smallest element along axis, the first of equals; the axis is dropped.",
		Shape: "[a, b, c], axis 1 → [a, c]", Params: []Param{intArg("axis")},
	},
	{
		Name: "TopK", Doc: "TopK gives the k largest elements along axis, largest first, and their int64 positions.",
		Shape: "[a, b, c], axis 1 → [a, k, c] twice", Params: []Param{intArg("k"), intArg("axis")},
		Results: []string{"values", "indices"},
	},
	{
		Name: "CumSum", Doc: "CumSum is the running sum along axis; integers and bool give int64.",
		Shape: "[a…] → [a…]", Params: []Param{intArg("axis")},
	},
}
