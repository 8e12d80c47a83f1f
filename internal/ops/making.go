package ops

// making make tensors of another dtype or content.
var making = []Op{
	{
		Name: "Cast", Doc: "Cast converts to dtype; floats to integers toward zero, anything but 0 to true.",
		Shape: "[a…] → [a…]", Params: []Param{dtypeArg("dtype")},
	},
	{
		Name: "Float", Doc: "Float is Cast to float32.",
		Shape: "[a…] → [a…]",
	},
	{
		Name: "Long", Doc: "Long is Cast to int64.",
		Shape: "[a…] → [a…]",
	},
	{
		Name: "ZerosLike", Doc: "ZerosLike is 0 in the shape and dtype of x.",
		Shape: "[a…] → [a…]",
	},
	{
		Name: "OnesLike", Doc: "OnesLike is 1 in the shape and dtype of x.",
		Shape: "[a…] → [a…]",
	},
	{
		Name: "FullLike", Doc: "FullLike is value in the shape and dtype of x; floats only.",
		Shape: "[a…] → [a…]", Params: []Param{scalarArg("value")},
	},
	{
		Name: "Triu", Doc: "Triu keeps the last two axes on and above diagonal k, and is 0 elsewhere.",
		Shape: "[a…] → [a…]", Params: []Param{intArg("k")},
	},
	{
		Name: "Tril", Doc: "Tril keeps the last two axes on and below diagonal k, and is 0 elsewhere.",
		Shape: "[a…] → [a…]", Params: []Param{intArg("k")},
	},
}
