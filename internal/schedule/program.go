package schedule

import (
	"go/token"

	"github.com/nngen-go/nngen/internal/plan"
)

// AllRows is the row scope of a mediator that sees the whole batch.
const AllRows = plan.AllRows

// Kind is what a mediator asks for.
type Kind string

// The kinds of request.
const (
	Value   Kind = "value"   // the tensor at a moment, answered with its rows
	Swap    Kind = "swap"    // put Request.Value in its place
	Skip    Kind = "skip"    // leave a module out: At is Request.Skip.Enter
	Barrier Kind = "barrier" // wait for others
	Stop    Kind = "stop"    // end the run when the current moment is over; the mediator goes on without points
	End     Kind = "end"     // the mediator is done; Err says that it failed
)

// At is a place in time: a moment of one forward pass.
type At struct {
	Step   int // forward pass: decoding step; 0 in a single forward
	Moment int // index into Program.Moments
}

// Before reports whether a comes before b.
func (a At) Before(b At) bool {
	return a.Step < b.Step || a.Step == b.Step && a.Moment < b.Moment
}

// Request is what a mediator asks next. Pos is where the user wrote it.
type Request[V any] struct {
	Kind    Kind
	At      At
	Value   V
	Skip    *Skipped[V]
	Barrier *Rendezvous
	Pos     token.Position
	Err     error

	// Edit makes a swap depend on what stands there: it is called with the rows
	// that the mediator would read, and what it gives is written. nil: Value is.
	Edit func(old V) (V, error)
	// Then, if set, lets the mediator go on at once: the request is met when its
	// moment comes, ahead of later requests of this mediator for that moment, and
	// Then is told the value read, or why it cannot be met. So branches of which
	// only one is taken may ask for points in any order. A skip with Then may not
	// be taken: that its module's points are not used elsewhere is the mediator's affair.
	Then func(v V, err error)
	// When is the condition under which the request is made, for people.
	When string
}

// later reports whether the mediator does not wait for the answer.
func (r *Request[V]) later() bool { return r.Then != nil }

// Answer is what a mediator is resumed with: a value for a Value request,
// nothing for the others, or the reason why the request cannot be met.
type Answer[V any] struct {
	Value V
	Err   error
	Over  bool // of a Turn: the run ended before that step
}

// Mediator is one invoke's code, resumable. The first answer is the zero one.
// Resume gives the next request; false is the same as End without an error. It
// is never called again after an end.
type Mediator[V any] interface {
	Resume(Answer[V]) (Request[V], bool)
}

// Rendezvous is a barrier: it holds mediators until N of them wait, then lets
// them go and can be used again.
type Rendezvous struct {
	Name string
	N    int
	Pos  token.Position // where it was made
}

// Part is the rows of one invoke.
type Part[V any] struct {
	Invoke int
	Value  V
}

// Algebra is what can be done to values: cut an invoke's rows out, put them
// back, and tell whether a value may be written.
type Algebra[V any] interface {
	// Narrow gives the rows of one invoke, or base itself where it has no rows.
	Narrow(base V, invoke int, at Moment) (V, error)
	// Join gives base with the parts' rows replaced; parts ascend by invoke.
	Join(base V, parts []Part[V], at Moment) (V, error)
	// Accept refuses a value that cannot be written at a moment by a mediator
	// with these rows: another shape or dtype, or rows that the tensor lacks.
	Accept(v V, rows int, at Moment) error
}

// Policy says what becomes of a request for a moment that has passed.
type Policy int

// The policies.
const (
	Refuse Policy = iota // an error: the interpreter cannot go back
	Serve                // reads are served from history: the compiler
)

// Program is all that a run of the scheduler needs.
type Program[V any] struct {
	Moments   []Moment
	Steps     int           // forward passes, at most; 0 means 1
	Mediators []Mediator[V] // in definition order
	Rows      []int         // row scope of each mediator
	Names     []string      // of each mediator, for messages; nil: "invoke 0", …
	Edits     int           // how many of the first mediators may be left waiting when the run is over
	Algebra   Algebra[V]
	Policy    Policy
	// Started is called with the scheduler before anything is resumed; may be nil.
	Started func(*Scheduler[V])
	// Base gives the version of a moment's tensor before anybody is served
	// there. Only Serve calls it, for moments that have passed.
	Base func(at At) (V, error)
}
