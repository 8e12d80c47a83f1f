package ops

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/tensor"
)

// insertion resolves the axis of a result that has one axis more than s.
func insertion(a Attrs, s tensor.Shape) (int, error) {
	axis, rank := a.Int("axis", 0), int64(len(s)+1)
	if axis < -rank || axis >= rank {
		return 0, fmt.Errorf("axis %d is out of range for a result of rank %d", axis, rank)
	}
	if axis < 0 {
		axis += rank
	}
	return int(axis), nil
}

func insertAxis(s tensor.Shape, axis int, d tensor.Dim) tensor.Shape {
	out := append(s[:axis].Clone(), d)
	return append(out, s[axis:]...)
}

func inferUnsqueeze(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	if err := rankOf(in, 0); err != nil {
		return nil, err
	}
	axis, err := insertion(a, in[0].Shape)
	if err != nil {
		return nil, err
	}
	return []tensor.Type{{DType: in[0].DType, Shape: insertAxis(in[0].Shape, axis, tensor.N(1))}}, nil
}

func lowerUnsqueeze(e Emitter, in []Operand, a Attrs) ([]string, error) {
	axis, err := insertion(a, in[0].Type.Shape)
	if err != nil {
		return nil, err
	}
	return one(lower(e).unsqueeze(in[0].Name, int64(axis)))
}

func inferSqueeze(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	if err := rankOf(in, 0); err != nil {
		return nil, err
	}
	s := in[0].Shape
	axis, err := axisAttr(a, "axis", s)
	if err != nil {
		return nil, err
	}
	if s[axis].Differs(tensor.N(1)) {
		return nil, fmt.Errorf("axis %d of shape %s is not of size 1", axis, s)
	}
	return []tensor.Type{{DType: in[0].DType, Shape: dropAxis(s, axis)}}, nil
}

func lowerSqueeze(e Emitter, in []Operand, a Attrs) ([]string, error) {
	axis, err := axisAttr(a, "axis", in[0].Type.Shape)
	if err != nil {
		return nil, err
	}
	return one(lower(e).squeeze(in[0].Name, int64(axis)))
}

func inferExpand(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	if err := rankOf(in, 0); err != nil {
		return nil, err
	}
	s, list := in[0].Shape, a.Ints("sizes")
	lead := len(list) - len(s)
	if lead < 0 {
		return nil, fmt.Errorf("%d sizes given for shape %s: give one for each axis", len(list), s)
	}
	out := tensor.Dims(list...)
	for i, n := range list {
		switch {
		case n < -1 || n == 0 || n == -1 && i < lead:
			return nil, fmt.Errorf("sizes %v for shape %s: %d is no size", list, s, n)
		case i < lead:
		case n == -1:
			out[i] = s[i-lead]
		case s[i-lead].Differs(tensor.N(1)) && s[i-lead].Differs(tensor.N(n)):
			return nil, fmt.Errorf("sizes %v for shape %s: only axes of size 1 can be expanded", list, s)
		}
	}
	return []tensor.Type{{DType: in[0].DType, Shape: out}}, nil
}

// lowerExpand: ONNX Expand would let a size of 1 keep any axis, so axes that
// are not known to have that size are checked by the run.
func lowerExpand(e Emitter, in []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	list, s := append([]int64(nil), a.Ints("sizes")...), in[0].Type.Shape
	lead := len(list) - len(s)
	var check []int64
	for i := range list {
		if list[i] == 1 && i >= lead && !isConst(s[i-lead]) {
			check = append(check, int64(i-lead))
		}
		list[i] = max(list[i], 1) // -1 keeps the axis
	}
	x := l.unsqueeze(l.squeeze(in[0].Name, check...), check...)
	return one(l.expand(x, in[0].Type.DType, consts(list...)))
}

func inferHeads(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	if err := rankOf(in, 0); err != nil {
		return nil, err
	}
	s, n := in[0].Shape, a.Int("n", 0)
	rank := len(s)
	if rank < 2 {
		return nil, fmt.Errorf("shape %s has no sequence and feature axes", s)
	}
	d, constant := s[rank-1].Const()
	if n < 1 || constant && d%n != 0 {
		return nil, fmt.Errorf("%s features of shape %s cannot be split into %d heads", s[rank-1], s, n)
	}
	out := append(s[:rank-2].Clone(), tensor.N(n), s[rank-2], s[rank-1].Div(n))
	return []tensor.Type{{DType: in[0].DType, Shape: out}}, nil
}

func lowerHeads(e Emitter, in []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	rank := len(in[0].Type.Shape)
	x, err := l.unflatten(in[0], rank-1, []int64{a.Int("n", 1), -1})
	if err != nil {
		return nil, err
	}
	return one(l.transpose(x, swapped(rank+1, rank-2, rank-1)))
}

func inferMergeHeads(in []tensor.Type, _ Attrs) ([]tensor.Type, error) {
	if err := rankOf(in, 0); err != nil {
		return nil, err
	}
	s := in[0].Shape
	rank := len(s)
	if rank < 3 {
		return nil, fmt.Errorf("shape %s has no head, sequence and feature axes", s)
	}
	out := append(s[:rank-3].Clone(), s[rank-2], s[rank-3].Mul(s[rank-1]))
	return []tensor.Type{{DType: in[0].DType, Shape: out}}, nil
}

func lowerMergeHeads(e Emitter, in []Operand, _ Attrs) ([]string, error) {
	l := lower(e)
	s := in[0].Type.Shape.Clone()
	rank := len(s)
	s[rank-3], s[rank-2] = s[rank-2], s[rank-3]
	x := l.transpose(in[0].Name, swapped(rank, rank-3, rank-2))
	y := Operand{x, tensor.Type{DType: in[0].Type.DType, Shape: s}}
	return one(l.reshape(y, append(l.dimPieces(y, 0, rank-2), l.product(y, rank-2, rank))...))
}
