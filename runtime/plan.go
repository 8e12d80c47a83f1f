package nn

import (
	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/tensor"
)

// The parts of a plan, as generated code writes them.
type (
	// Plan is one compiled trace function.
	Plan = plan.Plan
	// Param is a value given when a plan is run.
	Param = plan.Param
	// StepRange is the decoding steps From, From+By, … before To, at which a
	// parameter is given; To 0: without end.
	StepRange = plan.StepRange
	// Node is one application of an operator.
	Node = plan.Node
	// Body is a branch of an If node.
	Body = plan.Body
	// Choice is a parameter that picks a module, Order what it must leave in
	// order, Access one side of that.
	Choice = plan.Choice
	Order  = plan.Order
	Access = plan.Access
	// Write replaces a tensor of the model.
	Write = plan.Write
	// Tap is a value that leaves the run.
	Tap = plan.Tap
	// Check is a condition that only the sizes of a run can tell.
	Check = plan.Check
	// Stopping is a place that ends the run.
	Stopping = plan.Stopping
	// Skipped is a module that is left out.
	Skipped = plan.Skipped
	// Ref names a value in the spliced graph.
	Ref = plan.Ref
	// State is one step of a mediator.
	State = plan.State
	// Mediator is the schedule of one invoke.
	Mediator = plan.Mediator
	// Placement says how a piece of an intervention is carried out.
	Placement = plan.Placement
	// Event is what a mediator asks for in a state.
	Event = plan.Event
)

// Types of tensors, as plans and specs hold them.
type (
	// DType is an element type.
	DType = tensor.DType
	// Type is what is known of a tensor before it exists.
	Type = tensor.Type
	// Shape is the symbolic dimensions of a tensor.
	Shape = tensor.Shape
	// Dim is one symbolic dimension.
	Dim = tensor.Dim
)

// The element types.
const (
	Float32  = tensor.Float32
	Float64  = tensor.Float64
	Float16  = tensor.Float16
	BFloat16 = tensor.BFloat16
	Int8     = tensor.Int8
	Int16    = tensor.Int16
	Int32    = tensor.Int32
	Int64    = tensor.Int64
	Uint8    = tensor.Uint8
	Uint16   = tensor.Uint16
	Uint32   = tensor.Uint32
	Uint64   = tensor.Uint64
	Bool     = tensor.Bool
)

// The events. AtBarrier is not called Barrier because that is the type of
// barriers that traces make.
const (
	Value     = plan.Value
	Swap      = plan.Swap
	Skip      = plan.Skip
	AtBarrier = plan.Barrier
	Stop      = plan.Stop
	End       = plan.End
)

// The placements.
const (
	Before = plan.Before
	TapOut = plan.TapOut
	Graph  = plan.Graph
	Hook   = plan.Hook
	After  = plan.After
	Prune  = plan.Prune
)

// AllRows is the row scope of an invoke that sees the whole batch.
const AllRows = plan.AllRows

// ModelTensor refers to a tensor of the model.
func ModelTensor(name string) Ref { return Ref{Kind: plan.Model, Name: name} }

// Arg refers to a parameter of the plan.
func Arg(name string) Ref { return Ref{Kind: plan.Arg, Name: name} }

// Val refers to an output of one of the plan's nodes.
func Val(name string) Ref { return Ref{Kind: plan.Result, Name: name} }

// When refers to the condition of a stop.
func When(r Ref) *Ref { return &r }
