package shapes

import (
	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

// call is one node with the types of its inputs.
type call struct {
	p  *pass
	n  *onnx.Node
	in []tensor.Type
}

// rule gives the types of a node's outputs; a zero Type where nothing is known.
type rule func(c *call) []tensor.Type

func (c *call) attr(name string) *onnx.Attribute {
	for _, a := range c.n.Attrs {
		if a.Name == name {
			return a
		}
	}
	return nil
}

func (c *call) int(name string, def int64) int64 {
	if a := c.attr(name); a != nil {
		return a.I
	}
	return def
}

func (c *call) ints(name string) []int64 {
	if a := c.attr(name); a != nil {
		return a.Ints
	}
	return nil
}

func (c *call) str(name, def string) string {
	if a := c.attr(name); a != nil {
		return string(a.S)
	}
	return def
}

// has reports whether input i is given.
func (c *call) has(i int) bool { return i < len(c.n.Inputs) && c.n.Inputs[i] != "" }

// t is the type of input i, zero where it is left out.
func (c *call) t(i int) tensor.Type {
	if i < len(c.in) {
		return c.in[i]
	}
	return tensor.Type{}
}

// value gives the elements of input i where they are followed.
func (c *call) value(i int) ([]tensor.Dim, bool) {
	if !c.has(i) {
		return nil, false
	}
	v, ok := c.p.values[c.n.Inputs[i]]
	return v, ok
}

// consts gives the elements of input i where all are numbers.
func (c *call) consts(i int) ([]int64, bool) {
	v, ok := c.value(i)
	if !ok {
		return nil, false
	}
	out := make([]int64, len(v))
	for k, d := range v {
		n, isConst := d.Const()
		if !isConst {
			return nil, false
		}
		out[k] = n
	}
	return out, true
}

// axesArg gives axes that are an attribute in old opsets and input i in newer ones.
func (c *call) axesArg(name string, i int) ([]int64, bool) {
	if a := c.attr(name); a != nil {
		return a.Ints, true
	}
	return c.consts(i)
}

// set notes the elements of the node's first output.
func (c *call) set(v []tensor.Dim) {
	if len(v) <= maxValues && len(c.n.Outputs) > 0 {
		c.p.values[c.n.Outputs[0]] = v
	}
}

// constant notes a tensor that is in the file.
func (p *pass) constant(name string, t *onnx.Tensor) {
	typ := tensor.Type{DType: tensor.DType(t.DType), Shape: tensor.Dims(t.Dims...)}
	p.types[name] = typ
	if n, err := t.Elements(); err != nil || n > maxValues || len(t.Dims) > 1 {
		return
	}
	if !typ.DType.IsInt() && typ.DType != tensor.Bool {
		p.wholeFloats(name, t)
		return
	}
	ints, err := t.Int64s()
	if err != nil {
		return
	}
	p.values[name] = numbers(ints)
}

// wholeFloats follows float constants that are whole numbers: shape arithmetic
// passes through float casts, and Resize scales are floats.
func (p *pass) wholeFloats(name string, t *onnx.Tensor) {
	floats, err := t.Float32s()
	if err != nil {
		return
	}
	out := make([]int64, len(floats))
	for i, f := range floats {
		if f != float32(int64(f)) {
			return
		}
		out[i] = int64(f)
	}
	p.values[name] = numbers(out)
}

func numbers(ints []int64) []tensor.Dim {
	out := make([]tensor.Dim, len(ints))
	for i, n := range ints {
		out[i] = tensor.N(n)
	}
	return out
}

func one(t tensor.Type) []tensor.Type { return []tensor.Type{t} }

func of(d tensor.DType, s tensor.Shape) []tensor.Type {
	return []tensor.Type{{DType: d, Shape: s}}
}

// unknowns is a shape of which only the rank is known.
func unknowns(rank int) tensor.Shape {
	s := make(tensor.Shape, rank)
	for i := range s {
		s[i] = tensor.Unknown
	}
	return s
}
