package diag

// orderCodes are about points of the model, their order, and where code can run.
var orderCodes = []Code{
	{"NN1301", "Go in mid-run", `
A value leaves the run (Item, Float32s, …) and something that follows from it goes back into the model: an operand, a write, a
condition over a write. That is Go code in mid-run: it costs a microsecond, and on a device the copies of what it takes. A
function marked //nngen:trace nohooks refuses it. Keep the value in the graph instead:

	n := h.NormKeep(-1)
	b.SetOutput(nn.Where(n.Gt(limit), h.Div(n), h))

or leave nohooks out. Go on results after the last write, and Go on parameters, is not in mid-run. The inputs of an invoke can
never come from the same run: run two traces one after the other.`},
	{"NN1303", "a static value under a run-time condition", `
Handles are known when code is generated, so a condition that only a run knows cannot choose between them. A module it can choose: by
an index (m.Transformer.H[layer]), or by branches over parameters of which each sets the variable to one of several modules of one
type, or to one of several operations; a condition over a value of the same run cannot.`},
	{"NN1304", "a point cannot be served", `
The scheduler could not serve this point; the message says why.`},
	{"NN1305", "a point in a loop of unknown length", `
Points belong to loops whose length is known when code is generated: ranges over module arrays and constants.

	for _, b := range m.Transformer.H {
		use(b.Output())
	}`},
	{"NN1306", "a module chosen when the trace runs", `
A parameter may choose a module: one compiled trace then serves a sweep over all of them.

	b := m.Transformer.H[layer]
	b.SetOutput(b.Output().Add(v))
	softmax := b.Attn.Source().Softmax // an operation inside it too
	softmax.SetOutput(softmax.Output().Scale(0.5))

It may not depend on a value of the same run, choose among modules that are chosen themselves, or name a method that has no chosen
form: those are Output, Input, SetOutput, SetInput, Skip, Call, Weight, Source, Operation, Operations and the module's own fields.
Go may look in mid-run at what a chosen module gives only where no write ahead of the last one that may be chosen follows from it.`},
	{"NN1307", "a point that does not exist", `
The spec lists no such tensor: the module is a list, was fused with its neighbours, or takes no input. The hint names the line of
the spec. "nngen tree" shows what there is.`},
	{"NN1308", "no such weight or module", `
The module has no parameter or child of that name.`},
	{"NN1309", "modules of different shapes", `
Modules and operations that a parameter chooses among, or that branches give to one variable, have points of one dtype and shape: one
value of the graph cannot have two. Write both cases out, each in its own branch.`},
	{"NN1310", "a point of unknown role", `
The spec is unsure which tensor is the module's input or output. Look at the candidates and write the role down:

	- {role: output, tensor: /block/Add_3_output_0, …}`},
	{"NN1311", "no such operation", `
The module has no operation of that name, or not that input or output of it. Modules of one accessor type may differ in their
operations; where a parameter chooses the module, all that it may choose need the operation. "nngen tree -ops" prints what each module
computes; a spec of an earlier nngen lists none: run "nngen spec" again.

	op := m.Transformer.H[0].Attn.Source().Softmax
	op.SetOutput(op.Output().Scale(0.5))
	q := m.Transformer.H[0].Attn.Source().Split.OutputAt(0)     // one of several`},
	{"NN1314", "what an edit cannot have", `
An edit is put under every trace of a session, over all rows, and is saved as data. So it takes the model, gives no results, stops no
runs and looks at no value with Go:

	//nngen:edit
	func Quiet(m *gpt2.Model, strength float32) {
		b := m.Transformer.H[6]
		b.SetOutput(b.Output().Scale(strength))
	}`},
	{"NN1313", "a point behind a stop", `
Stop ends the run: nothing of the model comes after it. Where a condition that only a run knows decides about the stop, its branch has
to leave the trace, so that what follows belongs to runs that go on:

	if h.Norm().Item() > limit {
		m.Stop()
		return h, nn.Tensor{}
	}
	return h, m.LMHead.Output()`},
	{"NN1312", "a skip that cannot be carried out", `
The model itself cannot be skipped, nor a module whose output the spec does not know. Skip takes at most as many values as the module
has outputs. Under a condition that only a run knows, the module runs where the condition does not hold: then the rest of the trace may
not use what is inside of it, unless it stands in the branch where the module is not skipped. The same holds of all the modules of
which an index picks one to be skipped.

	if flag {
		b.Skip(b.Input())
	} else {
		use(b.MLP.Output())
	}`},
	{"NN1321", "visits out of place", `
Over decoding steps a trace is compiled once for all of them: the parts of the function belong to steps, in the order in which they
stand. Loops over visits are statements of the trace function, or of the invoke, itself; conditions go into them, or stand around them
where parameters decide and the trace names steps on every path too.

	for step := range m.Iter(nn.RangeFrom(2)) {
		if flag && step%2 == 0 { … }
	}

They may stand in a helper too, which is called in a statement of its own, an assignment or a return: it is given modules, constants and
parameters of the trace function, and returns what it finds.

A loop may be left by break; return stands at the end of the function. In an edit visits are constants: an edit is data, which knows at
which steps it does something, and neither computes with their number nor keeps a value from one to the next.`},
	{"NN1320", "visits that there are not", `
Visits count from 0 and only go on. Iter takes constants, or parameters over decoding steps, in ascending order; Next goes forward. A
forward calls most modules once; of one that it calls k times, visits below k exist in Run. Over decoding steps visit n is step n, of
such a module call n%k of step n/k, and the run can be at one step only: what follows a loop comes after its last step, where the points before it are over.

	for step := range m.Iter(0, nn.Range(3, 6)) { … }
	for range m.All() { … }`},
}

