package ops

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

// indexing read and replace parts of tensors.
var indexing = []Op{
	{
		Name: "At", Shape: "[a, b, c], index (All, -1) → [a, c]", Params: []Param{indexArg("index")},
		Doc:   "At is x[index…] as in torch: integers drop their axis, ranges are clamped, lists and int64 tensors pick positions and are paired if there are several, a bool tensor picks where it is true.",
		Infer: inferAt, Lower: lowerAt,
	},
	{
		Name: "SetAt", Shape: sameRule, Params: []Param{tensorArg("value"), indexArg("index")},
		Doc:   "SetAt is x with x[index…] replaced by value, which is broadcast to that part.",
		Infer: inferSetAt, Lower: lowerSetAt,
	},
	{
		Name: "Gather", Shape: "[a, b, c], [i, j, k], axis 1 → [i, j, k]", Params: []Param{tensorArg("indices"), intArg("axis")},
		Doc:   "Gather takes x[i][index[i][j][k]][k] as torch.gather does; int64 indices of the rank of x, negative ones count from the end.",
		Infer: inferGather, Lower: lowerAlong("GatherElements"),
	},
	{
		Name: "IndexSelect", Shape: "[a, b, c], [n…], axis 1 → [a, n…, c]", Params: []Param{tensorArg("indices"), intArg("axis")},
		Doc:   "IndexSelect takes the given positions along axis; int32 or int64 indices, negative ones count from the end.",
		Infer: inferIndexSelect, Lower: lowerAlong("Gather"),
	},
	{
		Name: "Scatter", Shape: "[a, b, c], [i, j, k], [i, j, k], axis 1 → [a, b, c]",
		Params: []Param{tensorArg("indices"), tensorArg("src"), intArg("axis")},
		Doc:    "Scatter is x with x[i][index[i][j][k]][k] replaced by src[i][j][k], as torch.scatter; positions must not repeat.",
		Infer:  inferScatter, Lower: lowerAlong("ScatterElements"),
	},
	{
		Name: "ScatterAdd", Shape: "[a, b, c], [i, j, k], [i, j, k], axis 1 → [a, b, c]",
		Params: []Param{tensorArg("indices"), tensorArg("src"), intArg("axis")},
		Doc:    "ScatterAdd is x with src[i][j][k] added to x[i][index[i][j][k]][k], as torch.scatter_add; positions may repeat; numbers only.",
		Infer:  inferScatterAdd, Lower: lowerScatterAdd,
	},
}

// elementIndices checks indices that go with x element by element.
func elementIndices(in []tensor.Type, a Attrs) (axis int, err error) {
	if err := rankOf(in, 0, 1); err != nil {
		return 0, err
	}
	if err := indices.check(in[1]); err != nil {
		return 0, fmt.Errorf("indices: %w", err)
	}
	x, i := in[0].Shape, in[1].Shape
	if len(x) != len(i) {
		return 0, fmt.Errorf("indices of shape %s for shape %s: they need its rank", i, x)
	}
	axis, err = axisAttr(a, "axis", x)
	if err != nil {
		return 0, err
	}
	for k := range x {
		n, known := x[k].Sub(i[k]).Const()
		if k != axis && known && n < 0 {
			return 0, fmt.Errorf("indices of shape %s reach outside shape %s", i, x)
		}
	}
	return axis, nil
}

func inferGather(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	if _, err := elementIndices(in, a); err != nil {
		return nil, err
	}
	return []tensor.Type{{DType: in[0].DType, Shape: in[1].Shape.Clone()}}, nil
}

func inferScatter(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	if _, err := elementIndices(in, a); err != nil {
		return nil, err
	}
	if in[2].DType != in[0].DType {
		return nil, fmt.Errorf("%s and %s cannot be mixed: Cast one of them", in[0], in[2])
	}
	if in[2].Shape == nil {
		return nil, &RankError{Operand: 2}
	}
	if in[1].Shape.Differs(in[2].Shape) {
		return nil, fmt.Errorf("indices of shape %s and src of shape %s differ", in[1].Shape, in[2].Shape)
	}
	return []tensor.Type{{DType: in[0].DType, Shape: in[0].Shape.Clone()}}, nil
}

func inferScatterAdd(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	if err := numbers.check(in[0]); err != nil {
		return nil, err
	}
	return inferScatter(in, a)
}

func inferIndexSelect(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	if err := indices.check(in[1]); err != nil {
		return nil, fmt.Errorf("indices: %w", err)
	}
	if err := rankOf(in, 0, 1); err != nil {
		return nil, err
	}
	s := in[0].Shape
	axis, err := axisAttr(a, "axis", s)
	if err != nil {
		return nil, err
	}
	out := append(s[:axis].Clone(), in[1].Shape...)
	return []tensor.Type{{DType: in[0].DType, Shape: append(out, s[axis+1:]...)}}, nil
}

// lowerAlong is an ONNX operator whose only attribute is its axis.
func lowerAlong(op string) lowerFunc {
	return func(e Emitter, in []Operand, a Attrs) ([]string, error) {
		axis, err := axisAttr(a, "axis", in[0].Type.Shape)
		if err != nil {
			return nil, err
		}
		return one(e.Node(op, namesOf(in), onnx.IntAttr("axis", int64(axis))))
	}
}
