package ops

import (
	"math"
	"strconv"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

// cumulative are the operators that carry something along one axis for which
// ONNX has no kernel of its own: each is a Scan.
var cumulative = []Op{
	{
		Name: "CumProd", Shape: sameRule, Params: []Param{intArg("axis")},
		Doc:   "CumProd is the running product along axis; integers and bool give int64.",
		Infer: inferCumSum, Lower: lowerCumProd,
	},
	{
		Name: "CumMax", Shape: "[a…] → [a…] twice", Params: []Param{intArg("axis")}, Results: []string{"values", "indices"},
		Doc:   "CumMax is the largest element so far along axis, and its int64 position, the last of equals; NaN wins.",
		Infer: inferCumExtreme, Lower: lowerCumExtreme(true),
	},
	{
		Name: "CumMin", Shape: "[a…] → [a…] twice", Params: []Param{intArg("axis")}, Results: []string{"values", "indices"},
		Doc:   "CumMin is the smallest element so far along axis, and its int64 position, the last of equals; NaN wins.",
		Infer: inferCumExtreme, Lower: lowerCumExtreme(false),
	},
}

func inferCumExtreme(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	out, err := inferAlong(orderedNumbers)(in, a)
	if err != nil {
		return nil, err
	}
	return append(out, tensor.Type{DType: tensor.Int64, Shape: out[0].Shape.Clone()}), nil
}

// carry is a Scan under construction: what it carries from place to place, what
// it takes at each place, and the nodes of its body.
type carry struct {
	l      *lowering
	stem   string // of names in the body
	rank   int    // of what is carried; onnxruntime wants ranks declared
	n      int
	nodes  []*onnx.Node
	in     []*onnx.ValueInfo
	axes   []int64  // of what is taken at each place
	starts []string // what is carried at first
	taken  []string
}

func (l *lowering) carry(stem string, x Operand) *carry {
	return &carry{l: l, stem: stem + "/body_", rank: len(x.Type.Shape) - 1}
}

func (c *carry) fresh() string {
	c.n++
	return c.stem + strconv.Itoa(c.n)
}

// value declares a tensor of the body, of sizes that only a run knows.
func (c *carry) value(name string, d tensor.DType, rank int) *onnx.ValueInfo {
	dims := make([]onnx.Dim, rank)
	for i := range dims {
		dims[i].Size = -1
	}
	return onnx.NewValue(name, d, dims...)
}

// input declares an input of the body.
func (c *carry) input(d tensor.DType, rank int) string {
	v := c.value(c.fresh(), d, rank)
	c.in = append(c.in, v)
	return v.Name
}

// state is what is carried from place to place, beginning with start. All of
// them are declared before what is taken.
func (c *carry) state(start string, d tensor.DType) string {
	c.starts = append(c.starts, start)
	return c.input(d, c.rank)
}

// take is the part of x, of so many axes, at each place of its axis.
func (c *carry) take(x string, d tensor.DType, axis, rank int) string {
	c.taken, c.axes = append(c.taken, x), append(c.axes, int64(axis))
	return c.input(d, rank)
}

func (c *carry) node(op string, in ...string) string {
	out := c.fresh()
	c.nodes = append(c.nodes, onnx.NewNode(op, out, in, []string{out}))
	return out
}

// give ends the body: next are the states for the next place, which are also
// what is kept, along the axis, of each place. empty is of the shape of all that
// is kept: Scan kills the process where there is nothing to go over.
func (c *carry) give(empty Operand, axis int, types []tensor.DType, next ...string) []string {
	l := c.l
	count, constant := empty.Type.Shape.Count().Const()
	if constant && count == 0 {
		out := make([]string, len(next))
		for i, d := range types {
			out[i] = l.cast(empty.Name, empty.Type.DType, d)
		}
		return out
	}
	attrs := c.close(axis, types, next)
	in := append(c.starts, c.taken...)
	if constant {
		return l.Nodes("Scan", 2*len(next), in, attrs...)[len(next):]
	}
	all := l.pieceName(l.product(empty, 0, len(empty.Type.Shape)))
	some := l.Node("Greater", []string{l.squeeze(all, 0), l.integer(0)})
	then, els := &onnx.Graph{Name: c.stem + "then"}, &onnx.Graph{Name: c.stem + "else"}
	out := make([]string, 2*len(next))
	for i := range out {
		out[i] = c.fresh()
	}
	then.Nodes = []*onnx.Node{onnx.NewNode("Scan", c.fresh(), in, out, attrs...)}
	for i, d := range types {
		none := c.fresh()
		els.Nodes = append(els.Nodes, onnx.NewNode("Cast", none, []string{empty.Name}, []string{none}, onnx.IntAttr("to", int64(d))))
		then.Outputs = append(then.Outputs, &onnx.ValueInfo{Name: out[len(next)+i], DType: int32(d)})
		els.Outputs = append(els.Outputs, &onnx.ValueInfo{Name: none, DType: int32(d)})
	}
	return l.Nodes("If", len(next), []string{some}, onnx.GraphAttr("then_branch", then), onnx.GraphAttr("else_branch", els))
}

// close makes the body and the attributes of the Scan.
func (c *carry) close(axis int, types []tensor.DType, next []string) []*onnx.Attribute {
	body := &onnx.Graph{Name: c.stem + "graph", Inputs: c.in}
	var kept []*onnx.ValueInfo
	axes := make([]int64, len(next))
	for i, name := range next {
		twin := c.node("Identity", name)
		body.Outputs = append(body.Outputs, c.value(name, types[i], c.rank))
		kept = append(kept, c.value(twin, types[i], c.rank))
		axes[i] = int64(axis)
	}
	body.Outputs = append(body.Outputs, kept...)
	body.Nodes = c.nodes
	return []*onnx.Attribute{
		onnx.GraphAttr("body", body), onnx.IntAttr("num_scan_inputs", int64(len(c.taken))),
		onnx.IntsAttr("scan_input_axes", c.axes...), onnx.IntsAttr("scan_output_axes", axes...),
	}
}

// rowLike is v in the shape of x without an axis.
func (l *lowering) rowLike(x Operand, axis int, d tensor.DType, v string) string {
	pieces := append(l.dimPieces(x, 0, axis), l.dimPieces(x, axis+1, len(x.Type.Shape))...)
	return l.expand(v, d, pieces...)
}

func lowerCumProd(e Emitter, in []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	axis, err := axisAttr(a, "axis", in[0].Type.Shape)
	if err != nil {
		return nil, err
	}
	d := in[0].Type.DType
	out := accumulator(d)
	w := wide(out)
	start := l.rowLike(in[0], axis, w, l.number(w, 1))
	c := l.carry(start, in[0])
	so, x := c.state(start, w), c.take(l.cast(in[0].Name, d, w), w, axis, c.rank)
	kept := c.give(in[0], axis, []tensor.DType{w}, c.node("Mul", so, x))
	return one(l.cast(kept[0], w, out))
}

// lowerCumExtreme carries the value and its place.
func lowerCumExtreme(largest bool) lowerFunc {
	return func(e Emitter, in []Operand, a Attrs) ([]string, error) {
		l := lower(e)
		axis, err := axisAttr(a, "axis", in[0].Type.Shape)
		if err != nil {
			return nil, err
		}
		const i64 = tensor.Int64
		d := in[0].Type.DType
		w := wide(d)
		if d.IsInt() {
			w = i64
		}
		start := l.rowLike(in[0], axis, w, l.farthest(w, largest))
		c := l.carry(start, in[0])
		v, at := c.state(start, w), c.state(l.rowLike(in[0], axis, i64, l.integer(0)), i64)
		x, i := c.take(l.cast(in[0].Name, d, w), w, axis, c.rank), c.take(l.iota(in[0], axis), i64, 0, 0)
		keep := c.node("Less", x, v)
		if !largest {
			keep = c.node("Less", v, x)
		}
		if w.IsFloat() { // NaN is kept until the next one
			keep = c.node("Or", keep, c.node("And", c.node("IsNaN", v), c.node("Not", c.node("IsNaN", x))))
		}
		kept := c.give(in[0], axis, []tensor.DType{w, i64}, c.node("Where", keep, v, x), c.node("Where", keep, at, i))
		return []string{l.cast(kept[0], w, d), kept[1]}, nil
	}
}

// farthest is what no element of dtype d lies beyond, from the other side.
func (l *lowering) farthest(d tensor.DType, largest bool) string {
	if d.IsFloat() {
		sign := 1
		if largest {
			sign = -1
		}
		return l.number(d, math.Inf(sign))
	}
	if largest {
		return l.integer(math.MinInt64)
	}
	return l.integer(math.MaxInt64)
}
