package diag

// loadCodes are about finding, parsing and type-checking the user's packages.
var loadCodes = []Code{
	{"NN1101", "packages cannot be listed or read", `
The go command could not list the packages, or a file could not be read. nngen sees your code
as "go list" does: run that in the same folder, with the same patterns, and mend what it says.
A missing go.mod is made with "go mod init".`},
	{"NN1102", "syntax error", `
The file is not Go. The message is that of Go's own parser.`},
	{"NN1103", "type error", `
The code does not compile. The message is that of Go's own type checker. Names that nngen is about
to generate (CompileSteer, CompiledSteer, SteerResult, accessor packages) need not exist yet.`},
	{"NN1104", "a package cannot be imported", `
An import could not be loaded: it does not build, or its module is not in go.mod.

	go get example.com/the/module
	go build example.com/the/package`},
	{"NN1105", "a directive cannot be read", `
Directives stand in the doc comment of a function, without a space after the slashes:

	// Steer adds alpha·v to the residual stream.
	//
	//nngen:trace
	//nngen:param v float32 [768]
	func Steer(m *gpt2.Model, v nn.Tensor, alpha float32) (logits nn.Tensor)

"//nngen:trace nohooks" refuses Go code in mid-run. "//nngen:param NAME DTYPE [SHAPE]" says what a tensor
parameter is, so that more can be checked when code is generated.`},
	{"NN1106", "not the form of a trace function", `
A trace function is a plain function whose first parameter is the model, or the trace for several invokes:

	//nngen:trace
	func Read(m *gpt2.Model) nn.Tensor

	//nngen:trace
	func Patch(t *gpt2.Trace, clean, corrupt gpt2.Inputs) nn.Tensor

It is no method, has no type parameters, returns no Envoys, and an error is its last result.`},
}

// subsetCodes are about Go that cannot be evaluated when code is generated.
var subsetCodes = []Code{
	{"NN1201", "an expression that is not compiled", `
A trace function is evaluated when code is generated. Variables, calls, operators, literals, indexing, slicing,
conversions and closures are; everything else is refused rather than guessed.
Rewrite the expression with these, or compute it in a plain function that takes Go values.`},
	{"NN1202", "a statement that is not compiled", `
Goroutines, channels, select, goto, type switches and ranges over functions or maps of several keys are
not compiled. Start goroutines around Run, and keep keys in a slice:

	for _, name := range names {
		use(values[name])
	}`},
	{"NN1203", "a pointer that cannot be followed", `
Pointers to variables and to literals are followed when code is generated; pointers to fields and elements, and
copies of Envoys, are not. Keep the value, or a pointer to the whole variable.`},
	{"NN1204", "an operator on tensors", `
Tensors have methods, not operators:

	y := x.Add(v).Scale(2)
	same := x.Eq(y)`},
	{"NN1205", "an expression that needs statements", `
A part of this expression becomes a statement of its own when the trace runs, and the place it stands in has none
(the right side of &&, the condition or post statement of a loop). Assign it to a variable first.`},
	{"NN1206", "out of range", `
An index, a slice bound, a division or a shift fails already when code is generated.`},
	{"NN1207", "evaluation does not end", `
Loops over constants and recursion on constant arguments are carried out when code is generated, up to a bound.`},
	{"NN1208", "not a value of host code", `
Envoys, functions over Envoys and handles exist only when code is generated. Host code can have what is in them:

	log.Println(block.Path())`},
	{"NN1209", "a variable that a trace may not use so", `
Package variables may change between runs, and a trace changes none. Pass what is read as a parameter, return
what is written as a result. Unexported variables that nothing assigns after their constant initialiser are constants.`},
	{"NN1210", "unexported name of another package", `
The helper's host code is printed into the package of the trace function, where this name cannot be reached. Export it, or
move the helper into the trace's package. Helpers that only compute with tensors may live anywhere.`},
	{"NN1211", "a type that cannot be named", `
Generated code has to write this type down: it must be declared at package level and be exported where it comes from
another package.`},
	{"NN1212", "a reserved name", `
Generated code uses names that start with nn_ for itself.`},
	{"NN1213", "a shared slice", `
Two variables share this slice, and what only a run knows is stored in one of them. Use one variable, or clone it first.`},
	{"NN1214", "a result that nobody uses", `
Tensor operations are pure: they give a new tensor and leave theirs as it is.

	h.SetAt(v, nn.All, -1)                    // does nothing
	b.SetOutput(h.SetAt(v, nn.All, -1))       // changes the model's run`},
	{"NN1215", "a tensor of the run is released", `
What the run makes is released with it. Release what Run returned, in the caller.`},
	{"NN1216", "not compiled yet", `
The interpreter knows this, the compiler does not yet. Run the function with Session.Interpret.`},
	{"NN1217", "a defer that cannot be compiled", `
Trace functions, invokes and helpers may defer calls, which are made when the function is over, and may recover: from what Go
panics with. What the model's graph refuses in mid-run, because sizes or indices do not fit that only a run knows, ends the run, and
no invoke or helper could go on. So such operations do not stand in an invoke or helper that recovers. Check in Go first, declare
the sizes (//nngen:param), or recover in a trace function of the form func(m *Model, …), which ends with the run:

	defer func() { err = describe(recover()) }()

In a trace of several invokes either helpers in the invokes recover, or the trace function itself does from what ends its run: with
both, an invoke whose helper recovers from another invoke's end would go on, interpreted, and leave what the trace function returns.`},
	{"NN1299", "internal error", `
nngen failed on this function, which is a fault of nngen. Please report it with the function's text.`},
}
