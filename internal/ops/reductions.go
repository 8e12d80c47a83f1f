package ops

// reductions fold axes away.
var reductions = []Op{
	{
		Name: "Sum", Doc: "Sum is the sum over the axes, all if none; integers and bool give int64; the axes are dropped.",
		Shape: "[a, b, c], axes 1 → [a, c]", Params: []Param{intsArg("axes")},
	},
	{
		Name: "SumKeep", Doc: "SumKeep is the sum over the axes, all if none; integers and bool give int64; the axes stay with size 1.",
		Shape: "[a, b, c], axes 1 → [a, 1, c]", Params: []Param{intsArg("axes")},
	},
	{
		Name: "Mean", Doc: "Mean is the mean over the axes, all if none; floats only; the axes are dropped.",
		Shape: "[a, b, c], axes 1 → [a, c]", Params: []Param{intsArg("axes")},
	},
	{
		Name: "MeanKeep", Doc: "MeanKeep is the mean over the axes, all if none; floats only; the axes stay with size 1.",
		Shape: "[a, b, c], axes 1 → [a, 1, c]", Params: []Param{intsArg("axes")},
	},
	{
		Name: "Max", Doc: "Max is the largest element over the axes, all if none; NaN wins; the axes are dropped.",
		Shape: "[a, b, c], axes 1 → [a, c]", Params: []Param{intsArg("axes")},
	},
	{
		Name: "MaxKeep", Doc: "MaxKeep is the largest element over the axes, all if none; NaN wins; the axes stay with size 1.",
		Shape: "[a, b, c], axes 1 → [a, 1, c]", Params: []Param{intsArg("axes")},
	},
	{
		Name: "Min", Doc: "Min is the smallest element over the axes, all if none; NaN wins; the axes are dropped.",
		Shape: "[a, b, c], axes 1 → [a, c]", Params: []Param{intsArg("axes")},
	},
	{
		Name: "MinKeep", Doc: "MinKeep is the smallest element over the axes, all if none; NaN wins; the axes stay with size 1.",
		Shape: "[a, b, c], axes 1 → [a, 1, c]", Params: []Param{intsArg("axes")},
	},
	{
		Name: "Prod", Doc: "Prod is the product over the axes, all if none; integers and bool give int64; the axes are dropped.",
		Shape: "[a, b, c], axes 1 → [a, c]", Params: []Param{intsArg("axes")},
	},
	{
		Name: "ProdKeep", Doc: "ProdKeep is the product over the axes, all if none; integers and bool give int64; the axes stay with size 1.",
		Shape: "[a, b, c], axes 1 → [a, 1, c]", Params: []Param{intsArg("axes")},
	},
	{
		Name: "Norm", Doc: "Norm is the Euclidean norm over the axes, all if none; floats only; the axes are dropped.",
		Shape: "[a, b, c], axes 1 → [a, c]", Params: []Param{intsArg("axes")},
	},
	{
		Name: "NormKeep", Doc: "NormKeep is the Euclidean norm over the axes, all if none; floats only; the axes stay with size 1.",
		Shape: "[a, b, c], axes 1 → [a, 1, c]", Params: []Param{intsArg("axes")},
	},
	{
		Name: "Var", Doc: "Var is the variance over the axes, all if none, divided by n-1 as torch does; floats only; the axes are dropped.",
		Shape: "[a, b, c], axes 1 → [a, c]", Params: []Param{intsArg("axes")},
	},
	{
		Name: "VarKeep", Doc: "VarKeep is the variance over the axes, all if none, divided by n-1 as torch does; floats only; the axes stay with size 1.",
		Shape: "[a, b, c], axes 1 → [a, 1, c]", Params: []Param{intsArg("axes")},
	},
	{
		Name: "Std", Doc: "Std is the standard deviation over the axes, all if none, divided by n-1 as torch does; floats only; the axes are dropped.",
		Shape: "[a, b, c], axes 1 → [a, c]", Params: []Param{intsArg("axes")},
	},
	{
		Name: "StdKeep", Doc: "StdKeep is the standard deviation over the axes, all if none, divided by n-1 as torch does; floats only; the axes stay with size 1.",
		Shape: "[a, b, c], axes 1 → [a, 1, c]", Params: []Param{intsArg("axes")},
	},
}
