package ops

import (
	"math"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

func inferAt(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	if err := rankOf(in, 0); err != nil {
		return nil, err
	}
	list, err := resolveIndex(in[0].Shape, in, 1, a.String("index"))
	if err != nil {
		return nil, err
	}
	return []tensor.Type{{DType: in[0].DType, Shape: regionShape(in[0].Shape, in, list, false)}}, nil
}

func lowerAt(e Emitter, in []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	list, err := resolveIndex(in[0].Type.Shape, typesOf(in), 1, a.String("index"))
	if err != nil {
		return nil, err
	}
	return one(l.pick(in[0].Name, in, list))
}

func typesOf(in []Operand) []tensor.Type {
	out := make([]tensor.Type, len(in))
	for i, x := range in {
		out[i] = x.Type
	}
	return out
}

// pick selects a part of x. Positions are cut out as ranges of one and then
// squeezed: a position outside the axis leaves nothing to squeeze, which ends
// the run on every provider, while Gather on a GPU would give zeros.
func (l *lowering) pick(x string, in []Operand, list []axisIndex) string {
	var starts, ends, axes, steps, dropped []int64
	for i, item := range list {
		if item.Kind == IndexOperand || item.whole() {
			continue
		}
		start, end, step := onnxRange(item.IndexItem)
		starts, ends, steps, axes = append(starts, start), append(ends, end), append(steps, step), append(axes, int64(i))
	}
	if len(axes) > 0 {
		x = l.slice(x, starts, ends, axes, steps)
	}
	for i, item := range list {
		if item.Kind == IndexOperand && item.rank == 0 {
			x = l.pickScalar(x, i, in[item.operand])
		}
		if item.drops() {
			dropped = append(dropped, int64(i))
		}
	}
	for i, item := range list {
		if item.Kind == IndexOperand && item.rank > 0 {
			// The axes before i keep their numbers; dropped ones go afterwards.
			x = l.Node("Gather", []string{x, in[item.operand].Name}, onnx.IntAttr("axis", int64(i)))
			dropped = shifted(dropped, int64(i), int64(item.rank-1))
		}
	}
	return l.squeeze(x, dropped...)
}

// shifted renumbers the axes after one that has become by+1 axes.
func shifted(axes []int64, after, by int64) []int64 {
	out := make([]int64, len(axes))
	for i, a := range axes {
		out[i] = a
		if a > after {
			out[i] += by
		}
	}
	return out
}

// onnxRange gives the ends of a Slice.
func onnxRange(i IndexItem) (start, end, step int64) {
	if i.Kind == IndexInt {
		if i.Start == -1 {
			return -1, toTheEnd, 1
		}
		return i.Start, i.Start + 1, 1
	}
	start, end, step = 0, toTheEnd, i.Step
	if i.Step < 0 {
		start, end = toTheEnd, toTheStart
	}
	if i.HasStart {
		start = i.Start
	}
	if i.HasStop {
		end = i.Stop
	}
	return start, end, step
}

// pickScalar cuts the range of one position that only the run knows.
func (l *lowering) pickScalar(x string, axis int, at Operand) string {
	from := l.unsqueeze(l.cast(at.Name, at.Type.DType, tensor.Int64), 0)
	next := l.binary("Add", tensor.Int64, from, l.integer(1))
	last := l.Node("Equal", []string{from, l.integer(-1)})
	to := l.where(tensor.Int64, last, l.integer(math.MaxInt64), next)
	return l.between(x, axis, from, to)
}
