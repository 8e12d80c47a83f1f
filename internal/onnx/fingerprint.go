package onnx

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"math"
	"slices"

	"github.com/nngen-go/nngen/internal/tensor"
)

// Fingerprint names a model's topology: "sha256:" and 64 hex digits over opsets,
// nodes in file order with their attributes, and the types of inputs, outputs
// and weights. Models that differ only in the values of weights, in docs, in the
// names and metadata of nodes, or in where weights are kept, have the same one.
// Small constants in attributes, and small integer vectors among the weights,
// count with their values: they are axes and shapes.
func Fingerprint(m *Model) string {
	p := &printer{h: sha256.New()}
	p.str("nngen topology 1")
	p.opsets(m.Opsets)
	p.graph(m.Graph)
	p.int(int64(len(m.Functions)))
	for _, fn := range m.Functions {
		p.strs(fn.Domain, fn.Name, fn.Overload)
		p.list(fn.Inputs)
		p.list(fn.Outputs)
		p.list(fn.AttrsReq)
		p.opsets(fn.Opsets)
		p.nodes(fn.Nodes)
	}
	return "sha256:" + hex.EncodeToString(p.h.Sum(nil))
}

// printer feeds a hash so that no two structures give the same bytes: strings
// and lists go in with their length.
type printer struct {
	h   hash.Hash
	buf []byte
}

func (p *printer) int(v int64) {
	p.buf = binary.LittleEndian.AppendUint64(p.buf[:0], uint64(v))
	p.h.Write(p.buf)
}

func (p *printer) bytes(b []byte) {
	p.int(int64(len(b)))
	p.h.Write(b)
}

func (p *printer) str(s string) {
	p.int(int64(len(s)))
	p.buf = append(p.buf[:0], s...)
	p.h.Write(p.buf)
}

func (p *printer) strs(list ...string) {
	for _, s := range list {
		p.str(s)
	}
}

func (p *printer) list(list []string) {
	p.int(int64(len(list)))
	p.strs(list...)
}

func (p *printer) ints(list []int64) {
	p.int(int64(len(list)))
	for _, v := range list {
		p.int(v)
	}
}

func (p *printer) opsets(list []Opset) {
	list = slices.Clone(list)
	for i := range list {
		list[i].Domain = normalDomain(list[i].Domain)
	}
	slices.SortFunc(list, func(a, b Opset) int {
		return cmp.Or(cmp.Compare(a.Domain, b.Domain), cmp.Compare(a.Version, b.Version))
	})
	p.int(int64(len(list)))
	for _, o := range list {
		p.str(o.Domain)
		p.int(o.Version)
	}
}

func (p *printer) graph(g *Graph) {
	p.values(g.Inputs)
	p.values(g.Outputs)
	p.int(int64(len(g.Initializers)))
	for _, t := range g.Initializers {
		p.str(t.Name)
		p.tensor(t, isShape(t))
	}
	p.nodes(g.Nodes)
}

func (p *printer) values(list []*ValueInfo) {
	p.int(int64(len(list)))
	for _, v := range list {
		p.str(v.Name)
		p.int(int64(v.DType))
		p.bytes(v.RawType)
		if !v.HasShape {
			p.int(-1)
			continue
		}
		p.int(int64(len(v.Shape)))
		for _, d := range v.Shape {
			p.int(d.Size)
			p.str(d.Param)
		}
	}
}

func (p *printer) nodes(list []*Node) {
	p.int(int64(len(list)))
	for _, n := range list {
		p.strs(normalDomain(n.Domain), n.Op, n.Overload)
		p.list(n.Inputs)
		p.list(n.Outputs)
		attrs := n.Attrs
		if len(attrs) > 1 {
			attrs = slices.Clone(attrs)
			slices.SortStableFunc(attrs, func(a, b *Attribute) int { return cmp.Compare(a.Name, b.Name) })
		}
		p.int(int64(len(attrs)))
		for _, a := range attrs {
			p.attribute(a)
		}
	}
}

func (p *printer) attribute(a *Attribute) {
	p.strs(a.Name, a.RefAttr)
	p.int(int64(a.Type))
	p.int(a.I)
	p.int(int64(math.Float32bits(a.F)))
	p.bytes(a.S)
	p.ints(a.Ints)
	p.int(int64(len(a.Floats)))
	for _, f := range a.Floats {
		p.int(int64(math.Float32bits(f)))
	}
	p.int(int64(len(a.Strings)))
	for _, s := range a.Strings {
		p.bytes(s)
	}
	tensors, graphs := a.Tensors, a.Graphs
	if a.T != nil {
		tensors = append([]*Tensor{a.T}, tensors...)
	}
	if a.G != nil {
		graphs = append([]*Graph{a.G}, graphs...)
	}
	p.int(int64(len(tensors)))
	for _, t := range tensors {
		p.tensor(t, t.ByteSize() < LargeWeight)
	}
	p.int(int64(len(graphs)))
	for _, g := range graphs {
		p.graph(g)
	}
}

func (p *printer) tensor(t *Tensor, withValue bool) {
	p.int(int64(t.DType))
	p.ints(t.Dims)
	if !withValue || t.External != nil {
		return
	}
	p.bytes(t.Data)
	for _, s := range t.Strings {
		p.bytes(s)
	}
}

// isShape reports whether a weight is a small integer vector or scalar, as axes,
// sizes and indexes are.
func isShape(t *Tensor) bool {
	switch tensor.DType(t.DType) {
	case tensor.Int64, tensor.Int32, tensor.Bool:
		return len(t.Dims) <= 1 && t.ByteSize() < LargeWeight
	}
	return false
}
