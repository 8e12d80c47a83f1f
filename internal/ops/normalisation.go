package ops

// normalisation scale tensors to unit size.
var normalisation = []Op{
	{
		Name: "LayerNorm", Doc: "LayerNorm centres x over axis and all axes after it and divides by sqrt(variance + eps), without weight and bias; floats only.",
		Shape: "[a…] → [a…]", Params: []Param{intArg("axis"), floatArg("eps")},
	},
	{
		Name: "RMSNorm", Doc: "RMSNorm divides x by sqrt(mean of squares + eps) over axis and all axes after it, without weight; floats only.",
		Shape: "[a…] → [a…]", Params: []Param{intArg("axis"), floatArg("eps")},
	},
	{
		Name: "CosineSimilarity", Doc: "CosineSimilarity is the cosine of the angle between x and o along axis of their broadcast shape; floats only, norms count as at least 1e-8.",
		Shape: "[a…], [b…] → broadcast without axis", Params: []Param{tensorArg("o"), intArg("axis")},
	},
}
