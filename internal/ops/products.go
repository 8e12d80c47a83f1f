package ops

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/tensor"
)

// products are sums of products that are written by axes, and further ways to
// move axes.
var products = []Op{
	{
		Name: "Einsum", Func: true, Shape: `"bqd,bkd->bqk", [b, q, d], [b, k, d] → [b, q, k]`,
		Params: []Param{textArg("equation"), tensorsArg("ts")},
		Doc:    "Einsum is the sum of products that the equation describes, as torch.einsum: a letter for each axis, … as three dots; all of one numeric dtype.",
		Infer:  inferEinsum, Lower: lowerEinsum,
	},
	{
		Name: "Outer", Shape: "[…, n], […, m] → […, n, m]", Params: []Param{tensorArg("o")},
		Doc:   "Outer is the product of each element of the last axis of x with each of o; both of one numeric dtype.",
		Infer: inferOuter, Lower: lowerOuter,
	},
	{
		Name: "Transpose", Shape: "[a, b, c], axes 0 2 → [c, b, a]", Params: []Param{intArg("axis1"), intArg("axis2")},
		Doc:   "Transpose swaps two axes.",
		Infer: inferTranspose, Lower: lowerTranspose,
	},
	{
		Name: "MoveAxis", Shape: "[a, b, c], from 0 to 2 → [b, c, a]", Params: []Param{intArg("from"), intArg("to")},
		Doc:   "MoveAxis puts the axis from at the place to and leaves the order of the others.",
		Infer: inferMoveAxis, Lower: lowerMoveAxis,
	},
}

func inferEinsum(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	if err := sameDType(in); err != nil {
		return nil, err
	}
	if err := numbers.check(in[0]); err != nil {
		return nil, err
	}
	if err := everyRank(in); err != nil {
		return nil, err
	}
	eq, err := parseEinsum(a.String("equation"), in)
	if err != nil {
		return nil, err
	}
	out := tensor.Shape{}
	for _, label := range eq.out {
		out = append(out, eq.dims[label])
	}
	return []tensor.Type{{DType: in[0].DType, Shape: out}}, nil
}

func lowerEinsum(e Emitter, in []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	eq, err := parseEinsum(a.String("equation"), typesOf(in))
	if err != nil {
		return nil, err
	}
	d := in[0].Type.DType
	if l.Opset() < 12 {
		return one(l.sumOfProducts(d, in, eq))
	}
	return one(l.apply("Einsum", d, l.withoutOnes(in, eq), eq.attribute()))
}

// withoutOnes leaves out the axes of size 1 that go with a larger one of another
// operand, and takes their labels out of the equation. A letter that an operand
// has not stands for all of its sizes too, and onnxruntime infers the shape of a
// result from the first operand that has a letter: {1} for {1} and {48}.
func (l *lowering) withoutOnes(in []Operand, eq *einsum) []string {
	names := namesOf(in)
	for i, x := range in {
		var ones []int64
		var rest []rune
		for axis, label := range eq.in[i] {
			if isOne(x.Type.Shape[axis]) && !isOne(eq.dims[label]) {
				ones = append(ones, int64(axis))
				continue
			}
			rest = append(rest, label)
		}
		names[i], eq.in[i] = l.squeeze(x.Name, ones...), rest
	}
	return names
}

func isOne(d tensor.Dim) bool {
	n, ok := d.Const()
	return ok && n == 1
}

// sumOfProducts is an Einsum for opsets that have none: all operands get all
// labels as axes, are multiplied and summed.
func (l *lowering) sumOfProducts(d tensor.DType, in []Operand, eq *einsum) string {
	order := append([]rune(nil), eq.out...)
	for _, label := range eq.labels() {
		if !contains(eq.out, label) {
			order = append(order, label)
		}
	}
	w := wide(d)
	product := ""
	for i, x := range in {
		factor := l.cast(l.labelled(x.Name, eq.in[i], order), d, w)
		if product == "" {
			product = factor
			continue
		}
		product = l.binary("Mul", w, product, factor)
	}
	if n := len(eq.out); n < len(order) {
		product = l.reduce("ReduceSum", w, product, axesFrom(n, len(order)), false)
	}
	return l.cast(product, w, d)
}