// shapeCodes are about operands and what is written.
var shapeCodes = []Code{
	{"NN1401", "operands do not fit", `
The operation refuses these shapes or dtypes. Sizes are those of the spec: names stand for sizes that a run decides.`},
	{"NN1402", "an argument that must be known", `
Axes, sizes, dtypes and ends of ranges are part of the graph: constants, or variables of loops over constants. Positions may be
parameters: x.At(nn.All, pos).`},
	{"NN1403", "not an operand", `
The operation takes a tensor or a number here.`},
	{"NN1404", "not an index", `
Indices are integers, nn.All, nn.Ellipsis, nn.Range(lo, hi) and its kin, and int64 tensors.`},
	{"NN1405", "more than one element", `
Item, Int and Bool take the one element of a tensor out. Reduce or index first: h.Norm().Item().`},
	{"NN1406", "elements do not fill the shape", `
nn.From was given a shape of another number of elements.`},
	{"NN1407", "a module called on another shape", `
Call takes what the module's own input looks like: the same rank and dtype, the same constant sizes.

	last := h.At(nn.All, nn.RangeFrom(-1))     // keeps the axis`},
	{"NN1408", "a write of another shape or dtype", `
A write keeps the shape and the dtype of the point. What cannot be proven when code is generated is checked at Run.`},
}

// invokeCodes are about variables between invokes, and their rows.
var invokeCodes = []Code{
	{"NN1501", "read before it is set", `
Invokes run side by side, each until its next point. One that needs what another sets waits for it:

	ready := t.Barrier(2)
	t.Invoke(a, func(m *gpt2.Model) { h = m.Transformer.H[3].Output(); ready.Wait() })
	t.Invoke(b, func(m *gpt2.Model) { ready.Wait(); use(h) })

What invokes set is there after t.Run().`},
	{"NN1502", "an Envoy of another invoke", `
Each invoke has its own model: the parameter of its function. It sees that invoke's rows.`},
	{"NN1503", "Invoke, Barrier or Run out of place", `
Invokes are registered one after the other, then Run runs the model, once, on every path. They meet at a barrier on every path, and over
decoding steps in loops over the same visits.`},
	{"NN1504", "a condition inside one of several invokes", `
Where invokes share a run, points may stand under conditions, loops and functions may be left, and modules be chosen when the trace
runs, as long as every run does in one order what two invokes need both: Go that changes what they share or has effects, and reads and
writes of one point. (Integers that invokes only add to, or only multiply, come to the same in any order.) This is refused:

	t.Invoke(a, func(m *gpt2.Model) {
		if on { m.Transformer.H[3].SetOutput(v) } // waits for block 3, or does not wait
		names = append(names, "a")
	})
	t.Invoke(b, func(m *gpt2.Model) { _ = m.Transformer.H[1].Output().Norm().Item(); names = append(names, "b") })

Do what they share ahead of the condition, let both wait at a barrier in between, or write two traces. A module that is skipped under
a condition is skipped by all invokes under the same condition over parameters, as it runs for the whole batch or not at all. A stop
under a condition of parameters comes behind all that the other invokes use.`},
	{"NN1505", "no rows of its own", `
The tensor has no batch axis (or none that the spec knows), so one invoke of several cannot write its rows.`},
	{"NN1510", "a cache out of place", `
A cache is made once, ahead of everything that it is to see: in an invoke before its first read or write and before any barrier, of
the whole trace before Run, and under no condition that only a run knows.

	c := m.Cache(nn.Modules(m.LMHead))
	b := m.Transformer.H[6]
	b.SetOutput(b.Output().Scale(2))
	return c`},
	{"NN1511", "what a cache keeps", `
Which modules a cache keeps is part of the compiled graph: name them by accessors or by constant paths and aliases. A cache keeps
outputs, and inputs where nn.WithInputs() says so; one of neither keeps nothing.`},
	{"NN1512", "a cache used inside the trace", `
A cache is filled when its run is over. Return it, on one path, and look into it in the caller. After Run, a trace of several invokes may
take Output and Input of a module that was called once.`},
}

// scheduleCodes are the scheduler's, the same compiled and interpreted.
var scheduleCodes = []Code{
	{"NN3101", "a point was already passed", `
The interpreter serves points in the order of the run and cannot go back: read points in that order. Compiled, late reads are
served.`},
	{"NN3102", "a write comes too late", `
A later point of the same invoke was already read or written, or the run went on while the invoke waited at a barrier. Move the write
up; a write that depends on a later point depends on itself through the model: use two traces of one Session.`},
	{"NN3103", "a barrier that cannot fill", `
A barrier lets its invokes go when as many as it was made for wait. Call Wait in each of them, on every path.`},
	{"NN3106", "a point of a module that is skipped", `
A module that is skipped does not run: there is nothing inside of it to read or write, and its inputs go nowhere. Its output is what
Skip was given, for everybody. Read inputs ahead of the skip:

	b := m.Transformer.H[1]
	b.Skip(b.Input())`},
	{"NN3107", "a module skipped in some invokes alone", `
Invokes run as one batch, and a module runs for the whole of it or not at all. Skip it in every invoke, each with its own rows, or
leave it in and write its output: SetOutput takes the rows of one invoke.`},
	{"NN3104", "a point is not reached", `
The run ended, or was stopped, before this point.`},
	{"NN3105", "visits that there are not", `
Visits count from 0 and only go on: Iter takes them in ascending order, Next goes forward. A run calls the model once, so that visit n
of a module that is called k times per forward exists for n below k; Generate runs it for each token, up to MaxNewTokens:

	for step := range m.Iter(nn.RangeFrom(2)) { … }     // from step 2 to the end
	for range m.All() { … }                             // all there are

Inside the loop every point means the visit; after it the visit that it meant before, which may be over. Take what a point gives inside.`},
}
