package oracletest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/tensor"
)

// expr is a tensor expression with its type.
type expr struct {
	text  string
	typ   tensor.Type
	uses  []string
	taint bool // may hold NaN or infinities
}

// risky operators may give NaN or infinities: exotic programs use them, and
// none of the operators that order elements.
var (
	risky = []string{
		"Sqrt", "Log", "Exp", "Reciprocal", "Div", "Pow", "Prod", "ProdKeep", "Var", "VarKeep", "Std", "StdKeep", "CosineSimilarity", "LogSoftmax",
		"Rsqrt", "Exp2", "Expm1", "Log1p", "Log2", "Log10", "Tan", "Asin", "Acos", "Sinh", "Cosh", "PowTensor", "PopStd", "PopStdKeep", "Normalize",
		"TruncDiv", "FloorDiv", "Rem", "Mod", "LogSumExp", "LogSumExpKeep",
		"CumProd", "Acosh", "Atanh",
	}
	ordered = []string{"ArgMax", "ArgMin", "TopK", "BottomK", "Sort", "ArgSort", "Median", "Quantile", "CumMax", "CumMin"}
	// stepwise operators turn a difference in the last bit into a whole one.
	stepwise = []string{"Floor", "Ceil", "Round", "Eq", "Ne", "Trunc", "Sign", "CountNonzero", "CountNonzeroKeep", "Atan2"}
)

const maxElements = 60_000

// apply puts an operator of the table, with random arguments that fit, on e.
func (w *writer) apply(e expr) (expr, bool) {
	all := ops.All()
	if e.typ.DType == tensor.Float16 {
		return expr{}, false
	}
	for range 60 {
		o := all[w.r.IntN(len(all))]
		if o.Hidden || slices.Contains(risky, o.Name) && !w.exotic || slices.Contains(ordered, o.Name) && (e.taint || w.exotic) {
			continue
		}
		if slices.Contains(stepwise, o.Name) && !w.one(3) {
			continue
		}
		c := &opWriter{writer: w, op: o, attrs: ops.Attrs{}, uses: slices.Clone(e.uses), taint: e.taint || slices.Contains(risky, o.Name)}
		if out, ok := c.call(e); ok {
			return out, true
		}
	}
	return expr{}, false
}

// opWriter writes one call of an operator.
type opWriter struct {
	*writer
	op    *ops.Op
	in    []tensor.Type
	attrs ops.Attrs
	args  []string
	uses  []string
	taint bool
	bad   bool
}

func (c *opWriter) call(e expr) (expr, bool) {
	if !c.op.Func {
		c.in = append(c.in, e.typ)
	} else {
		c.uses, c.taint = nil, false // unless e is an argument
	}
	for i, p := range c.op.Params {
		c.param(e, p, i)
		if c.bad {
			return expr{}, false
		}
	}
	if c.op.Name == "IndexSelect" {
		if axis, err := e.typ.Shape.Axis(c.attrs.Int("axis", 0)); err != nil || size(e.typ, axis) < 2 {
			return expr{}, false // positions are 0 and 1
		}
	}
	types, err := c.op.Infer(c.in, c.attrs)
	if err != nil || len(types) == 0 {
		return expr{}, false
	}
	recv := e.text
	if c.op.Func {
		recv = "nn"
	}
	text := fmt.Sprintf("%s.%s(%s)", recv, c.op.Name, strings.Join(c.args, ", "))
	k := c.r.IntN(len(types))
	switch {
	case c.op.Slice:
		text += fmt.Sprintf("[%d]", k)
	case len(c.op.Results) == 2 && k == 0:
		text = "left(" + text + ")"
	case len(c.op.Results) == 2:
		text = "right(" + text + ")"
	}
	return expr{text: text, typ: types[k], uses: c.uses, taint: c.taint}, sane(types[k])
}

// sane refuses what grows too large, and emptiness, which has its own rules.
func sane(t tensor.Type) bool {
	n, ok := int64(1), true
	for _, d := range t.Shape {
		k, known := d.Const()
		ok = ok && known && k > 0
		n *= k
	}
	return ok && n <= maxElements && len(t.Shape) < 6
}

// size is a concrete dimension.
func size(t tensor.Type, axis int) int {
	n, _ := t.Shape[axis].Const()
	return int(n)
}

// param writes one argument.
func (c *opWriter) param(e expr, p ops.Param, i int) {
	switch p.Kind {
	case ops.TensorParam:
		c.tensor(e, p, i)
	case ops.TensorsParam:
		for range 1 + c.r.IntN(2) {
			c.operand(c.partner(e))
		}
		c.operand(e)
	case ops.ScalarParam:
		if p.Type == "int" {
			c.integer()
			return
		}
		c.scalar()
	case ops.IndexParam:
		c.index(e)
	case ops.StaticsParam:
		c.ints(e, p)
	case ops.StaticParam:
		c.static(e, p)
	}
}

func (c *opWriter) operand(e expr) {
	c.in = append(c.in, e.typ)
	c.args = append(c.args, e.text)
	c.uses = append(c.uses, e.uses...)
	c.taint = c.taint || e.taint
}

// tensor writes an operand: for conditions and indices one that is made for it.
func (c *opWriter) tensor(e expr, p ops.Param, i int) {
	rank := len(e.typ.Shape)
	switch {
	case c.op.Name == "Where" && i == 0:
		c.operand(c.condition(e))
	case c.op.Name == "Where" && i == 1:
		c.operand(e)
	case p.Name == "indices" && c.op.Name == "IndexSelect":
		c.operand(c.positions())
	case p.Name == "indices":
		if rank == 0 || e.typ.DType != tensor.Float32 || size(e.typ, rank-1) < 3 || e.taint {
			c.bad = true
			return
		}
		c.operand(c.along(e))
	case (c.op.Name == "Scatter" || c.op.Name == "ScatterAdd") && p.Name == "src":
		c.operand(expr{text: c.args[0] + ".Float()", typ: tensor.Type{DType: tensor.Float32, Shape: c.in[1].Shape}})
	case c.op.Name == "SetAt":
		// The value follows from the index: index writes both.
	case c.op.Name == "MatMul" && c.one(2):
		c.operand(expr{text: e.text + ".T()", typ: transposed(e.typ), uses: e.uses, taint: e.taint})
	default:
		c.operand(c.partner(e))
	}
}

