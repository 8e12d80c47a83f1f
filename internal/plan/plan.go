// Package plan holds the compiled form of a trace function as data: what is
// added to the model's graph, what is written where, what leaves the run, and
// the schedule of each mediator. The compiler makes plans, the runtime splices
// them into a model; neither needs the other.
package plan

import "github.com/nngen-go/nngen/internal/tensor"

// Plan is one compiled trace function.
type Plan struct {
	Name string `json:"name"`
	// File is the file of the function: lines of the plan that name no other are
	// lines of it. In a program it is whole, elsewhere without its folder. "": not
	// known.
	File    string   `json:"file,omitempty"`
	Model   string   `json:"model"` // fingerprint of the model it fits
	Invokes []string `json:"invokes"`
	Params  []Param  `json:"params,omitempty"`
	Weights []Param  `json:"weights,omitempty"` // given when the plan is compiled: arrays of attachments, "sae.WEnc"
	Nodes   []Node   `json:"nodes,omitempty"`   // in an order in which inputs come first
	Writes  []Write  `json:"writes,omitempty"`  // in the order of the run
	Taps    []Tap    `json:"taps,omitempty"`
	Caches  []Cache  `json:"caches,omitempty"`
	Checks  []Check  `json:"checks,omitempty"`
	// Skips are the modules that the writes to their outputs leave out.
	Skips []Skipped `json:"skips,omitempty"`
	// Stops are the places that end the run.
	Stops []Stopping `json:"stops,omitempty"`
	// Choices are the parameters that pick modules, and Orders the accesses that
	// they must leave in order: both are checked when the plan is run.
	Choices   []Choice   `json:"choices,omitempty"`
	Orders    []Order    `json:"orders,omitempty"`
	Mediators []Mediator `json:"mediators"`
	// Tensors are the types of the model's tensors that the plan names (in refs,
	// writes and calls), so that splicing needs no spec.
	Tensors map[string]tensor.Type `json:"tensors,omitempty"`
	// Aliases gives the module path of every alias that the program knew, so that
	// names mean the same where the plan is read.
	Aliases map[string]string `json:"aliases,omitempty"`
}

// Kind says what a Ref refers to.
type Kind string

// The kinds of value.
const (
	Model  Kind = "tensor" // a tensor of the model as the model itself makes it, weights included
	Arg    Kind = "param"  // one of the plan's Params, a graph input of the spliced model, or of its Weights, a constant
	Result Kind = "value"  // an output of one of the plan's nodes
)

// Ref names a value in the spliced graph.
type Ref struct {
	Kind Kind   `json:"kind"`
	Name string `json:"name"`
}

// Param is a value given when the plan is run. Shape nil: any, told at Run.
type Param struct {
	Name string      `json:"name"`
	Type tensor.Type `json:"type"`
	// Steps are the decoding steps at which a bool without axes is what is given;
	// at all others it is false. Nil: it is what is given at every step.
	Steps []StepRange `json:"steps,omitempty"`
}

// Node is one application of an operator of internal/ops.
type Node struct {
	Op    string         `json:"op"`
	In    []Ref          `json:"in,omitempty"`
	Out   []string       `json:"out"`
	Attrs map[string]any `json:"attrs,omitempty"` // int64, []int64, float64, string, bool only
	// Types are the types of Out where no operator of internal/ops gives them:
	// those of a hook's, an If's and a Fit's results.
	Types []tensor.Type `json:"types,omitempty"`
	// Then and Else are the branches of an If node: In[0] is the condition, a
	// bool without axes, and each branch gives one value per Out, of that type.
	Then *Body `json:"then,omitempty"`
	Else *Body `json:"else,omitempty"`
	Line int   `json:"line,omitempty"`
	// File is that of Line where it is not the trace's own; here and below, one of
	// another folder is named from the trace's ("../lib/lib.go"), one of another
	// module by its import path.
	File string `json:"file,omitempty"`
}

// Ops of nodes that are no operators of internal/ops.
const (
	// If computes one of two branches; Go's graph-side conditional work.
	If = "If"
	// HookOp hands In to step Attrs["step"] of the trace's Go code, which makes
	// Out. Hooks run in the order of their steps.
	HookOp = "Hook"
	// Fit says that In[0] has the type Types[0], which is that of the point
	// Attrs["at"] that it is written to: a check at Run, and no work.
	Fit = "Fit"
)

// Body is a branch of an If node. Its nodes may use every value that is made
// before the If, and their results are known inside the branch alone.
type Body struct {
	Nodes []Node `json:"nodes,omitempty"`
	Out   []Ref  `json:"out"`
}

