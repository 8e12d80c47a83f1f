package ops

import (
	"fmt"
	"math"
	"slices"

	"github.com/nngen-go/nngen/internal/tensor"
)

// rows are the compiler's own: they narrow values to the rows of one invoke and
// join them back.
var rows = []Op{
	{
		Name: "NarrowRows", Hidden: true, Shape: "[k*batch, a…] → [k*rows<invoke>, a…]",
		Doc:    "NarrowRows is the rows of one invoke along axis, where each row has scale entries (or entries, in symbols), together or, where order is inner, with rows varying fastest.",
		Params: []Param{tensorArg("bounds"), intArg("invoke"), intArg("axis"), intArg("scale")},
		Infer:  inferNarrow, Lower: lowerNarrow,
	},
	{
		Name: "JoinRows", Hidden: true, Shape: sameRule,
		Doc:    "JoinRows is x with the rows of the listed invokes replaced by parts; total is how many invokes there are.",
		Params: []Param{tensorArg("bounds"), tensorsArg("parts"), intsArg("invokes"), intArg("axis"), intArg("scale"), intArg("total")},
		Infer:  inferJoin, Lower: lowerJoin,
	},
}

// RowsSymbol names the number of rows that an invoke has.
func RowsSymbol(invoke int64) tensor.Dim { return tensor.Dim(fmt.Sprintf("rows%d", invoke)) }

// rowScope is where a tensor has the rows of the batch: so many entries to each
// row on an axis. Inner: rows vary fastest there, else a row's entries lie together.
type rowScope struct {
	axis    int
	entries tensor.Dim
	inner   bool
}

// scopeOf reads the attributes axis, scale (entries of each row), entries (where
// only the run knows their number: "seq") and order, and checks the bounds.
func scopeOf(in []tensor.Type, a Attrs) (r rowScope, err error) {
	if err := rankOf(in, 0); err != nil {
		return r, err
	}
	if r.axis, err = axisAttr(a, "axis", in[0].Shape); err != nil {
		return r, err
	}
	if in[1].DType != tensor.Int64 || len(in[1].Shape) != 1 {
		return r, fmt.Errorf("row bounds are %s: they must be an int64 vector", in[1])
	}
	scale := a.Int("scale", 1)
	if scale < 1 {
		return r, fmt.Errorf("scale %d must be at least 1", scale)
	}
	r.entries = tensor.N(scale)
	if text := a.String("entries"); text != "" {
		if r.entries, err = tensor.ParseDim(text); err != nil {
			return r, err
		}
	}
	switch order := a.String("order"); order {
	case "", "outer":
	case "inner":
		r.inner = true
	default:
		return r, fmt.Errorf("order %q of rows: it is outer or inner", order)
	}
	return r, nil
}

// ofInvoke is the type of an invoke's rows of t.
func (r rowScope) ofInvoke(t tensor.Type, invoke int64) tensor.Type {
	return pieces(t, r.axis, RowsSymbol(invoke).Mul(r.entries))[0]
}

func inferNarrow(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	r, err := scopeOf(in, a)
	if err != nil {
		return nil, err
	}
	invoke := a.Int("invoke", 0)
	if invoke < 0 {
		return nil, fmt.Errorf("invoke %d does not exist", invoke)
	}
	return []tensor.Type{r.ofInvoke(in[0], invoke)}, nil
}

// rowLowering cuts and joins rows of a tensor x.
type rowLowering struct {
	*lowering
	rowScope
	x      Operand
	bounds string
	unit   piece // entries of each row
	cuts   map[int64]string
}

func lowerRows(e Emitter, in []Operand, a Attrs) (*rowLowering, error) {
	types := []tensor.Type{in[0].Type, in[1].Type}
	r := &rowLowering{lowering: lower(e), x: in[0], bounds: in[1].Name, cuts: map[int64]string{}}
	var err error
	if r.rowScope, err = scopeOf(types, a); err != nil {
		return nil, err
	}
	if n, ok := r.entries.Const(); ok {
		r.unit = consts(n)
	} else {
		r.unit = piece{name: r.Node("Div", []string{r.dims(r.x, r.axis, r.axis+1), r.total()})}
	}
	return r, nil
}

// total is the number of all rows, as a vector of one.
func (r *rowLowering) total() string {
	return r.slice(r.bounds, []int64{-1}, []int64{math.MaxInt64}, []int64{0}, nil)
}

// bound is where the rows of invoke i begin on the axis, as a vector of one.
func (r *rowLowering) bound(i int64) string {
	if b, ok := r.cuts[i]; ok {
		return b
	}
	b := r.cut(r.bounds, 0, i, i+1)
	if !r.inner && (r.unit.name != "" || r.unit.consts[0] != 1) {
		b = r.Node("Mul", []string{b, r.pieceName(r.unit)})
	}
	r.cuts[i] = b
	return b
}

// between is the stretch of x from one bound to another, along an axis.
func (l *lowering) between(x string, axis int, from, to string) string {
	return l.Node("Slice", []string{x, from, to, l.vector(int64(axis))})
}

// around are the dimensions of the whole with others in the place of the axis.
func (r *rowLowering) around(dims ...piece) []piece {
	return slices.Concat(r.dimPieces(r.x, 0, r.axis), dims, r.dimPieces(r.x, r.axis+1, len(r.x.Type.Shape)))
}

