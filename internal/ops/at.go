package ops

import (
	"math"

	"github.com/nngen-go/nngen/internal/tensor"
)

func inferAt(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	if err := rankOf(in, 0); err != nil {
		return nil, err
	}
	sel, err := resolveIndex(in[0].Shape, in, 1, a.String("index"))
	if err != nil {
		return nil, err
	}
	return []tensor.Type{{DType: in[0].DType, Shape: sel.result()}}, nil
}

func lowerAt(e Emitter, in []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	sel, err := resolveIndex(in[0].Type.Shape, typesOf(in), 1, a.String("index"))
	if err != nil {
		return nil, err
	}
	return one(l.pickPairs(in[0], in, sel, l.pick(in[0].Name, in, sel)))
}

func typesOf(in []Operand) []tensor.Type {
	out := make([]tensor.Type, len(in))
	for i, x := range in {
		out[i] = x.Type
	}
	return out
}

// pick carries out the first part of an index. Positions are cut out as ranges
// of one and then squeezed: a position outside the axis leaves nothing to
// squeeze, which ends the run on every provider, while Gather on a GPU would
// give zeros.
func (l *lowering) pick(x string, in []Operand, sel *selection) string {
	var starts, ends, axes, steps, dropped, added []int64
	for i, item := range sel.list {
		if item.Kind == IndexOperand || item.whole() || item.dynamic() {
			continue
		}
		start, end, step := onnxRange(item.IndexItem)
		starts, ends, steps, axes = append(starts, start), append(ends, end), append(steps, step), append(axes, int64(i))
	}
	if len(axes) > 0 {
		x = l.slice(x, starts, ends, axes, steps)
	}
	for i, item := range sel.list {
		switch {
		case item.Kind == IndexOperand:
			x = l.pickScalar(x, i, in[item.operand])
		case item.dynamic():
			x = l.pickBetween(x, i, item, in)
		}
		if item.drops() {
			dropped = append(dropped, int64(i))
		}
	}
	for i, sl := range sel.slots {
		if sl.axis < 0 {
			added = append(added, int64(i))
		}
	}
	return l.unsqueeze(l.squeezed(x, dropped), added...)
}

// squeezed drops axes that the index has cut down to one position.
func (l *lowering) squeezed(x string, axes []int64) string {
	if len(axes) == 0 {
		return x
	}
	defer l.label("a position is outside its axis")()
	return l.squeeze(x, axes...)
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

// pickBetween cuts a range of which at least one end is known to the run only.
func (l *lowering) pickBetween(x string, axis int, item axisIndex, in []Operand) string {
	start, end, step := onnxRange(item.IndexItem)
	place := func(given bool, operand int, n int64) string {
		if !given {
			return l.vector(n)
		}
		return l.unsqueeze(l.cast(in[operand].Name, in[operand].Type.DType, tensor.Int64), 0)
	}
	from, to := place(item.StartOperand, item.operand, start), place(item.StopOperand, item.stopOperand, end)
	return l.Node("Slice", []string{x, from, to, l.vector(int64(axis)), l.vector(step)})
}
