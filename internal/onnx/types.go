package onnx

// Model is an ONNX model. Raw holds protobuf fields that this package does not
// know, verbatim, so that writing a model gives back what was read.
type Model struct {
	IR              int64
	Producer        string
	ProducerVersion string
	Domain          string
	ModelVersion    int64
	Doc             string
	Graph           *Graph
	Opsets          []Opset
	Metadata        []Entry
	Functions       []*Function
	Raw             []byte
}

// Opset is an operator set that a model imports.
type Opset struct {
	Domain  string
	Version int64
}

// Entry is a key and its value, of metadata.
type Entry struct{ Key, Value string }

// Graph is a model's graph, or the body of an If, Loop or Scan.
type Graph struct {
	Name         string
	Doc          string
	Nodes        []*Node
	Initializers []*Tensor
	Inputs       []*ValueInfo
	Outputs      []*ValueInfo
	ValueInfo    []*ValueInfo
	Metadata     []Entry
	Raw          []byte
}

// Node applies one operator. An empty name in Inputs or Outputs is an optional one left out.
type Node struct {
	Name     string
	Op       string
	Domain   string
	Overload string
	Doc      string
	Inputs   []string
	Outputs  []string
	Attrs    []*Attribute
	Metadata []Entry
	Raw      []byte
}

// AttrType is the kind of value that an attribute holds (AttributeProto.AttributeType).
type AttrType int32

// The attribute types that models use.
const (
	AttrFloat   AttrType = 1
	AttrInt     AttrType = 2
	AttrString  AttrType = 3
	AttrTensor  AttrType = 4
	AttrGraph   AttrType = 5
	AttrFloats  AttrType = 6
	AttrInts    AttrType = 7
	AttrStrings AttrType = 8
	AttrTensors AttrType = 9
	AttrGraphs  AttrType = 10
)

// Attribute is a named constant of a node.
type Attribute struct {
	Name    string
	Type    AttrType
	F       float32
	I       int64
	S       []byte
	T       *Tensor
	G       *Graph
	Floats  []float32
	Ints    []int64
	Strings [][]byte
	Tensors []*Tensor
	Graphs  []*Graph
	RefAttr string
	Doc     string
	Raw     []byte
}

// Tensor is a constant. Its data is in exactly one place: Data (an alias of the
// mapped file where the file holds raw_data; typed fields are decoded into
// little-endian bytes), Strings, or the external file that External names.
type Tensor struct {
	Name     string
	DType    int32 // TensorProto.DataType, as internal/tensor.DType
	Dims     []int64
	Data     []byte
	Offset   int64 // of Data in the model's file, -1 when Data is not an alias of it
	Strings  [][]byte
	External *External
	// Lent: Data is memory that nobody changes and that is kept for as long as a
	// session lives, so that Externalize hands it on instead of copying it.
	Lent bool
	Doc  string
	Raw  []byte
}

// External says where a tensor's data lies outside the model's file. Location is
// as the file has it: hostile until checked.
type External struct {
	Location       string
	Offset, Length int64   // Length -1: to the end
	Extra          []Entry // other keys, such as a checksum
}

// ValueInfo is the name and type of a value. DType 0: not a tensor, or unknown.
type ValueInfo struct {
	Name     string
	DType    int32
	Shape    []Dim // nil: unknown rank; empty: scalar
	HasShape bool
	Doc      string
	Metadata []Entry
	RawType  []byte // a type that is no tensor, verbatim
	Denote   string // the type's denotation
	Raw      []byte
}

// Dim is a size, a name, or (Size -1, no name) unknown.
type Dim struct {
	Size   int64 // -1 when it is not a number
	Param  string
	Denote string // what the dimension means, as DATA_BATCH
}

// Function is a model-local function.
type Function struct {
	Name     string
	Domain   string
	Overload string
	Inputs   []string
	Outputs  []string
	AttrsReq []string
	Nodes    []*Node
	Opsets   []Opset
	Raw      []byte
}