// unfold gives so many rows that vary fastest an axis of their own, behind that of
// what they are folded with.
func (r *rowLowering) unfold(name string, rows string) Operand {
	t := tensor.Type{DType: r.x.Type.DType, Shape: slices.Insert(r.x.Type.Shape.Clone(), r.axis, tensor.Unknown)}
	t.Shape[r.axis+1] = tensor.Unknown
	x := Operand{Name: name, Type: tensor.Type{DType: t.DType, Shape: pieces(r.x.Type, r.axis, tensor.Unknown)[0].Shape}}
	return Operand{Name: r.reshape(x, r.around(r.unit, piece{name: rows})...), Type: t}
}

func lowerNarrow(e Emitter, in []Operand, a Attrs) ([]string, error) {
	r, err := lowerRows(e, in, a)
	if err != nil {
		return nil, err
	}
	i := a.Int("invoke", 0)
	from, to := r.bound(i), r.bound(i+1)
	if !r.inner {
		return one(r.between(r.x.Name, r.axis, from, to))
	}
	x := r.unfold(r.x.Name, r.total())
	x.Name = r.between(x.Name, r.axis+1, from, to)
	n := r.Node("Mul", []string{r.Node("Sub", []string{to, from}), r.pieceName(r.unit)})
	return one(r.reshape(x, r.around(piece{name: n})...))
}

func inferJoin(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	r, err := scopeOf(in, a)
	if err != nil {
		return nil, err
	}
	invokes, total := a.Ints("invokes"), a.Int("total", 0)
	if len(invokes) == 0 || len(invokes) != len(in)-2 {
		return nil, fmt.Errorf("%d parts given for invokes %v", len(in)-2, invokes)
	}
	for i, n := range invokes {
		if n < 0 || n >= total || i > 0 && n <= invokes[i-1] {
			return nil, fmt.Errorf("invokes %v are not ascending numbers below %d", invokes, total)
		}
		want := r.ofInvoke(in[0], n)
		part := in[i+2]
		if part.DType != want.DType || part.Shape.Differs(want.Shape) {
			return nil, fmt.Errorf("the rows of invoke %d are %s, %s expected", n, part, want)
		}
	}
	return []tensor.Type{{DType: in[0].DType, Shape: in[0].Shape.Clone()}}, nil
}

// lowerJoin copies once: parts that cover the batch are one Concat; on the
// first axis the others are scattered into a copy, which costs less than
// cutting the rest of the batch out; else the rest is cut out and joined. Rows
// that vary fastest get an axis of their own for it.
func lowerJoin(e Emitter, in []Operand, a Attrs) ([]string, error) {
	r, err := lowerRows(e, in, a)
	if err != nil {
		return nil, err
	}
	invokes, total := a.Ints("invokes"), a.Int("total", 1)
	base, parts := r.x, in[2:]
	if r.inner {
		parts = slices.Clone(parts)
		for i, p := range parts {
			n := r.Node("Sub", []string{r.bound(invokes[i] + 1), r.bound(invokes[i])})
			parts[i] = r.unfold(p.Name, n)
		}
		base = r.unfold(base.Name, r.total())
		r.axis++
		out := r.replaced(base, parts, invokes, total)
		return one(r.Node("Reshape", []string{out, r.shape(r.x.Name)}))
	}
	out := r.replaced(base, parts, invokes, total)
	if r.axis == 0 && int64(len(invokes)) < total {
		return one(out)
	}
	return one(r.sameShape(out, parts, invokes))
}

// replaced is base with the parts in the place of the rows of their invokes.
func (r *rowLowering) replaced(base Operand, parts []Operand, invokes []int64, total int64) string {
	switch {
	case int64(len(invokes)) == total:
		return r.concat(int64(r.axis), namesOf(parts)...)
	case r.axis == 0:
		var at []string
		for _, i := range invokes {
			from, to := r.squeeze(r.bound(i), 0), r.squeeze(r.bound(i+1), 0)
			at = append(at, r.Node("Range", []string{from, to, r.integer(1)}))
		}
		where := r.unsqueeze(r.concat(0, at...), 1)
		return r.Node("ScatterND", []string{base.Name, where, r.concat(0, namesOf(parts)...)})
	}
	return r.fillGaps(base.Name, parts, invokes, total)
}

// fillGaps joins the parts with the rows of the base between them.
func (r *rowLowering) fillGaps(base string, parts []Operand, invokes []int64, total int64) string {
	var list []string
	next := int64(0)
	gap := func(to int64) {
		if next < to {
			list = append(list, r.between(base, r.axis, r.bound(next), r.bound(to)))
		}
	}
	for i, n := range invokes {
		gap(n)
		list = append(list, parts[i].Name)
		next = n + 1
	}
	gap(total)
	return r.concat(int64(r.axis), list...)
}

// sameShape has the run check that x has the shape of the whole, unless the parts
// are known to have as many rows as their invokes.
func (r *rowLowering) sameShape(x string, parts []Operand, invokes []int64) string {
	for i, p := range parts {
		if p.Type.Shape == nil || !p.Type.Shape[r.axis].Equal(RowsSymbol(invokes[i]).Mul(r.entries)) {
			return r.Node("Reshape", []string{x, r.shape(r.x.Name)})
		}
	}
	return x
}