// labelled gives x, whose axes have labels, the axes of order: others of size 1.
func (l *lowering) labelled(x string, labels, order []rune) string {
	var perm, missing []int64
	for at, label := range order {
		found := false
		for axis, own := range labels {
			if own == label {
				perm = append(perm, int64(axis))
				found = true
			}
		}
		if !found {
			missing = append(missing, int64(at))
		}
	}
	return l.unsqueeze(l.transpose(x, perm), missing...)
}

func inferOuter(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	if err := rankOf(in, 0, 1); err != nil {
		return nil, err
	}
	x, o := in[0].Shape, in[1].Shape
	if len(x) == 0 || len(o) == 0 {
		return nil, fmt.Errorf("shapes %s and %s: a scalar has no axis for the outer product, use Mul", x, o)
	}
	wideX := tensor.Type{DType: in[0].DType, Shape: append(x.Clone(), tensor.N(1))}
	wideO := tensor.Type{DType: in[1].DType, Shape: insertAxis(o, len(o)-1, tensor.N(1))}
	return inferBinary(numbers, nil)([]tensor.Type{wideX, wideO}, a)
}

func lowerOuter(e Emitter, in []Operand, _ Attrs) ([]string, error) {
	l := lower(e)
	d, x, o := l.both(in[0], in[1])
	x = l.unsqueeze(x, int64(len(in[0].Type.Shape)))
	o = l.unsqueeze(o, int64(len(in[1].Type.Shape)-1))
	return one(l.binary("Mul", d, x, o))
}

// permuted gives the shape that a permutation makes.
func permuted(s tensor.Shape, perm []int64) tensor.Shape {
	out := make(tensor.Shape, len(perm))
	for i, p := range perm {
		out[i] = s[p]
	}
	return out
}

func transposition(s tensor.Shape, a Attrs) ([]int64, error) {
	i, err := axisAttr(a, "axis1", s)
	if err != nil {
		return nil, err
	}
	j, err := axisAttr(a, "axis2", s)
	if err != nil {
		return nil, err
	}
	return swapped(len(s), i, j), nil
}

// moved is the order of axes after one was put elsewhere.
func moved(s tensor.Shape, a Attrs) ([]int64, error) {
	from, err := axisAttr(a, "from", s)
	if err != nil {
		return nil, err
	}
	to, err := axisAttr(a, "to", s)
	if err != nil {
		return nil, err
	}
	var perm []int64
	for i := range s {
		if i != from {
			perm = append(perm, int64(i))
		}
	}
	perm = append(perm[:to], append([]int64{int64(from)}, perm[to:]...)...)
	return perm, nil
}

func inferPerm(f func(tensor.Shape, Attrs) ([]int64, error)) inferFunc {
	return func(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
		if err := rankOf(in, 0); err != nil {
			return nil, err
		}
		perm, err := f(in[0].Shape, a)
		if err != nil {
			return nil, err
		}
		return []tensor.Type{{DType: in[0].DType, Shape: permuted(in[0].Shape, perm)}}, nil
	}
}

func lowerPerm(f func(tensor.Shape, Attrs) ([]int64, error)) lowerFunc {
	return func(e Emitter, in []Operand, a Attrs) ([]string, error) {
		perm, err := f(in[0].Type.Shape, a)
		if err != nil {
			return nil, err
		}
		return one(lower(e).transpose(in[0].Name, perm))
	}
}

var (
	inferTranspose, lowerTranspose = inferPerm(transposition), lowerPerm(transposition)
	inferMoveAxis, lowerMoveAxis   = inferPerm(moved), lowerPerm(moved)
)
