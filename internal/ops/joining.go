package ops

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

// joining put tensors together and take them apart.
var joining = []Op{
	{
		Name: "Concat", Func: true, Shape: "[a, b1, c], [a, b2, c], axis 1 → [a, b1+b2, c]",
		Doc:    "Concat joins tensors of one dtype along axis; their other axes are equal.",
		Params: []Param{intArg("axis"), tensorsArg("ts")},
		Infer:  inferConcat, Lower: lowerConcat,
	},
	{
		Name: "Stack", Func: true, Shape: "n times [a, b], axis 0 → [n, a, b]",
		Doc:    "Stack joins tensors of one shape and dtype along a new axis.",
		Params: []Param{intArg("axis"), tensorsArg("ts")},
		Infer:  inferStack, Lower: lowerStack,
	},
	{
		Name: "Split", Shape: "[a, b1+b2], axis 1, sizes b1 b2 → [a, b1], [a, b2]",
		Doc:    "Split cuts axis into pieces of the given sizes, which must add up to it.",
		Params: []Param{intArg("axis"), intsArg("sizes")}, Results: []string{"parts"}, Slice: true,
		Infer: inferSplit, Lower: lowerSplit,
	},
	{
		Name: "Chunk", Shape: "[a, n*b], axis 1 → n times [a, b]",
		Doc:    "Chunk cuts axis into n equal pieces; its size must be a multiple of n.",
		Params: []Param{intArg("n"), intArg("axis")}, Results: []string{"parts"}, Slice: true,
		Infer: inferChunk, Lower: lowerChunk,
	},
	{
		Name: "Unbind", Shape: "[a, n, b], axis 1 → n times [a, b]", Params: []Param{intArg("axis")},
		Doc:     "Unbind gives what stands at each position of axis, whose size must be known when the code is generated.",
		Results: []string{"parts"}, Slice: true, Infer: inferUnbind, Lower: lowerUnbind,
	},
}

func sameDType(in []tensor.Type) error {
	if len(in) == 0 {
		return fmt.Errorf("no tensors given")
	}
	for _, t := range in[1:] {
		if t.DType != in[0].DType {
			return fmt.Errorf("%s and %s cannot be mixed: Cast one of them", in[0], t)
		}
	}
	return nil
}

func everyRank(in []tensor.Type) error {
	for i := range in {
		if err := rankOf(in, i); err != nil {
			return err
		}
	}
	return nil
}

func inferConcat(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	if err := sameDType(in); err != nil {
		return nil, err
	}
	if err := everyRank(in); err != nil {
		return nil, err
	}
	out := in[0].Shape.Clone()
	axis, err := axisAttr(a, "axis", out)
	if err != nil {
		return nil, err
	}
	for _, t := range in[1:] {
		if len(t.Shape) != len(out) {
			return nil, fmt.Errorf("shapes %s and %s have different ranks", in[0].Shape, t.Shape)
		}
		length := out[axis].Add(t.Shape[axis])
		out[axis] = t.Shape[axis]
		if out, err = out.Unify(t.Shape); err != nil {
			return nil, fmt.Errorf("shapes %s and %s differ outside axis %d", in[0].Shape, t.Shape, axis)
		}
		out[axis] = length
	}
	return []tensor.Type{{DType: in[0].DType, Shape: out}}, nil
}

func lowerConcat(e Emitter, in []Operand, a Attrs) ([]string, error) {
	axis, err := axisAttr(a, "axis", in[0].Type.Shape)
	if err != nil {
		return nil, err
	}
	return one(lower(e).concat(int64(axis), namesOf(in)...))
}

func namesOf(in []Operand) []string {
	out := make([]string, len(in))
	for i, x := range in {
		out[i] = x.Name
	}
	return out
}

func inferStack(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	if err := sameDType(in); err != nil {
		return nil, err
	}
	if err := everyRank(in); err != nil {
		return nil, err
	}
	s := in[0].Shape
	for _, t := range in[1:] {
		var err error
		if s, err = s.Unify(t.Shape); err != nil {
			return nil, err
		}
	}
	axis, err := insertion(a, s)
	if err != nil {
		return nil, err
	}
	return []tensor.Type{{DType: in[0].DType, Shape: insertAxis(s, axis, tensor.N(int64(len(in))))}}, nil
}

