package ops

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

// pickPairs carries out the second part of an index on y, what the first part
// has made of x.
func (l *lowering) pickPairs(x Operand, in []Operand, sel *selection, y string) string {
	if len(sel.pairs) == 0 {
		return y
	}
	var front, rest []int64
	for i, sl := range sel.slots {
		if sl.pair {
			front = append(front, int64(i))
		} else {
			rest = append(rest, int64(i))
		}
	}
	at := l.pairPlaces(x, in, sel)
	if len(at) == 1 {
		return l.Node("Gather", []string{y, at[0]}, onnx.IntAttr("axis", front[0]))
	}
	y = l.transpose(y, append(append([]int64{}, front...), rest...))
	y = l.Node("GatherND", []string{y, l.together(at, len(sel.shape))})
	first, width := sel.pairsAt(), len(sel.shape)
	if first == 0 {
		return y
	}
	var perm []int64 // the first of the rest come before the pairs
	for i := range first {
		perm = append(perm, int64(width+i))
	}
	perm = append(perm, axesFrom(0, width)...)
	return l.transpose(y, append(perm, axesFrom(width+first, width+len(rest))...))
}

// together makes one tensor of coordinates of index tensors, broadcast to rank axes.
func (l *lowering) together(at []string, rank int) string {
	// A sum of zeros has the shape of all of them.
	shape := at[0]
	for _, p := range at[1:] {
		shape = l.binary("Add", tensor.Int64, shape, p)
	}
	size := piece{name: l.shape(shape)}
	columns := make([]string, len(at))
	for i, p := range at {
		columns[i] = l.unsqueeze(l.expand(p, tensor.Int64, size), int64(rank))
	}
	return l.concat(int64(rank), columns...)
}

// pairPlaces gives the positions that index tensors hold, from the start of
// their axes; a position outside ends the run.
func (l *lowering) pairPlaces(x Operand, in []Operand, sel *selection) []string {
	var out []string
	coordinates := map[int]string{}
	for _, p := range sel.pairs {
		switch {
		case p.mask:
			c, ok := coordinates[p.operand]
			if !ok {
				c = l.maskCoordinates(x, in[p.operand], p.axis)
				coordinates[p.operand] = c
			}
			out = append(out, l.squeeze(l.cut(c, 0, int64(p.part), int64(p.part)+1), 0))
		case p.operand < 0:
			out = append(out, l.listPlaces(x, p))
		default:
			t := in[p.operand]
			out = append(out, l.inside(x, p.axis, l.cast(t.Name, t.Type.DType, tensor.Int64)))
		}
	}
	return out
}

// listPlaces is a list of positions; where the axis is known they were checked
// when the code was generated.
func (l *lowering) listPlaces(x Operand, p paired) string {
	n, constant := x.Type.Shape[p.axis].Const()
	if !constant {
		return l.inside(x, p.axis, l.vector(p.list...))
	}
	list := make([]int64, len(p.list))
	for i, v := range p.list {
		list[i] = (v + n) % n
	}
	return l.vector(list...)
}

// inside is positions along an axis, negative ones counted from the end. The same
// positions of axes of one size are looked at once: of the operations that they are
// wrong for, the first one says so.
func (l *lowering) inside(x Operand, axis int, at string) string {
	if r, ok := l.Emitter.(Rememberer); ok && x.Type.Shape[axis] != tensor.Unknown {
		return r.Once(fmt.Sprintf("inside %s %q", x.Type.Shape[axis], at), func() string { return l.withinAxis(x, axis, at) })
	}
	return l.withinAxis(x, axis, at)
}

// withinAxis is inside's work.
func (l *lowering) withinAxis(x Operand, axis int, at string) string {
	const i64 = tensor.Int64
	size, zero := l.squeeze(l.dims(x, axis, axis+1), 0), l.integer(0)
	below := l.Node("Less", []string{at, zero})
	at = l.where(i64, below, l.binary("Add", i64, at, size), at)
	low := l.Node("Less", []string{at, zero})
	high := l.Node("Not", []string{l.Node("Less", []string{at, size})})
	return l.guarded(i64, at, l.Node("Or", []string{low, high}), "an index is outside its axis")
}

// maskCoordinates are the places where a mask is true, one row for each of its
// axes. Its shape is that of the axes from first on, which the run checks.
func (l *lowering) maskCoordinates(x, mask Operand, first int) string {
	at := l.Node("NonZero", []string{mask.Name})
	last := first + len(mask.Type.Shape)
	if x.Type.Shape[first:last].Equal(mask.Type.Shape) {
		return at
	}
	same := l.Node("Equal", []string{l.shape(mask.Name), l.dims(x, first, last)})
	return l.guarded(tensor.Int64, at, l.Node("Not", []string{same}), "a mask has another shape than the axes it is for")
}