func transposed(t tensor.Type) tensor.Type {
	out := tensor.Type{DType: t.DType, Shape: t.Shape.Clone()}
	if n := len(out.Shape); n > 1 {
		out.Shape[n-1], out.Shape[n-2] = out.Shape[n-2], out.Shape[n-1]
	}
	return out
}

// along is positions along the last axis, of the rank of e.
func (c *opWriter) along(e expr) expr {
	shape := e.typ.Shape.Clone()
	shape[len(shape)-1] = "1"
	return expr{text: e.text + ".ArgMax(-1).Unsqueeze(-1)", typ: tensor.Type{DType: tensor.Int64, Shape: shape}, uses: e.uses}
}

// positions is a small int64 tensor, 0 and 1 only.
func (c *opWriter) positions() expr {
	if c.one(2) {
		return expr{text: "idx", typ: tensor.Type{DType: tensor.Int64, Shape: tensor.Dims(2)}, uses: []string{"idx"}}
	}
	return expr{text: "nn.From([]int64{1, -1})", typ: tensor.Type{DType: tensor.Int64, Shape: tensor.Dims(2)}}
}

// condition is a bool tensor that goes with e.
func (c *opWriter) condition(e expr) expr {
	if v := c.any(func(v *val) bool { return v.typ.DType == tensor.Bool }); v != nil && c.one(2) {
		return v.expr()
	}
	t := tensor.Type{DType: tensor.Bool, Shape: e.typ.Shape}
	switch e.typ.DType {
	case tensor.Float32:
		text := e.text + pick(c.writer, ".Gt(nn.Scalar(float32(0.25)))", ".IsNaN().Not()", ".Le("+e.text+".Abs().Scale(0.5))")
		return expr{text: text, typ: t, uses: e.uses}
	case tensor.Bool:
		return e
	}
	return expr{text: e.text + ".Eq(" + e.text + ")", typ: t, uses: e.uses}
}

// partner is another tensor that may go with e: a variable, a part or a mean of
// e itself, a literal.
func (c *opWriter) partner(e expr) expr {
	same := func(v *val) bool { return v.typ.DType == e.typ.DType && (c.exotic || !v.taint) }
	if v := c.any(same); v != nil && !c.one(3) {
		return v.expr()
	}
	if e.typ.DType == tensor.Float32 && len(e.typ.Shape) > 0 {
		axis := c.r.IntN(len(e.typ.Shape))
		mean := tensor.Type{DType: e.typ.DType, Shape: e.typ.Shape.Clone()}
		mean.Shape[axis] = "1"
		switch c.r.IntN(4) {
		case 0:
			return expr{text: fmt.Sprintf("%s.MeanKeep(%d)", e.text, axis), typ: mean, uses: e.uses, taint: e.taint}
		case 1:
			return expr{text: "nn.Scalar(float32(0.75))", typ: tensor.Type{DType: tensor.Float32, Shape: tensor.Shape{}}}
		case 2:
			last := size(e.typ, len(e.typ.Shape)-1)
			if last <= 4 {
				nums := strings.Join([]string{"0.5", "-1", "2", "0.25"}[:last], ", ")
				return expr{text: "nn.From([]float32{" + nums + "})", typ: tensor.Type{DType: tensor.Float32, Shape: tensor.Dims(int64(last))}}
			}
			return expr{text: fmt.Sprintf("nn.Zeros(nn.Float32, 1, %d)", last), typ: tensor.Type{DType: tensor.Float32, Shape: tensor.Dims(1, int64(last))}}
		}
	}
	return e
}

// scalar writes a Go number.
func (c *opWriter) scalar() {
	t := tensor.Type{DType: tensor.Float32, Shape: tensor.Shape{}}
	c.in = append(c.in, t)
	if h := c.number("float32"); h != nil && (c.exotic || !h.taint) && !c.one(3) {
		c.args, c.uses = append(c.args, pick(c.writer, h.name, h.name, h.name+"/2", "alpha*"+h.name, "largest("+h.name+", 0.25)")), append(c.uses, h.name, "alpha")
		c.taint = c.taint || h.taint
		return
	}
	switch c.r.IntN(8) {
	case 0:
		c.args, c.uses = append(c.args, "alpha"), append(c.uses, "alpha")
	case 1:
		c.args, c.uses = append(c.args, "float32(pos)/2"), append(c.uses, "pos")
	case 2:
		c.args, c.uses = append(c.args, "alpha*alpha-0.25"), append(c.uses, "alpha")
	default:
		c.args = append(c.args, pick(c.writer, "0.5", "-1", "2", "0", "0.3", "-0.7", "1"))
	}
}

// integer writes a Go integer.
func (c *opWriter) integer() {
	c.in = append(c.in, tensor.Type{DType: tensor.Int64, Shape: tensor.Shape{}})
	switch h := c.number("int"); {
	case h != nil && c.one(2):
		c.args, c.uses = append(c.args, h.name+"+7"), append(c.uses, h.name)
	case c.one(3):
		c.args, c.uses = append(c.args, "pos"), append(c.uses, "pos")
	default:
		c.args = append(c.args, strconv.Itoa(c.r.IntN(100)))
	}
}
