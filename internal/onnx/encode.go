package onnx

import (
	"errors"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// Marshal writes a model. Weights that are inline are copied, once; see
// Externalize for the way around that.
func Marshal(m *Model) ([]byte, error) {
	if m == nil || m.Graph == nil {
		return nil, errors.New("a model without a graph cannot be written")
	}
	e := &encoder{}
	size := graphSize(m.Graph)
	e.b = make([]byte, 0, size+size/64+4096)
	e.model(m)
	if e.err != nil {
		return nil, e.err
	}
	if len(e.b) > math.MaxInt32 {
		return nil, fmt.Errorf("the model takes %d bytes and protobuf ends at 2 GiB: put its weights into external data", len(e.b))
	}
	return e.b, nil
}

// encoder appends to one buffer. Nested messages are written in place: the room
// for their length is guessed and the content shifted where the guess was wrong.
type encoder struct {
	b   []byte
	err error
}

func (e *encoder) tag(num protowire.Number, typ protowire.Type) {
	e.b = protowire.AppendTag(e.b, num, typ)
}

func (e *encoder) integer(num protowire.Number, v int64) {
	e.tag(num, protowire.VarintType)
	e.b = protowire.AppendVarint(e.b, uint64(v))
}

func (e *encoder) integerIf(num protowire.Number, v int64) {
	if v != 0 {
		e.integer(num, v)
	}
}

func (e *encoder) str(num protowire.Number, s string) {
	e.tag(num, protowire.BytesType)
	e.b = protowire.AppendString(e.b, s)
}

func (e *encoder) strIf(num protowire.Number, s string) {
	if s != "" {
		e.str(num, s)
	}
}

func (e *encoder) strs(num protowire.Number, list []string) {
	for _, s := range list {
		e.str(num, s)
	}
}

func (e *encoder) bytes(num protowire.Number, b []byte) {
	e.tag(num, protowire.BytesType)
	e.b = protowire.AppendBytes(e.b, b)
}

func (e *encoder) raw(b []byte) { e.b = append(e.b, b...) }

// packedInts writes a packed list of integers, nothing for an empty one.
func (e *encoder) packedInts(num protowire.Number, list []int64) {
	if len(list) == 0 {
		return
	}
	e.message(num, len(list), func() {
		for _, v := range list {
			e.b = protowire.AppendVarint(e.b, uint64(v))
		}
	})
}

// message writes a nested message that takes about guess bytes.
func (e *encoder) message(num protowire.Number, guess int, fill func()) {
	e.tag(num, protowire.BytesType)
	at, room := len(e.b), protowire.SizeVarint(uint64(guess))
	e.b = append(e.b, make([]byte, room)...)
	fill()
	n := len(e.b) - at - room
	need := protowire.SizeVarint(uint64(n))
	if need > room {
		e.b = append(e.b, make([]byte, need-room)...)
	}
	if need != room {
		copy(e.b[at+need:at+need+n], e.b[at+room:at+room+n])
		e.b = e.b[:at+need+n]
	}
	protowire.AppendVarint(e.b[:at], uint64(n))
}

func (e *encoder) entries(num protowire.Number, list []Entry) {
	for _, kv := range list {
		e.message(num, len(kv.Key)+len(kv.Value), func() {
			e.str(1, kv.Key)
			e.str(2, kv.Value)
		})
	}
}

func (e *encoder) opsets(num protowire.Number, list []Opset) {
	for _, o := range list {
		e.message(num, len(o.Domain)+4, func() {
			e.str(1, o.Domain)
			e.integer(2, o.Version)
		})
	}
}

func (e *encoder) model(m *Model) {
	e.integerIf(1, m.IR)
	e.strIf(2, m.Producer)
	e.strIf(3, m.ProducerVersion)
	e.strIf(4, m.Domain)
	e.integerIf(5, m.ModelVersion)
	e.strIf(6, m.Doc)
	e.graph(7, m.Graph)
	e.opsets(8, m.Opsets)
	e.entries(14, m.Metadata)
	for _, fn := range m.Functions {
		e.function(25, fn)
	}
	e.raw(m.Raw)
}

func (e *encoder) graph(num protowire.Number, g *Graph) {
	if g == nil {
		e.err = errors.New("a graph is missing")
		return
	}
	e.message(num, graphSize(g), func() {
		for _, n := range g.Nodes {
			e.node(1, n)
		}
		e.strIf(2, g.Name)
		for _, t := range g.Initializers {
			e.tensor(5, t)
		}
		e.strIf(10, g.Doc)
		e.values(11, g.Inputs)
		e.values(12, g.Outputs)
		e.values(13, g.ValueInfo)
		e.entries(16, g.Metadata)
		e.raw(g.Raw)
	})
}

func (e *encoder) node(num protowire.Number, n *Node) {
	e.message(num, 200, func() {
		e.strs(1, n.Inputs)
		e.strs(2, n.Outputs)
		e.strIf(3, n.Name)
		e.str(4, n.Op)
		for _, a := range n.Attrs {
			e.attribute(5, a)
		}
		e.strIf(6, n.Doc)
		e.strIf(7, n.Domain)
		e.strIf(8, n.Overload)
		e.entries(9, n.Metadata)
		e.raw(n.Raw)
	})
}

func (e *encoder) function(num protowire.Number, fn *Function) {
	e.message(num, 100*len(fn.Nodes), func() {
		e.strIf(1, fn.Name)
		e.strs(4, fn.Inputs)
		e.strs(5, fn.Outputs)
		e.strs(6, fn.AttrsReq)
		for _, n := range fn.Nodes {
			e.node(7, n)
		}
		e.opsets(9, fn.Opsets)
		e.strIf(10, fn.Domain)
		e.strIf(13, fn.Overload)
		e.raw(fn.Raw)
	})
}

// graphSize is about the bytes that a graph takes: the weights, and a guess for the rest.
func graphSize(g *Graph) int {
	n := 100 * (len(g.Nodes) + len(g.Initializers) + len(g.ValueInfo))
	for _, t := range g.Initializers {
		n += len(t.Data)
	}
	for _, node := range g.Nodes {
		for _, a := range node.Attrs {
			if a.T != nil {
				n += len(a.T.Data)
			}
		}
	}
	return n
}