// Write replaces a tensor of the model by a value of the same shape and dtype.
type Write struct {
	At        string `json:"at"`     // "transformer.h.6.output"
	Tensor    string `json:"tensor"` // the model's tensor
	Value     Ref    `json:"value"`
	Consumers []int  `json:"consumers,omitempty"` // nodes that see the write; nil: all, and the graph's outputs
	Line      int    `json:"line,omitempty"`
}

// Tap is a value that leaves the run: Value, or the one of Choices that the
// parameter Choice (an int64 scalar) numbers, the only one that Run fetches.
type Tap struct {
	Name    string `json:"name"`
	Value   Ref    `json:"value"`
	Choices []Ref  `json:"choices,omitempty"`
	Choice  string `json:"choice,omitempty"`
	Line    int    `json:"line,omitempty"`
	File    string `json:"file,omitempty"`
}

// Check is a condition that only the sizes of a run can tell: Value must have
// the shape and dtype of the model's tensor.
type Check struct {
	Value  Ref         `json:"value"`
	Tensor string      `json:"tensor"`
	Want   tensor.Type `json:"want"`
	At     string      `json:"at"`
	Line   int         `json:"line,omitempty"`
	File   string      `json:"file,omitempty"`
}

// Skipped is a module that is left out: the first Given of its Outputs are
// written, the others must be needed by nobody.
type Skipped struct {
	Module  string   `json:"module"`
	Inputs  []string `json:"inputs,omitempty"` // the model's tensors that enter it
	Outputs []string `json:"outputs"`          // and that leave it
	Given   int      `json:"given"`
	// When says under what condition, for people; "": always.
	When string `json:"when,omitempty"`
	Line int    `json:"line,omitempty"`
	File string `json:"file,omitempty"`
}

// Stopping is a place that ends the run. A decode loop ends with the step that
// comes to it.
type Stopping struct {
	// When is a bool that says whether the run comes there; nil: every one does.
	When *Ref   `json:"when,omitempty"`
	Text string `json:"text,omitempty"` // the condition, for people
	// Drops are the taps from behind the stop, which a run that ends here has not:
	// where a parameter decides, it computes nothing for them.
	Drops []int `json:"drops,omitempty"`
	Line  int   `json:"line,omitempty"`
}

// Choice is a parameter (an int64 scalar) that picks one of several modules.
type Choice struct {
	Param string   `json:"param"`
	Of    []string `json:"of"` // their paths
	Line  int      `json:"line,omitempty"`
	File  string   `json:"file,omitempty"`
}

// Order says that one access has to come before another in the run.
type Order struct {
	First Access `json:"first"`
	Then  Access `json:"then"`
}

// Access is a read or write at one point, or at the one of several that the
// parameter Choice picks. Moments are their places in the run. When names the
// bool parameter without which it does not happen, "" for none.
type Access struct {
	At      []string `json:"at"`
	Moments []int    `json:"moments"`
	Choice  string   `json:"choice,omitempty"`
	When    string   `json:"when,omitempty"`
	Write   bool     `json:"write,omitempty"`
	Skip    bool     `json:"skip,omitempty"` // of whole modules: At has their paths
	Line    int      `json:"line,omitempty"`
	File    string   `json:"file,omitempty"`
}

// Placement says how a piece of an intervention is carried out.
type Placement string

// The placements of the design.
const (
	Before Placement = "before" // Go, from parameters alone, ahead of the run
	TapOut Placement = "tap"    // an extra output
	Graph  Placement = "graph"  // nodes in the model's graph
	Hook   Placement = "hook"   // Go in mid-run
	After  Placement = "after"  // Go on tapped values, when the run is over
	Prune  Placement = "prune"  // nodes left out
)

// Event is what a mediator asks for in a state.
type Event string

// The events.
const (
	Value   Event = "value"
	Swap    Event = "swap"
	Skip    Event = "skip"
	Barrier Event = "barrier"
	Stop    Event = "stop"
	End     Event = "end"
)

// AllRows is the row scope of an invoke that sees the whole batch.
const AllRows = -1

// State is one step of a mediator: an event at a point.
type State struct {
	At        string    `json:"at"` // point, or barrier's name
	Event     Event     `json:"event"`
	Placement Placement `json:"placement,omitempty"`
	Rows      int       `json:"rows"` // index of the invoke whose rows it sees, or AllRows
	Visit     int       `json:"visit,omitempty"`
	// When tells people under what condition it happens: "flag", "layer == 3".
	When string `json:"when,omitempty"`
	Line int    `json:"line,omitempty"`
}

// Mediator is the schedule of one invoke: its states in the order of the run.
type Mediator []State

// RowBounds is the graph input that holds, for K invokes, K+1 row offsets (int64).
const RowBounds = "nngen.rows"
