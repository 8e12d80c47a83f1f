package ops

import (
	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

// normalisation scale tensors to unit size.
var normalisation = []Op{
	{
		Name: "LayerNorm", Shape: sameRule, Params: []Param{intArg("axis"), floatArg("eps")},
		Doc:   "LayerNorm centres x over axis and all axes after it and divides by sqrt(variance + eps), without weight and bias; floats only.",
		Infer: inferAlong(floats), Lower: lowerNorm(layerNorm),
	},
	{
		Name: "RMSNorm", Shape: sameRule, Params: []Param{intArg("axis"), floatArg("eps")},
		Doc:   "RMSNorm divides x by sqrt(mean of squares + eps) over axis and all axes after it, without weight; floats only.",
		Infer: inferAlong(floats), Lower: lowerNorm(rmsNorm),
	},
	{
		Name: "Normalize", Shape: sameRule, Params: []Param{intArg("axis")},
		Doc:   "Normalize divides x by its Euclidean norm along axis, which counts as at least 1e-12; floats only.",
		Infer: inferAlong(floats), Lower: lowerNormalize,
	},
	{
		Name: "CosineSimilarity", Shape: "[a, b], [a, b], axis 1 → [a]", Params: []Param{tensorArg("o"), intArg("axis")},
		Doc:   "CosineSimilarity is the cosine of the angle between x and o along axis of their broadcast shape; floats only, norms count as at least 1e-8.",
		Infer: inferCosine, Lower: lowerCosine,
	},
}

// lowerNorm computes in a wide dtype over the axes from the given one on.
func lowerNorm(f func(l *lowering, x Operand, axis int, eps float64) string) lowerFunc {
	return func(e Emitter, in []Operand, a Attrs) ([]string, error) {
		l := lower(e)
		axis, err := axisAttr(a, "axis", in[0].Type.Shape)
		if err != nil {
			return nil, err
		}
		d := in[0].Type.DType
		w := wide(d)
		x := Operand{l.cast(in[0].Name, d, w), tensor.Type{DType: w, Shape: in[0].Type.Shape}}
		return one(l.cast(f(l, x, axis, a.Float("eps", 1e-5)), w, d))
	}
}

func lowerNormalize(e Emitter, in []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	axis, err := axisAttr(a, "axis", in[0].Type.Shape)
	if err != nil {
		return nil, err
	}
	d := in[0].Type.DType
	w := wide(d)
	x := l.cast(in[0].Name, d, w)
	norm := l.binary("Max", w, l.reduce("ReduceL2", w, x, []int64{int64(axis)}, true), l.number(w, 1e-12))
	return one(l.cast(l.binary("Div", w, x, norm), w, d))
}

// layerNorm uses one kernel from opset 17 on, whatever is known of the shape, so
// that compiled and interpreted runs give the same bits.
func layerNorm(l *lowering, x Operand, axis int, eps float64) string {
	d, rank := x.Type.DType, len(x.Type.Shape)
	if l.Opset() >= 17 {
		ones := l.fill(d, 1, l.dims(x, axis, rank))
		return l.Node("LayerNormalization", []string{x.Name, ones},
			onnx.IntAttr("axis", int64(axis)), onnx.FloatAttr("epsilon", float32(eps)))
	}
	axes := axesFrom(axis, rank)
	centred := l.binary("Sub", d, x.Name, l.reduce("ReduceMean", d, x.Name, axes, true))
	return l.divideByRoot(centred, d, axes, eps)
}

func rmsNorm(l *lowering, x Operand, axis int, eps float64) string {
	return l.divideByRoot(x.Name, x.Type.DType, axesFrom(axis, len(x.Type.Shape)), eps)
}

// divideByRoot is x / sqrt(mean(x*x) + eps).
func (l *lowering) divideByRoot(x string, d tensor.DType, axes []int64, eps float64) string {
	square := l.reduce("ReduceMean", d, l.binary("Mul", d, x, x), axes, true)
	return l.binary("Div", d, x, l.unary("Sqrt", d, l.binary("Add", d, square, l.number(d, eps))))
}

func axesFrom(axis, rank int) []int64 {
	var out []int64
	for ; axis < rank; axis++ {
		out = append(out, int64(axis))
	}
	return out
}

func inferCosine(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	if err := rankOf(in, 0, 1); err != nil {
		return nil, err
	}
	out, err := inferBinary(floats, nil)(in, a)
	if err != nil {
		return nil, err
	}
	axis, err := axisAttr(a, "axis", out[0].Shape)
	if err != nil {
		return nil, err
	}
	out[0].Shape = dropAxis(out[0].Shape, axis)
	return out, nil
}

func dropAxis(s tensor.Shape, axis int) tensor.Shape {
	return append(append(tensor.Shape{}, s[:axis]...), s[axis+1:]...)
}

// lowerCosine takes the norms over the broadcast operands, as torch does.
func lowerCosine(e Emitter, in []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	d, x, y := l.both(in[0], in[1])
	w := wide(d)
	x, y = l.cast(x, d, w), l.cast(y, d, w)
	s, err := tensor.Broadcast(in[0].Type.Shape, in[1].Type.Shape)
	if err != nil {
		return nil, err
	}
	axis, err := axisAttr(a, "axis", s)
	if err != nil {
		return nil, err
	}
	axes := []int64{int64(axis)}
	product := l.binary("Mul", w, x, y)
	if !in[0].Type.Shape.Equal(in[1].Type.Shape) {
		size := piece{name: l.shape(product)}
		x, y = l.expand(x, w, size), l.expand(y, w, size)
	}
	floor := l.number(w, 1e-8)
	nx := l.binary("Max", w, l.reduce("ReduceL2", w, x, axes, false), floor)
	ny := l.binary("Max", w, l.reduce("ReduceL2", w, y, axes, false), floor)
	dot := l.reduce("ReduceSum", w, product, axes, false)
	return one(l.cast(l.binary("Div", w, dot, l.binary("Mul", w, nx, ny)), w, d))
}
