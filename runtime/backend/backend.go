// Package backend is the border between the runtime and what runs graphs. The
// runtime knows only these interfaces; runtime/ort implements them with
// onnxruntime. Nothing here assumes that a tensor lies in host memory.
package backend

import (
	"context"

	"github.com/nngen-go/nngen/internal/tensor"
)

// Backend opens sessions and makes values.
type Backend interface {
	Name() string
	// NewSession builds a session over g. It may take seconds for large models.
	NewSession(ctx context.Context, g *Graph, o SessionOptions) (Session, error)
	// NewValue makes a value in memory of the back end and copies data into it.
	// Length of data: elements times dtype size. Data nil: zeros.
	NewValue(t tensor.DType, shape []int64, data []byte) (Value, error)
	// OnThread calls f once, from a C callback on the calling thread: the only
	// place outside hooks where coroutines that hooks resume may be created,
	// resumed or stopped. The caller holds runtime.LockOSThread.
	OnThread(f func())
}

// Graph is a model in memory whose weights lie in files.
type Graph struct {
	Model   []byte   // ModelProto; weights are external data
	Folder  string   // against which external locations are resolved, links followed
	Weights []Weight // the same weights, mapped: given to the session so that sessions share them
	Shared  Shared   // prepacked weights shared between sessions of one model; nil: none
}

// Weight is an initializer's bytes in mapped memory, which outlives the session.
type Weight struct {
	Name  string
	DType tensor.DType
	Dims  []int64
	Data  []byte
}

// Shared is state that sessions of one model have in common. Closed after the last session.
type Shared interface{ Close() error }

// SharedMaker is a Backend that can share prepacked weights.
type SharedMaker interface{ NewShared() (Shared, error) }

// Provider is an execution provider of the back end.
type Provider struct {
	Name    string // "CPU", "CUDA", "WebGPU"
	Device  int
	Options map[string]string
}

// Optimization is how far the back end may rewrite the graph.
type Optimization string

// The levels. Comparisons of numbers run at Basic; Full is the default.
const (
	OptimizeNone  Optimization = "none"
	OptimizeBasic Optimization = "basic"
	OptimizeFull  Optimization = "full"
)

// SessionOptions are a session's settings; the zero value means CPU, all
// optimisations, threads that do not spin.
type SessionOptions struct {
	Providers    []Provider // tried in order, CPU last always
	Threads      int        // intra-operator threads; 0: the back end's choice
	Optimization Optimization
	NoPrepack    bool
	Config       map[string]string // further session configuration entries
}

// Session runs one graph; safe for concurrent use.
type Session interface {
	Inputs() []Info
	Outputs() []Info
	// Run computes the named outputs. in is borrowed until Run returns. The
	// outputs belong to the caller. A cancelled ctx ends the run within a node's time.
	Run(ctx context.Context, in map[string]Value, outputs []string, o RunOptions) ([]Value, error)
	Close() error
}

// Info describes an input or output; -1 is a dimension that a run decides.
type Info struct {
	Name  string
	DType tensor.DType
	Shape []int64
	Dims  []string // symbolic names, "" where there is none
}

// RunOptions are the settings of one run.
type RunOptions struct {
	// Hook is called, on the thread that called Run, for each hook node. Its
	// error ends the run and is what Run returns (errors.Is sees it).
	Hook func(*HookCall) error
	// Reuse says that the hook keeps nothing of a call: the next call of the run
	// may then use its memory again.
	Reuse bool
	// Into, by output index, are values to write to; a nil entry is allocated.
	Into []Value
	// KeepOnDevice names outputs that stay where they are computed.
	KeepOnDevice map[string]bool
}

// The hook operator: domain and type of the node that calls Go. Input 0 and
// output 0 are the token (int64 scalar): all hooks of a graph are chained by it,
// and the graph input TokenInput starts the chain. Session.Run feeds TokenInput.
// Attributes: "id" (int), "types" (ints: element type of outputs 1…), "like"
// (ints: input, counted without the token, whose shape output i has, or -1), and
// optionally "ranks" (ints: number of dimensions of output i; -1: not known, then
// the graph's value_info gives the output's type). Without "ranks" an output that
// is like no input is a scalar. A hook whose "like" input has no known rank needs
// "ranks" -1: shape inference sees such a tensor as a scalar.
const (
	HookDomain = "nngen.hook"
	HookOp     = "Step"
	TokenInput = "nngen.token"
)

// HookCall is one visit of a hook node. It and its views are valid only during the call.
type HookCall struct {
	ID     int64
	Inputs []Value // without the token; views, not to be released
	To     HookOutputs
}

// HookOutputs takes what a hook gives the graph.
type HookOutputs interface {
	SetOutput(i int, shape []int64, data []byte) error
	PassThrough(i, j int) error
}

// SetOutput gives output i (without the token) its shape and bytes.
func (c *HookCall) SetOutput(i int, shape []int64, data []byte) error {
	return c.To.SetOutput(i, shape, data)
}

// PassThrough makes output i equal to input j, without a copy where it can.
func (c *HookCall) PassThrough(i, j int) error { return c.To.PassThrough(i, j) }

// Value is a tensor of the back end.
type Value interface {
	DType() tensor.DType
	Shape() []int64
	// OnHost reports whether Bytes may be called.
	OnHost() bool
	// Bytes is a view of the elements, little-endian, valid until Release.
	Bytes() ([]byte, error)
	// ToHost gives the value itself if it is on the host, else a copy there.
	ToHost() (Value, error)
	// Release frees it; later calls do nothing.
	Release()
}
