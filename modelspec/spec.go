package modelspec

import (
	"go/token"

	"github.com/nngen-go/nngen/internal/tensor"
)

// Version is the format that this package reads and writes.
const Version = 1

// Spec is the whole of a *.nnspec.yaml file: the only thing that generating
// code reads of a model.
type Spec struct {
	Version     int    // nnspec: 1
	Model       string // name, and the stem of the model's file
	Fingerprint string // "sha256:…" over the graph's topology, not its weights
	Opset       int64  // of the default operator domain
	IR          int64
	Source      Source // where module paths came from
	Batch       string // the symbol of the batch dimension, "" if the model has none
	Symbols     []Symbol
	Inputs      []Value // of the graph
	Outputs     []Value
	Rename      map[string][]string // path or pattern → aliases, as in nnsight's rename
	Map         map[string]string   // hand-written: module path → tensor of its output, for models without scopes
	Modules     []*Module           // parents before children, in the order of the run
	Counts      Counts
	Notes       []string // what the kind of the model limits: quantised, fused, hidden in branches

	places map[string]token.Position // of rename's keys, in a spec that was read
}

// Source names where module paths were found.
type Source string

// The sources, best first.
const (
	FromNodeNames Source = "node names"    // TorchScript exporter, optimum
	FromMetadata  Source = "node metadata" // dynamo exporter
	FromWeights   Source = "weight names"  // tensor and weight names
	FromMap       Source = "map"           // the hand-written map alone
)

// Symbol is a name that dimensions are built from and the place where a run finds its size.
type Symbol struct {
	Name  string
	Input string // graph input
	Axis  int
}

// Role says what a graph input, output or a module's interface tensor is for.
type Role string

// The roles. Only input, output, past and present are given meaning by the
// runtime; the rest keep Input() and Output() from meaning the wrong tensor.
const (
	RoleInput    Role = "input"
	RoleOutput   Role = "output"
	RoleMask     Role = "mask"
	RolePosition Role = "position"
	RolePast     Role = "past"
	RolePresent  Role = "present"
	RoleOther    Role = "other"
	RoleUnknown  Role = "unknown"
)

// Value is an input or output of the graph.
type Value struct {
	Name  string
	Role  Role
	Type  tensor.Type
	Pair  string // a past input's present output, and the reverse
	Class string // sub-role of a RoleInput of a language model: "ids", "use_cache", ""
	Rows  Order  // of an output with rows folded into another axis: how they lie there
}

// Module is one node of the module tree.
type Module struct {
	Path    string // "transformer.h.5.attn"; "" is the root
	Class   string // "GPT2Attention" where known
	Nodes   int    // graph nodes in this module and below
	Visits  int    // calls in one forward, 1 for most
	Inputs  []*Point
	Outputs []*Point
	Weights map[string]string      // parameter name → initializer
	Sizes   map[string]tensor.Type // parameter name → its type in the file; specs of before have none
	Absent  string                 // why the module has no usable point, "" if it has

	Operations []*Operation // its own, not those of modules inside it, call by call; each after those it depends on
}

// Point is a tensor that crosses a module's border.
type Point struct {
	Tensor    string
	Role      Role
	Type      tensor.Type
	Visit     int   // 0 for the first call
	Node      int   // output: index of the producing node; input: index of the first consuming node in the module
	Consumers []int // input: every consuming node in the module, by index
	Measured  bool  // shape fitted to runs, not inferred
	Checked   bool  // a write was seen to move the result
	Absent    string
	Rows      Order  // where rows are folded with something else into one axis: how they lie there
	Views     []View // its named parts
}

// Counts sums up how well the tree was found.
type Counts struct {
	Found, Sure, Unsure, WithoutNodes int
}

// Side is input or output.
type Side string

// The two sides of a module.
const (
	SideInput  Side = "input"
	SideOutput Side = "output"
)