func lowerStack(e Emitter, in []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	axis, err := insertion(a, in[0].Type.Shape)
	if err != nil {
		return nil, err
	}
	var parts []string
	for _, x := range in {
		parts = append(parts, l.unsqueeze(x.Name, int64(axis)))
	}
	return one(l.concat(int64(axis), parts...))
}

func pieces(t tensor.Type, axis int, dims ...tensor.Dim) []tensor.Type {
	out := make([]tensor.Type, len(dims))
	for i, d := range dims {
		out[i] = tensor.Type{DType: t.DType, Shape: t.Shape.Clone()}
		out[i].Shape[axis] = d
	}
	return out
}

func inferSplit(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	if err := rankOf(in, 0); err != nil {
		return nil, err
	}
	axis, err := axisAttr(a, "axis", in[0].Shape)
	if err != nil {
		return nil, err
	}
	list := a.Ints("sizes")
	var total int64
	for _, n := range list {
		if n < 0 {
			return nil, fmt.Errorf("sizes %v: %d is no size", list, n)
		}
		total += n
	}
	if len(list) == 0 || in[0].Shape[axis].Differs(tensor.N(total)) {
		return nil, fmt.Errorf("sizes %v do not add up to %s, axis %d of shape %s", list, in[0].Shape[axis], axis, in[0].Shape)
	}
	return pieces(in[0], axis, tensor.Dims(list...)...), nil
}

func lowerSplit(e Emitter, in []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	axis, err := axisAttr(a, "axis", in[0].Type.Shape)
	if err != nil {
		return nil, err
	}
	list := a.Ints("sizes")
	along := onnx.IntAttr("axis", int64(axis))
	if l.Opset() < 13 {
		return l.Nodes("Split", len(list), []string{in[0].Name}, along, onnx.IntsAttr("split", list...)), nil
	}
	return l.Nodes("Split", len(list), []string{in[0].Name, l.vector(list...)}, along), nil
}

func inferChunk(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	if err := rankOf(in, 0); err != nil {
		return nil, err
	}
	axis, err := axisAttr(a, "axis", in[0].Shape)
	if err != nil {
		return nil, err
	}
	n, d := a.Int("n", 0), in[0].Shape[axis]
	size, constant := d.Const()
	if n < 1 || constant && size%n != 0 {
		return nil, fmt.Errorf("axis %d of shape %s cannot be cut into %d equal pieces", axis, in[0].Shape, n)
	}
	dims := make([]tensor.Dim, n)
	for i := range dims {
		dims[i] = d.Div(n)
	}
	return pieces(in[0], axis, dims...), nil
}

// lowerChunk gives Split its sizes: without them it would make the last piece
// smaller where the axis is no multiple of n.
func lowerChunk(e Emitter, in []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	axis, err := axisAttr(a, "axis", in[0].Type.Shape)
	if err != nil {
		return nil, err
	}
	n := a.Int("n", 1)
	along := onnx.IntAttr("axis", int64(axis))
	if l.Opset() < 13 { // equal pieces or an error
		return l.Nodes("Split", int(n), []string{in[0].Name}, along), nil
	}
	size := l.expand(l.pieceName(l.quotient(in[0], axis, n)), tensor.Int64, consts(n))
	return l.Nodes("Split", int(n), []string{in[0].Name, size}, along), nil
}

func inferUnbind(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	if err := rankOf(in, 0); err != nil {
		return nil, err
	}
	s := in[0].Shape
	axis, err := axisAttr(a, "axis", s)
	if err != nil {
		return nil, err
	}
	n, ok := s[axis].Const()
	if !ok || n == 0 {
		return nil, fmt.Errorf("axis %d of shape %s has %s positions: use At, which needs no number of them", axis, s, s[axis])
	}
	out := make([]tensor.Type, n)
	for i := range out {
		out[i] = tensor.Type{DType: in[0].DType, Shape: dropAxis(s, axis)}
	}
	return out, nil
}

func lowerUnbind(e Emitter, in []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	axis, err := axisAttr(a, "axis", in[0].Type.Shape)
	if err != nil {
		return nil, err
	}
	n, _ := in[0].Type.Shape[axis].Const()
	out := make([]string, n)
	for i := range out {
		out[i] = l.squeeze(l.cut(in[0].Name, axis, int64(i), int64(i)+1), int64(axis))
	}
	return out, nil
}
