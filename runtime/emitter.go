package nn

import (
	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

// emitter lets operators of the table add their nodes to a graph. It is the
// only ops.Emitter: splices and single operations are lowered alike.
type emitter struct {
	ix    *onnx.Index
	opset int64
	stem  string // of new names
	where string // the operation whose nodes are added, in their names
	what  string // what is wrong if one of them fails, in their names
	added []*onnx.Node
	err   error         // the first constant that could not be made
	body  *[]*onnx.Node // the branch that nodes are added to, nil: the graph itself
	once  map[onceKey]string
}

// onceKey is what Once has made, and in which branch: another does not see it.
type onceKey struct {
	body *[]*onnx.Node
	what string
}

// Once adds nodes where they are not there yet.
func (e *emitter) Once(key string, add func() string) string {
	k := onceKey{e.body, key}
	name, ok := e.once[k]
	if !ok {
		if e.once == nil {
			e.once = map[onceKey]string{}
		}
		name = add()
		e.once[k] = name
	}
	return name
}

// Opset is that of the model's default domain.
func (e *emitter) Opset() int64 { return e.opset }

// Node adds a node with one output.
func (e *emitter) Node(op string, in []string, attrs ...*onnx.Attribute) string {
	return e.Nodes(op, 1, in, attrs...)[0]
}

// Nodes adds a node with n outputs.
func (e *emitter) Nodes(op string, n int, in []string, attrs ...*onnx.Attribute) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = e.ix.FreshName(e.stem + op)
	}
	node := onnx.NewNode(op, e.ix.FreshName(e.stem+e.place()+op+"_node"), append([]string(nil), in...), append([]string(nil), out...), attrs...)
	e.insert(node)
	e.added = append(e.added, node)
	return out
}

// Label names the nodes that follow by what is wrong if they fail.
func (e *emitter) Label(what string) { e.what = what }

// place is the part of a node's name that opFailure reads back.
func (e *emitter) place() string {
	if e.where == "" {
		return ""
	}
	if e.what == "" {
		return e.where + "/"
	}
	return e.where + ": " + e.what + "/"
}

// insert puts nodes where the work goes on: into the graph, or a branch in it.
func (e *emitter) insert(nodes ...*onnx.Node) {
	if e.body != nil {
		*e.body = append(*e.body, nodes...)
		return
	}
	e.ix.Insert(nodes...)
}

// Const adds a constant.
func (e *emitter) Const(t tensor.DType, dims []int64, data any) string {
	name := e.ix.FreshName(e.stem + "const")
	c, err := onnx.NewTensor(name, t, dims, data)
	if err != nil {
		if e.err == nil {
			e.err = err
		}
		return name
	}
	e.ix.AddInitializer(c)
	return name
}
