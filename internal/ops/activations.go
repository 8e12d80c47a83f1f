package ops

// activations are the nonlinearities of networks.
var activations = []Op{
	{
		Name: "Relu", Doc: "Relu is x where positive, else 0; floats only, NaN stays.",
		Shape: "[a…] → [a…]",
	},
	{
		Name: "Gelu", Doc: "Gelu is x times the normal distribution function of x, the exact form with erf; floats only.",
		Shape: "[a…] → [a…]",
	},
	{
		Name: "GeluTanh", Doc: "GeluTanh is the tanh approximation of Gelu that GPT-2 uses; floats only.",
		Shape: "[a…] → [a…]",
	},
	{
		Name: "Tanh", Doc: "Tanh is the hyperbolic tangent of x; floats only.",
		Shape: "[a…] → [a…]",
	},
	{
		Name: "Sigmoid", Doc: "Sigmoid is 1 / (1 + exp(-x)); floats only.",
		Shape: "[a…] → [a…]",
	},
	{
		Name: "Silu", Doc: "Silu is x * Sigmoid(x); floats only.",
		Shape: "[a…] → [a…]",
	},
	{
		Name: "Erf", Doc: "Erf is the error function of x; floats only.",
		Shape: "[a…] → [a…]",
	},
	{
		Name: "Softmax", Doc: "Softmax is exp(x) along axis divided by its sum; floats only.",
		Shape: "[a…] → [a…]", Params: []Param{intArg("axis")},
	},
	{
		Name: "LogSoftmax", Doc: "LogSoftmax is the logarithm of Softmax along axis; floats only.",
		Shape: "[a…] → [a…]", Params: []Param{intArg("axis")},
	},
}
