package diag

// attachCodes are about attachments: autoencoders, probes, vectors.
var attachCodes = []Code{
	{"NN1601", "an attachment passed by value", `
What is attached becomes part of the compiled trace; a trace function takes a pointer to it:

	func Clamp(m *gpt2.Model, sae *toysae.ToySAE) (logits nn.Tensor)`},
	{"NN1602", "an array of unknown type", `
Code is generated without the file, so the field's tag says what the array is:

	WEnc nn.Tensor ` + "`nn:\"W_enc float32 [48, 192]\"`" + `

"nngen attach FILE" writes a description of the file from which such a type is generated.`},
	{"NN1603", "an attachment is more than a trace can do with it", `
An attachment is given to CompileX, once; Run does not have it. A trace uses its tensors, and neither changes it, nor hands it to
host code, nor asks whether it is nil. Keep what you compute from it in variables:

	w := probe.Weight.Scale(2)`},
	{"NN1610", "the spec of an attachment", `
*.nnattach.yaml describes a file of arrays: the Go type, its kind (sae, linear, vector, lens, tensors), and for each array a field,
the name in the file and the type as the field has it. "nngen attach FILE" writes it. Kinds need their own fields: an sae WEnc and WDec,
a linear probe Weight, a vector Vector, a lens Weight and Bias.`},
	{"NN1611", "attachments that cannot share a folder", `
A folder is one Go package. Attachments may share one if their types have different names; a model's spec needs a folder of its own.`},
}
