package ops

import (
	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

// lowerScatterAdd uses the kernel from opset 16 on, which counts positions that
// repeat.
func lowerScatterAdd(e Emitter, in []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	x, indices, src := in[0], in[1], in[2]
	axis, err := axisAttr(a, "axis", x.Type.Shape)
	if err != nil {
		return nil, err
	}
	d := x.Type.DType
	if l.Opset() < 16 {
		return one(l.summedAt(x, indices, src, axis))
	}
	c := computeIn("ScatterElements", d)
	out := l.Node("ScatterElements", []string{l.cast(x.Name, d, c), indices.Name, l.cast(src.Name, d, c)},
		onnx.IntAttr("axis", int64(axis)), onnx.StringAttr("reduction", "add"))
	return one(l.cast(out, c, d))
}

// summedAt finds for each position of the axis what is to be added there, by
// comparing all with all, and adds that to x.
func (l *lowering) summedAt(x, indices, src Operand, axis int) string {
	d, rank := x.Type.DType, len(x.Type.Shape)
	at := l.cast(indices.Name, indices.Type.DType, tensor.Int64)
	size := l.squeeze(l.dims(x, axis, axis+1), 0)
	below := l.Node("Less", []string{at, l.integer(0)})
	at = l.where(tensor.Int64, below, l.binary("Add", tensor.Int64, at, size), at)
	at = l.unsqueeze(at, int64(axis))
	all := l.unsqueeze(l.iota(x, axis), axesFrom(1, rank-axis+1)...)
	hit := l.Node("Equal", []string{at, all})
	parts := l.where(d, hit, l.unsqueeze(src.Name, int64(axis)), l.number(d, 0))
	sums := l.reduce("ReduceSum", d, parts, []int64{int64(axis) + 1}, false)
	missing := l.Node("Sub", []string{l.shape(x.Name), l.shape(sums)})
	pads := l.concat(0, l.vector(repeated(0, rank)...), missing)
	c := computeIn("Pad", d)
	sums = l.cast(l.Node("Pad", []string{l.cast(sums, d, c), pads}), c, d)
	return l.binary("Add", d, x.Name, sums)
}
