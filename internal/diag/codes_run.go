package diag

// runCodes are errors of runs: misuse that only a run can show.
var runCodes = []Code{
	{"NN3108", "a module that cannot be skipped so", `The interpreter's form of NN1312.`},
	{"NN3109", "an output of a skipped module is needed", `
The module gives more than Skip was given a value for, the keys and values of a cache for instance, and something in the run needs
them: the steps of a generation, or modules that share them. Give Skip their values behind the first, in the order of Outputs.`},
	{"NN3110", "a tensor that was never set", `The zero Tensor, or one that was released, was used. Give it a value first.`},
	{"NN3111", "a tensor cannot be made", `The data do not fill the shape, or the dtype has no Go form.`},
	{"NN3112", "a tensor cannot be read", `Its memory could not be brought to the host.`},
	{"NN3113", "elements of another kind or number", `Item, Int and Bool need one element; Float32s, Ints and Bools need their dtype.`},
	{"NN3114", "an operation refuses its operands", `The run's form of NN1401: the shapes or dtypes do not fit, or a value that only the run knows is not one that the operation takes (an index outside its axis, a divisor of 0).`},
	{"NN3115", "not an index", `The interpreter's form of NN1404.`},
	{"NN3120", "no invoke has inputs", `At least one invoke of a trace gives the model its inputs.`},
	{"NN3121", "invokes that do not make one batch", `All invokes run as one batch: sizes other than the batch must agree. Prompts of different lengths are padded on the left where the
model has inputs for mask and positions; for others open the session with nn.PadRight or nn.PadLeft, or give prompts of one length.`},
	{"NN3122", "no such input", `The model has no input of that name.`},
	{"NN3123", "an input of another shape or dtype", `The input does not fit what the spec says of it.`},
	{"NN3125", "another model than the package's", `
The accessors and the compiled traces were generated for a model of another graph: names would lead to other tensors. Open that
model, or write this one's spec with nngen spec and generate again. Other weights in the same graph are the same model.`},
	{"NN3124", "an input is missing", `The model needs this input and has no default for it.`},
	{"NN3130", "a write of another shape or dtype", `The run's form of NN1408: the sizes of this run do not fit.`},
	{"NN3131", "arguments that do not fit the trace", `A parameter is missing or of another shape or dtype than //nngen:param says.`},
	{"NN3140", "a trace that cannot generate", `Generate needs the inputs of each invoke, and prompts that can be continued: filled on the left, not on the right.`},
	{"NN3141", "a model that cannot generate", `Generate needs token ids as input and logits [batch, seq, vocabulary] as output.`},
	{"NN3143", "a trace that later steps cannot run", `The session was opened with nn.DecodeWith: tokens after the first come from a model in another file. What the trace uses
must be there too, under the same names of modules.`},
	{"NN3142", "a setting of sampling that means nothing", `Temperature takes a positive number, TopK none or more, TopP a number above 0 and at most 1.`},
	{"NN3144", "what a cache keeps", `The interpreter's form of NN1511.`},
	{"NN3145", "a cache that cannot be looked into", `It belongs to no run, or its run is not over or has failed.`},
	{"NN3146", "no such module", `The model has no module of that path or alias. "nngen tree" prints both.`},
	{"NN3147", "never cached", `
The model has the module, but nothing of it is in the cache: it was not among those of nn.Modules, the run did not come to it, or the
kind of value was not asked for (nn.WithInputs, nn.WithoutOutputs).`},
	{"NN3148", "an index out of range", `The list of modules has no element of that number.`},
	{"NN3149", "several entries", `
The module was called several times, in one run or over the steps of a decode loop, so that there is more than one output:

	for i, e := range c.Block.Entries() {
		use(i, e.Output)
	}`},
	{"NN3150", "no rows of its own", `The interpreter's form of NN1505.`},
	{"NN3151", "Run out of place", `The interpreter's form of NN1503: Run once, after the last Invoke.`},
	{"NN3152", "an invoke out of place", `A module was used outside its invoke, or an invoke registered too late.`},
	{"NN3153", "an accessor without a run", `Accessors work inside Interpret, Invoke and traces.`},
	{"NN3154", "a call of a module failed", `The module could not be run on this value.`},
	{"NN3155", "no such weight", `The module has no parameter of that name.`},
	{"NN3156", "no such module", `Get found no module of that path. "nngen tree" prints them.`},
	{"NN3157", "an internal error of a run", `Please report it.`},
	{"NN3162", "no such operation", `The module has no operation of that name, or not that input or output of it. "nngen tree -ops" prints them.`},
	{"NN3163", "a decoding step that has no logits", `
A deferred call recovered from a panic in a decoding step. The panic ended the run of the model, so there is no next token to choose. Recover where
the model is not left: in a plain function that the step calls, or check ahead of what panics.`},
	{"NN3164", "a recovery that was not foreseen", `
A call that an invoke defers recovered from a panic, and nngen did not know that it would: it is a function value, or a function of another
module. The other invokes were compiled to end with the panic. Call recover in a function literal that is deferred, so that it is seen.`},
	{"NN3159", "no such view", `The spec names no part of the module's input or output so. Views stand under a point: views: {q: {from: 0, to: 768, heads: 12}}.`},
	{"NN3170", "a plan that is no data", `The trace has Go in mid-run (hooks), and a plan is data: it can be written, sent and exported only without. Keep that Go out of the
trace (nngen explain says what made it a hook), or run the trace in its own program.`},
	{"NN3171", "a plan that cannot be read or written", `The data are damaged, of a newer nngen, or no plan.`},
	{"NN3180", "an attachment does not fit the trace", `
The trace was compiled for arrays of other types, or the attachment was not given. Load it and hand it to CompileX:

	sae, err := toysae.LoadToySAE("toysae.safetensors")
	clamp, err := probes.CompileClamp(sess, sae)`},
	{"NN3181", "arrays cannot be loaded", `
The file is damaged, or has other arrays than the struct's tags say. "nngen attach FILE" writes what a file has.`},
	{"NN3182", "a cache out of place", `The interpreter's form of NN1510. A cache for a decode loop is one that GenerateInto of the same trace makes.`},
	{"NN3183", "an edit that does not fit the model", `
The edit was compiled for a model of another graph, or its file was changed. Edits have one invoke, no attachment, no stop and no Go in
mid-run.`},
	{"NN3184", "an edit between two uses of one tensor", `
Modules inside of each other may give one tensor: an MLP and its last projection, for instance. Where an edit changes the outer one and
a compiled trace uses both, the trace as data does not tell which of them is meant. Use one of the two, or interpret the trace.`},
	{"NN3186", "a value asked for in a scan", `
A scan has the shapes and dtypes of a run, and no values: Item, Float32s, printing and conditions on values need a run.`},
	{"NN3187", "a size that only a run can tell", `
The shape follows from values, or the spec does not know it, so that a scan cannot go on with it.`},
	{"NN3188", "a scan of nothing", `The function that ScanOf is given ran no compiled trace with the context that it was handed.`},
	{"NN3190", "a model of another process", `The session was opened by an address. Compiled traces run there; what needs the model itself (Interpret, Export, models of later steps) needs its file.`},
	{"NN3191", "a run over its limit", `
Whoever runs the trace limits what its values may need and how many operations it has (nn.ValueLimit, nn.NodeLimit, nngen serve).`},
	{"NN3192", "a plan of another model", `
A plan or edit names the fingerprint of the model that it was compiled for, and the session's model has another. Run "nngen
generate" with the spec of this model, or open the model that the plan is for.`},
	{"NN3158", "onnxruntime could not run the model", `
The message is onnxruntime's own and names the node. A Gather that is out of bounds is a token id beyond the vocabulary, or
a prompt longer than the model's positions.`},
	{"NN3160", "a probe failed", `Checking the points of a spec by writing to them did not work for this tensor.`},
	{"NN3161", "an input size cannot be chosen", `Measuring shapes needs inputs of several sizes; this input's size follows from no symbol.`},
}

// toolCodes are the command's own.
var toolCodes = []Code{
	{"NN4001", "two specs in one folder", `A folder is one Go package, so it has one spec. Give each model a folder.`},
	{"NN4002", "no Go module", `Make one with "go mod init", in the folder or above it.`},
	{"NN4003", "a file that nngen did not write", `nngen overwrites only files that carry its header. Rename yours.`},
	{"NN4004", "a name is taken", `Generated code declares CompileX, CompiledX and XResult for a trace function X: rename yours.`},
	{"NN4005", "a spec whose name cannot be embedded", `Rename the spec: letters, digits and - _ . only.`},
	{"NN4006", "generated code is stale", `Run "nngen generate". Generated files are not edited by hand.`},
	{"NN4007", "a spec cannot be read", `The file is missing, not readable, or no spec.`},
	{"NN4008", "accessors cannot be generated", `The spec holds something that has no Go form; the message says what.`},
}
