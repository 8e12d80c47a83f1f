package ops

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/tensor"
)

// rows are the compiler's own: they narrow values to the rows of one invoke and
// join them back.
var rows = []Op{
	{
		Name: "NarrowRows", Hidden: true, Shape: "[k*batch, a…] → [k*rows<invoke>, a…]",
		Doc:    "NarrowRows is the rows of one invoke: bounds[invoke]*scale to bounds[invoke+1]*scale along axis.",
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

// rowScope resolves the row axis and checks the bounds.
func rowScope(in []tensor.Type, a Attrs) (axis int, scale int64, err error) {
	if err := rankOf(in, 0); err != nil {
		return 0, 0, err
	}
	if axis, err = axisAttr(a, "axis", in[0].Shape); err != nil {
		return 0, 0, err
	}
	if in[1].DType != tensor.Int64 || len(in[1].Shape) != 1 {
		return 0, 0, fmt.Errorf("row bounds are %s: they must be an int64 vector", in[1])
	}
	if scale = a.Int("scale", 1); scale < 1 {
		return 0, 0, fmt.Errorf("scale %d must be at least 1", scale)
	}
	return axis, scale, nil
}

func inferNarrow(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	axis, scale, err := rowScope(in, a)
	if err != nil {
		return nil, err
	}
	invoke := a.Int("invoke", 0)
	if invoke < 0 {
		return nil, fmt.Errorf("invoke %d does not exist", invoke)
	}
	return pieces(in[0], axis, RowsSymbol(invoke).Mul(tensor.N(scale))), nil
}

// bound is bounds[i]*scale as a vector of one.
func (l *lowering) bound(bounds string, i, scale int64) string {
	b := l.cut(bounds, 0, i, i+1)
	if scale == 1 {
		return b
	}
	return l.Node("Mul", []string{b, l.vector(scale)})
}

func (l *lowering) between(x string, axis int, from, to string) string {
	return l.Node("Slice", []string{x, from, to, l.vector(int64(axis))})
}

func lowerNarrow(e Emitter, in []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	axis, err := axisAttr(a, "axis", in[0].Type.Shape)
	if err != nil {
		return nil, err
	}
	i, scale := a.Int("invoke", 0), a.Int("scale", 1)
	from, to := l.bound(in[1].Name, i, scale), l.bound(in[1].Name, i+1, scale)
	return one(l.between(in[0].Name, axis, from, to))
}

func inferJoin(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	axis, scale, err := rowScope(in, a)
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
		want := pieces(in[0], axis, RowsSymbol(n).Mul(tensor.N(scale)))[0]
		part := in[i+2]
		if part.DType != want.DType || part.Shape.Differs(want.Shape) {
			return nil, fmt.Errorf("the rows of invoke %d are %s, %s expected", n, part, want)
		}
	}
	return []tensor.Type{{DType: in[0].DType, Shape: in[0].Shape.Clone()}}, nil
}

// lowerJoin copies once: parts that cover the batch are one Concat; on the
// first axis the others are scattered into a copy, which costs less than
// cutting the rest of the batch out; else the rest is cut out and joined.
func lowerJoin(e Emitter, in []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	axis, err := axisAttr(a, "axis", in[0].Type.Shape)
	if err != nil {
		return nil, err
	}
	invokes, scale, total := a.Ints("invokes"), a.Int("scale", 1), a.Int("total", 1)
	base, bounds, parts := in[0], in[1].Name, in[2:]
	var out string
	switch {
	case int64(len(invokes)) == total:
		out = l.concat(int64(axis), namesOf(parts)...)
	case axis == 0:
		var at []string
		for _, i := range invokes {
			from, to := l.squeeze(l.bound(bounds, i, scale), 0), l.squeeze(l.bound(bounds, i+1, scale), 0)
			at = append(at, l.Node("Range", []string{from, to, l.integer(1)}))
		}
		where := l.unsqueeze(l.concat(0, at...), 1)
		return one(l.Node("ScatterND", []string{base.Name, where, l.concat(0, namesOf(parts)...)}))
	default:
		out = l.fillGaps(base.Name, axis, bounds, parts, invokes, scale, total)
	}
	return one(l.sameShape(out, base, parts, axis, invokes, scale))
}

// fillGaps joins the parts with the rows of the base between them.
func (l *lowering) fillGaps(base string, axis int, bounds string, parts []Operand, invokes []int64, scale, total int64) string {
	var list []string
	next := int64(0)
	gap := func(to int64) {
		if next < to {
			list = append(list, l.between(base, axis, l.bound(bounds, next, scale), l.bound(bounds, to, scale)))
		}
	}
	for i, n := range invokes {
		gap(n)
		list = append(list, parts[i].Name)
		next = n + 1
	}
	gap(total)
	return l.concat(int64(axis), list...)
}

// sameShape has the run check that x has the shape of base, unless the parts
// are known to have as many rows as their invokes.
func (l *lowering) sameShape(x string, base Operand, parts []Operand, axis int, invokes []int64, scale int64) string {
	for i, p := range parts {
		if p.Type.Shape == nil || !p.Type.Shape[axis].Equal(RowsSymbol(invokes[i]).Mul(tensor.N(scale))) {
			return l.Node("Reshape", []string{x, l.shape(base.Name)})
		}
	}
	return x
}
