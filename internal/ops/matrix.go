package ops

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/tensor"
)

// matrix are the products and transpositions of matrices.
var matrix = []Op{
	{
		Name: "MatMul", Shape: "[…, n, k], […, k, m] → […, n, m]", Params: []Param{tensorArg("o")},
		Doc:   "MatMul is the matrix product over the last two axes, leading axes broadcast, vectors as in NumPy; both of one numeric dtype.",
		Infer: inferMatMul, Lower: lowerMatMul,
	},
	{
		Name: "T", Shape: "[…, n, m] → […, m, n]", Doc: "T swaps the last two axes.",
		Infer: inferT, Lower: lowerT,
	},
	{
		Name: "Permute", Shape: "[a, b, c], axes 2 0 1 → [c, a, b]", Params: []Param{intsArg("axes")},
		Doc:   "Permute puts the axes in the given order, which names each once.",
		Infer: inferPermute, Lower: lowerPermute,
	},
}

func inferMatMul(in []tensor.Type, _ Attrs) ([]tensor.Type, error) {
	for _, t := range in {
		if err := numbers.check(t); err != nil {
			return nil, err
		}
	}
	if in[0].DType != in[1].DType {
		return nil, fmt.Errorf("%s and %s cannot be mixed: Cast one of them", in[0], in[1])
	}
	if err := rankOf(in, 0, 1); err != nil {
		return nil, err
	}
	a, b := in[0].Shape, in[1].Shape
	if len(a) == 0 || len(b) == 0 {
		return nil, fmt.Errorf("shapes %s and %s: a scalar is no matrix, use Mul", a, b)
	}
	inner := b[max(len(b)-2, 0)]
	if a[len(a)-1].Differs(inner) {
		return nil, fmt.Errorf("shapes %s and %s do not fit: %s columns against %s rows", a, b, a[len(a)-1], inner)
	}
	lead, err := tensor.Broadcast(a[:max(len(a)-2, 0)], b[:max(len(b)-2, 0)])
	if err != nil {
		return nil, fmt.Errorf("shapes %s and %s do not fit: %w", a, b, err)
	}
	if len(a) > 1 {
		lead = append(lead, a[len(a)-2])
	}
	if len(b) > 1 {
		lead = append(lead, b[len(b)-1])
	}
	return []tensor.Type{{DType: in[0].DType, Shape: lead}}, nil
}

func lowerMatMul(e Emitter, in []Operand, _ Attrs) ([]string, error) {
	return one(lower(e).binary("MatMul", in[0].Type.DType, in[0].Name, in[1].Name))
}

func inferT(in []tensor.Type, _ Attrs) ([]tensor.Type, error) {
	if err := rankOf(in, 0); err != nil {
		return nil, err
	}
	s := in[0].Shape.Clone()
	n := len(s)
	if n < 2 {
		return nil, fmt.Errorf("shape %s has no two axes to swap", s)
	}
	s[n-1], s[n-2] = s[n-2], s[n-1]
	return []tensor.Type{{DType: in[0].DType, Shape: s}}, nil
}

func lowerT(e Emitter, in []Operand, _ Attrs) ([]string, error) {
	n := len(in[0].Type.Shape)
	return one(lower(e).transpose(in[0].Name, swapped(n, n-1, n-2)))
}

func inferPermute(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	if err := rankOf(in, 0); err != nil {
		return nil, err
	}
	axes, err := axesAttr(a, "axes", in[0].Shape)
	if err != nil {
		return nil, err
	}
	if len(axes) != len(in[0].Shape) {
		return nil, fmt.Errorf("%d axes given for shape %s: name each once", len(axes), in[0].Shape)
	}
	s := tensor.Shape{}
	for _, i := range axes {
		s = append(s, in[0].Shape[i])
	}
	return []tensor.Type{{DType: in[0].DType, Shape: s}}, nil
}

func lowerPermute(e Emitter, in []Operand, a Attrs) ([]string, error) {
	axes, err := axesAttr(a, "axes", in[0].Type.Shape)
	if err != nil {
		return nil, err
	}
	return one(lower(e).transpose(in[0].Name, axes))
}
