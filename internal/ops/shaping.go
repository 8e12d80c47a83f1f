package ops

// shaping give the same elements another shape.
var shaping = []Op{
	{
		Name: "Reshape", Doc: "Reshape gives the elements the sizes dims in the same order; one may be -1, the rest of the elements.",
		Shape: "[a…] → [dims…]", Params: []Param{intsArg("dims")},
	},
	{
		Name: "Flatten", Doc: "Flatten joins the axes from … to, both included, into one.",
		Shape: "[a, b, c], from 1 to 2 → [a, b*c]", Params: []Param{intArg("from"), intArg("to")},
	},
	{
		Name: "Unflatten", Doc: "Unflatten splits axis into the given sizes; one may be -1.",
		Shape: "[a, b*c], axis 1, sizes b c → [a, b, c]", Params: []Param{intArg("axis"), intsArg("sizes")},
	},
	{
		Name: "Unsqueeze", Doc: "Unsqueeze inserts an axis of size 1 so that it becomes axis of the result.",
		Shape: "[a, b], axis 1 → [a, 1, b]", Params: []Param{intArg("axis")},
	},
	{
		Name: "Squeeze", Doc: "Squeeze drops axis, whose size must be 1.",
		Shape: "[a, 1, b], axis 1 → [a, b]", Params: []Param{intArg("axis")},
	},
	{
		Name: "Expand", Doc: "Expand repeats axes of size 1 to the given sizes, -1 keeps one; more sizes than axes add leading axes.",
		Shape: "[1, b], sizes a -1 → [a, b]", Params: []Param{intsArg("sizes")},
	},
	{
		Name: "Heads", Doc: "Heads splits the last axis into n heads and puts them before the sequence axis.",
		Shape: "[…, s, n*d] → […, n, s, d]", Params: []Param{intArg("n")},
	},
	{
		Name: "MergeHeads", Doc: "MergeHeads joins heads that Heads made back into the last axis.",
		Shape: "[…, n, s, d] → […, s, n*d]",
	},
}
