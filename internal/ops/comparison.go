package ops

// comparison are the operators that give or take truth values.
var comparison = []Op{
	{
		Name: "Eq", Doc: "Eq is true where x and o are equal; both of one dtype, gives bool.",
		Shape: "[a…], [b…] → broadcast", Params: []Param{tensorArg("o")},
	},
	{
		Name: "Ne", Doc: "Ne is true where x and o differ; both of one dtype, gives bool.",
		Shape: "[a…], [b…] → broadcast", Params: []Param{tensorArg("o")},
	},
	{
		Name: "Lt", Doc: "Lt is true where x < o; both of one numeric dtype, gives bool.",
		Shape: "[a…], [b…] → broadcast", Params: []Param{tensorArg("o")},
	},
	{
		Name: "Le", Doc: "Le is true where x <= o; both of one numeric dtype, gives bool.",
		Shape: "[a…], [b…] → broadcast", Params: []Param{tensorArg("o")},
	},
	{
		Name: "Gt", Doc: "Gt is true where x > o; both of one numeric dtype, gives bool.",
		Shape: "[a…], [b…] → broadcast", Params: []Param{tensorArg("o")},
	},
	{
		Name: "Ge", Doc: "Ge is true where x >= o; both of one numeric dtype, gives bool.",
		Shape: "[a…], [b…] → broadcast", Params: []Param{tensorArg("o")},
	},
	{
		Name: "And", Doc: "And is true where x and o both are; bool only.",
		Shape: "[a…], [b…] → broadcast", Params: []Param{tensorArg("o")},
	},
	{
		Name: "Or", Doc: "Or is true where x or o is; bool only.",
		Shape: "[a…], [b…] → broadcast", Params: []Param{tensorArg("o")},
	},
	{
		Name: "Not", Doc: "Not is true where x is not; bool only.",
		Shape: "[a…] → [a…]",
	},
	{
		Name: "Where", Doc: "Where picks from a where cond (bool) is true, else from b; a and b of one dtype.",
		Shape: "[c…], [a…], [b…] → broadcast", Params: []Param{tensorArg("cond"), tensorArg("a"), tensorArg("b")},
		Func: true,
	},
}
