package diag

// specCodes are about *.nnspec.yaml files.
var specCodes = []Code{
	{"NN1001", "the spec is not YAML", `Write it again with "nngen spec model.onnx": hand edits in a readable file are kept.`},
	{"NN1002", "an unknown key", `The message names the nearest known key.`},
	{"NN1003", "another kind of value expected", `A mapping, a list or a text stands where another is expected.`},
	{"NN1004", "a key is missing", `Write it again with "nngen spec", or add the key.`},
	{"NN1005", "given twice", `A key, symbol or module stands there twice: remove one.`},
	{"NN1006", "a bad type", `Types are written "float32 [batch, seq, 768]"; ? is a dimension of which nothing is known.`},
	{"NN1007", "a bad module path", `Names joined by single dots; the root is "".`},
	{"NN1008", "an unknown word", `Roles and sources are words of a fixed list.`},
	{"NN1009", "a spec of another format", `Write it again with this version of nngen.`},
	{"NN1010", "an alias that collides", `An alias may not hide a module, a field or a method. Choose another.`},
	{"NN1011", "an alias of several modules", `A rename key names one module, seen from each module that it is looked up from.`},
	{"NN1012", "map names no tensor", `"map" gives module paths to tensors that the model makes.`},
	{"NN1014", "a dimension of unknown symbols", `Dimensions are built from the symbols that the spec lists.`},
	{"NN1015", "a spec that contradicts itself", `Parents come before children, visits and consumers ascend, a role is given once.`},
	{"NN1016", "operations that do not fit their kind", `
Modules of one kind share a list of operations and of their tensors; each module gives one node for each of the list and the names
that the list leaves open. Names are exported Go names. Write the spec again with "nngen spec".`},
	{"NN1017", "a view that does not fit", `
A view names a part of a module's input or output: views: {q: {from: 0, to: 768, heads: 12}} under the point gives accessors
Q() and SetQ(v). It lies within its axis (the last, unless axis says another), its heads divide it, and its name is none that
every accessor has.`},
	{"NN1018", "an order of rows that does not fit", `
rows: outer or inner says how an axis that folds the rows of the batch with something else holds them ([batch*seq, 768],
[2*batch, 768]): the entries of a row together, or the rows varying fastest. Other types have nothing to say there, and a tensor
has one order. "nngen spec" finds it by changing one row.`},
}

// modelCodes are about ONNX files that no spec can be made of.
var modelCodes = []Code{
	{"NN1020", "a model without nodes", `Export it again, see docs/export.md.`},
	{"NN1021", "a model of an old opset", `Export it with opset 11 or later.`},
	{"NN1022", "nodes out of order", `The file is damaged, or another tool wrote its nodes in no order that can be run.`},
	{"NN1023", "a node without outputs", `The file is damaged: export it again.`},
	{"NN1024", "a tensor that is made twice", `The file is damaged: export it again.`},
	{"NN1025", "a name that is not UTF-8", `Export the model again with other names.`},
}
