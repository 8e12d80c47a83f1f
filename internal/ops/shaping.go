package ops

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/tensor"
)

// shaping give the same elements another shape.
var shaping = []Op{
	{
		Name: "Reshape", Shape: "[a…] → [dims…]", Params: []Param{intsArg("dims")},
		Doc:   "Reshape gives the elements the sizes dims in the same order; one may be -1, which takes what is left, none may be 0.",
		Infer: inferReshape, Lower: lowerReshape,
	},
	{
		Name: "Flatten", Shape: "[a, b, c], from 1 to 2 → [a, b*c]", Params: []Param{intArg("from"), intArg("to")},
		Doc:   "Flatten joins the axes from … to, both included, into one.",
		Infer: inferFlatten, Lower: lowerFlatten,
	},
	{
		Name: "Unflatten", Shape: "[a, b*c], axis 1, sizes b c → [a, b, c]", Params: []Param{intArg("axis"), intsArg("sizes")},
		Doc:   "Unflatten splits axis into the given sizes; one may be -1, which takes what is left.",
		Infer: inferUnflatten, Lower: lowerUnflatten,
	},
	{
		Name: "Unsqueeze", Shape: "[a, b], axis 1 → [a, 1, b]", Params: []Param{intArg("axis")},
		Doc:   "Unsqueeze inserts an axis of size 1 so that it becomes axis of the result.",
		Infer: inferUnsqueeze, Lower: lowerUnsqueeze,
	},
	{
		Name: "Squeeze", Shape: "[a, 1, b], axis 1 → [a, b]", Params: []Param{intArg("axis")},
		Doc:   "Squeeze drops axis, whose size must be 1.",
		Infer: inferSqueeze, Lower: lowerSqueeze,
	},
	{
		Name: "Expand", Shape: "[1, b], sizes a -1 → [a, b]", Params: []Param{intsArg("sizes")},
		Doc:   "Expand repeats axes of size 1 to the given sizes, -1 keeps one; more sizes than axes add leading axes.",
		Infer: inferExpand, Lower: lowerExpand,
	},
	{
		Name: "Heads", Shape: "[…, s, n*d] → […, n, s, d]", Params: []Param{intArg("n")},
		Doc:   "Heads splits the last axis into n heads and puts them before the sequence axis.",
		Infer: inferHeads, Lower: lowerHeads,
	},
	{
		Name: "MergeHeads", Shape: "[…, n, s, d] → […, s, n*d]",
		Doc:   "MergeHeads joins heads that Heads made back into the last axis.",
		Infer: inferMergeHeads, Lower: lowerMergeHeads,
	},
}

// sizes reads static sizes, of which one may be -1; it gives that one's
// position (or -1) and the product of the others.
func sizes(list []int64) (open int, rest int64, err error) {
	open, rest = -1, 1
	for i, n := range list {
		switch {
		case n == -1 && open < 0:
			open = i
		case n == -1:
			return 0, 0, fmt.Errorf("sizes %v: only one may be -1", list)
		case n < 1:
			return 0, 0, fmt.Errorf("sizes %v: %d is no size; to keep an axis that has no constant size, use Flatten or Unflatten", list, n)
		default:
			rest *= n
		}
	}
	return open, rest, nil
}

// distribute gives the dimensions that total elements have in the given sizes.
func distribute(total tensor.Dim, list []int64) (tensor.Shape, error) {
	open, rest, err := sizes(list)
	if err != nil {
		return nil, err
	}
	out := tensor.Dims(list...)
	n, constant := total.Const()
	if open < 0 {
		if total.Differs(tensor.N(rest)) {
			return nil, fmt.Errorf("%s elements do not fit into sizes %v", total, list)
		}
		return out, nil
	}
	if constant && n%rest != 0 {
		return nil, fmt.Errorf("%d elements cannot be divided into sizes %v", n, list)
	}
	out[open] = total.Div(rest)
	return out, nil
}

func inferReshape(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	s, err := distribute(in[0].Shape.Count(), a.Ints("dims"))
	if err != nil {
		return nil, fmt.Errorf("shape %s: %w", in[0].Shape, err)
	}
	return []tensor.Type{{DType: in[0].DType, Shape: s}}, nil
}

func lowerReshape(e Emitter, in []Operand, a Attrs) ([]string, error) {
	l, x := lower(e), in[0]
	list := a.Ints("dims")
	s, err := distribute(x.Type.Shape.Count(), list)
	if err != nil {
		return nil, err
	}
	sizes := make([]int64, len(list)) // with -1 only where it has to be
	for i, d := range s {
		n, ok := d.Const()
		if !ok {
			n = -1
		}
		sizes[i] = n
	}
	return one(l.reshape(x, consts(sizes...)))
}

func flattenAxes(s tensor.Shape, a Attrs) (from, to int, err error) {
	if from, err = axisAttr(a, "from", s); err != nil {
		return 0, 0, err
	}
	if to, err = axisAttr(a, "to", s); err != nil {
		return 0, 0, err
	}
	if from > to {
		return 0, 0, fmt.Errorf("axis %d comes after axis %d in shape %s", from, to, s)
	}
	return from, to, nil
}

func inferFlatten(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	if err := rankOf(in, 0); err != nil {
		return nil, err
	}
	s := in[0].Shape
	from, to, err := flattenAxes(s, a)
	if err != nil {
		return nil, err
	}
	out := append(s[:from].Clone(), s[from:to+1].Count())
	return []tensor.Type{{DType: in[0].DType, Shape: append(out, s[to+1:]...)}}, nil
}

func lowerFlatten(e Emitter, in []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	rank := len(in[0].Type.Shape)
	from, to, err := flattenAxes(in[0].Type.Shape, a)
	if err != nil {
		return nil, err
	}
	pieces := append(l.dimPieces(in[0], 0, from), l.product(in[0], from, to+1))
	return one(l.reshape(in[0], append(pieces, l.dimPieces(in[0], to+1, rank)...)...))
}

func inferUnflatten(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	if err := rankOf(in, 0); err != nil {
		return nil, err
	}
	s := in[0].Shape
	axis, err := axisAttr(a, "axis", s)
	if err != nil {
		return nil, err
	}
	parts, err := distribute(s[axis], a.Ints("sizes"))
	if err != nil {
		return nil, fmt.Errorf("axis %d of shape %s: %w", axis, s, err)
	}
	out := append(s[:axis].Clone(), parts...)
	return []tensor.Type{{DType: in[0].DType, Shape: append(out, s[axis+1:]...)}}, nil
}

func lowerUnflatten(e Emitter, in []Operand, a Attrs) ([]string, error) {
	axis, err := axisAttr(a, "axis", in[0].Type.Shape)
	if err != nil {
		return nil, err
	}
	l := lower(e)
	x, err := l.unflatten(in[0], axis, a.Ints("sizes"))
	return []string{x}, err
}

func (l *lowering) unflatten(x Operand, axis int, list []int64) (string, error) {
	_, rest, err := sizes(list)
	if err != nil {
		return "", err
	}
	pieces := l.dimPieces(x, 0, axis)
	for _, n := range list {
		if n == -1 {
			pieces = append(pieces, l.quotient(x, axis, rest))
		} else {
			pieces = append(pieces, consts(n))
		}
	}
	return l.reshape(x, append(pieces, l.dimPieces(x, axis+1, len(x.Type.Shape))...)...), nil
}
