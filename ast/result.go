package ast

import (
	"go/token"

	"github.com/nngen-go/nngen/internal/plan"
)

// Trace is one compiled trace function: all that the generator needs to write
// its Go. The generator lays it out as one function,
//
//	func (…) run(ctx, <Params>) (<Results>, error) {
//		<Before>
//		nn_taps, err := …Run(ctx, <Invokes[i].Inputs>, <ParamExprs>)
//		if err != nil { return <zero results>, err }
//		<After>
//		return <Results[i].Expr>, <Err>
//	}
//
// and, where Go runs in mid-run, a method of the frame that Run calls for each
// hook of the plan,
//
//	func (<Recv> *frame) Step(<Arg> *nn.Step) error {
//		switch <Arg>.State() {
//		case <Steps[i].States>:
//			<Steps[i].Stmts>
//		}
//		return nil
//	}
//
// so that After sees the variables that Before declares. Parameters and named
// results keep the user's names and are declared by the generator, everything
// else by Before and After. Names that start with "nn_" are reserved: user code
// that has them is refused, so the generator may use them freely.
type Trace struct {
	Func    string // "Steer"
	Doc     string // the doc comment without directives, may be empty
	NoHooks bool   // //nngen:trace nohooks
	Edit    bool   // //nngen:edit
	Package Package
	File    string // the user's file, absolute
	Pos     token.Position
	Imports []Import // of the user's file, those that any Code below refers to, sorted by path
	Model   Accessor
	Form    Form
	Params  []Param
	// Attached are the parameters that are attachments: Compile takes them, Run does not.
	Attached []Param
	Results  []Result // without the error
	// HasError says that the user's function itself returns an error (its last
	// result); ErrorName is that result's name, "" if unnamed.
	HasError  bool
	ErrorName string
	Err       Code // the error to return at the end: "nil" when the user's function has none
	// ReturnLine is where the results' expressions stand in the user's file, 0
	// when no return statement holds them.
	ReturnLine int

	Plan    *plan.Plan
	Invokes []Invoke // one per Plan.Invokes
	Before  []Stmt
	// ParamExprs give Plan.Params their values, in the same order.
	ParamExprs []ParamExpr
	After      []Stmt
	// Frame and Steps are the Go of mid-run; Frame is nil where there is none.
	Frame *Frame
	Steps []Step
	// Defers names the list of deferred calls, of type nn.Defers, "" if the
	// function defers none: Before, the run and After are then the body of its
	// Run, and results are read when that is over. It is a field of the frame or
	// a variable that the generator declares, as Locals are: results without a
	// name of the user's.
	Defers string
	Locals []Field
	Types  []TypeDecl // that functions declare and code refers to
	// Visits says that the trace is one over decoding steps: Before and After are
	// carried out at each, with nn_step and nn_steps, and once more with nn_step -1
	// when the last is over. Results are fields of the frame then.
	Visits *Visits
	Pieces []Piece // for `nngen explain`, in the order of the source
}

// Visits is what is known of the decoding steps that a trace names.
type Visits struct {
	Last   int  // the last one named by a constant, -1 if none is
	Line   int  // where it is named
	Result bool // the run's result is asked for
	// Wanted says for each tap at which steps Go looks at it: a condition, nothing
	// for any. It is nil where all are looked at whenever there are any.
	Wanted []Code
}

// Frame is what lives across the steps of a trace: a struct of the generated
// code. Before, Steps and After name its fields by Recv, which Before and After
// have as a variable and the method Step as its receiver.
type Frame struct {
	Recv   string // "f", or "nn_f" where the user's text has f
	Arg    string // the name of Step's parameter, of type *nn.Step
	Fields []Field
	// Keep: the user's code may hold on to the frame, so it is not used again.
	Keep bool
}

// Field is a variable that lives across steps.
type Field struct {
	Name  string
	Type  Code
	Param string // the parameter of the function that it starts as, "" for none
	Kept  bool   // lives from decoding step to decoding step
}

// Step is the Go of one or more steps: what they do is the same.
type Step struct {
	States []int // from 0, ascending
	Stmts  []Stmt
	Leaves bool // it may end its goroutine
}

// Package is the user's package that holds a trace.
type Package struct {
	Path, Name, Dir string
}

// Import is one import of the user's file under the name that the file uses for it.
type Import struct {
	Path string
	Name string // the name in the source: its alias, or the package's own name
}

// Accessor is the generated package of the model that a trace is about.
type Accessor struct {
	Path string // import path
	Name string // as the user's file refers to it
}

// Form says how the trace function is written.
type Form string

// The forms of a trace function.
const (
	OneInvoke   Form = "one invoke"      // func(m *gpt2.Model, …): the inputs are added as first parameter of Run
	ManyInvokes Form = "several invokes" // func(t *gpt2.Trace, …): inputs are parameters of the function
)

// ParamKind says what a parameter of the trace function is to the generator.
type ParamKind string

// The kinds of parameter.
const (
	InputsParam ParamKind = "inputs" // of the accessor package's type Inputs
	TensorParam ParamKind = "tensor" // nn.Tensor
	ScalarParam ParamKind = "scalar" // a Go number or bool
	OtherParam  ParamKind = "other"  // anything else: used by Before and After alone
)

// attachmentParam is the kind of what Attached lists.
const attachmentParam ParamKind = "attachment"

// Param is a parameter of the trace function after the model or trace handle.
type Param struct {
	Name string // the user's name; "nn_a2" for a parameter without one
	Type Code   // "[]float32", or "...float32" for a variadic one
	Kind ParamKind
	// Place is its number among the function's parameters, attachments and others.
	Place int
	// Changed: the function assigns it.
	Changed bool
}

// Result is a result of the trace function, the error left out.
type Result struct {
	Name  string // the user's name, "" if unnamed
	Field string // exported name for the Result struct: "Logits", "Result0" if unnamed
	Type  Code
	Expr  Code // its value at the end of After
	// Tap is the index of the tap that Expr is, -1 when Expr is anything else.
	Tap int
	// Cache is the index of the plan's cache that the result is, plus 1; 0 for none.
	Cache int
}

// Invoke is one invoke of the trace.
type Invoke struct {
	Name   string // as in Plan.Invokes
	Inputs Code   // Go expression of type Inputs; empty for the OneInvoke form
	Line   int
}

// ParamExpr is the Go expression that gives a parameter of the plan its value.
type ParamExpr struct {
	Expr Code
	// Tensor: Expr is an nn.Tensor. Otherwise it is a Go number or bool, to be
	// made a scalar tensor of Plan.Params[i].Type.DType: float32, int64 or bool.
	Tensor bool
	// Name is the variable of Before that holds it, or the parameter's own
	// name: Expr again as text, for messages.
	Name string
	Line int
}

// Stmt is one residual statement, complete with its block if it has one.
type Stmt struct {
	Code Code
	Line int    // in the user's file; 0 for one that has no line of its own
	File string // another file of the user's package that it stems from; "" for that of the trace function
	// Inner are the statements of one that only groups them.
	Inner []Stmt
}

// Piece is one line of `nngen explain`.
type Piece struct {
	Line      int
	What      string // "transformer.h.6.output", "v.Scale(alpha)", "if n > max"
	Placement plan.Placement
	Why       string
}
