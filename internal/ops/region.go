package ops

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/tensor"
)

// axisIndex is what an index selects along one axis.
type axisIndex struct {
	IndexItem
	operand int // for IndexOperand: which of the operands
	rank    int // of that operand
}

// drops reports whether the axis is gone from the result.
func (x axisIndex) drops() bool {
	return x.Kind == IndexInt || x.Kind == IndexOperand && x.rank == 0
}

// resolveIndex gives one axisIndex for each axis of s. Index operands begin at
// in[first].
func resolveIndex(s tensor.Shape, in []tensor.Type, first int, text string) ([]axisIndex, error) {
	items, err := ParseIndex(text)
	if err != nil {
		return nil, err
	}
	var out []axisIndex
	open := len(s) - len(items)
	for _, it := range items {
		if it.Kind == IndexEllipsis {
			open++
		}
	}
	if open < 0 {
		return nil, fmt.Errorf("%d indices for shape %s", len(s)-open, s)
	}
	rest := true
	for _, it := range items {
		if it.Kind == IndexEllipsis {
			out = appendAll(out, open)
			rest = false
			continue
		}
		x := axisIndex{IndexItem: it}
		if it.Kind == IndexOperand {
			if x, err = operandIndex(in, first); err != nil {
				return nil, err
			}
			first++
		}
		out = append(out, x)
	}
	if rest {
		out = appendAll(out, open)
	}
	return out, checkPositions(s, out)
}

func appendAll(list []axisIndex, n int) []axisIndex {
	for ; n > 0; n-- {
		list = append(list, axisIndex{IndexItem: AllIndex})
	}
	return list
}

func operandIndex(in []tensor.Type, i int) (axisIndex, error) {
	if in[i].DType == tensor.Bool {
		return axisIndex{}, fmt.Errorf("a boolean mask selects a number of elements that only the run knows: use Where, or SetAt with the mask as its only index")
	}
	if err := indices.check(in[i]); err != nil {
		return axisIndex{}, fmt.Errorf("index: %w", err)
	}
	if err := rankOf(in, i); err != nil {
		return axisIndex{}, err
	}
	return axisIndex{IndexItem: OperandIndex, operand: i, rank: len(in[i].Shape)}, nil
}

// checkPositions refuses positions outside axes of known size, and several
// index tensors, which torch would pair element by element.
func checkPositions(s tensor.Shape, list []axisIndex) error {
	vectors := 0
	for i, x := range list {
		n, constant := s[i].Const()
		if x.Kind == IndexInt && constant && (x.Start < -n || x.Start >= n) {
			return fmt.Errorf("index %d is out of range for axis %d of shape %s", x.Start, i, s)
		}
		if x.Kind == IndexOperand && x.rank > 0 {
			vectors++
		}
	}
	if vectors > 1 {
		return fmt.Errorf("only one index tensor is allowed: index twice, or use Gather")
	}
	return nil
}

// length is the size of a range over an axis of size d.
func (i IndexItem) length(d tensor.Dim) tensor.Dim {
	if i.whole() {
		return d
	}
	if n, ok := d.Const(); ok {
		start, stop := i.bounds(n)
		return tensor.N(rangeLength(start, stop, i.Step))
	}
	if i.Step == -1 && !i.HasStart && !i.HasStop {
		return d
	}
	if i.Step != 1 {
		return tensor.Unknown
	}
	return i.symbolicLength(d)
}

// symbolicLength gives what holds for every size that the range lies within:
// "k:" and ":-k" leave k out, "-1:" is one.
func (i IndexItem) symbolicLength(d tensor.Dim) tensor.Dim {
	fromStart := !i.HasStart || i.Start >= 0
	switch {
	case fromStart && !i.HasStop:
		return d.Sub(tensor.N(i.Start))
	case fromStart && i.Stop < 0:
		return d.Sub(tensor.N(i.Start - i.Stop))
	case !fromStart && !i.HasStop && i.Start == -1:
		return tensor.N(1)
	case i.HasStop && i.HasStart && (i.Start < 0) == (i.Stop < 0) && i.Stop <= i.Start, i.HasStop && i.Stop == 0:
		return tensor.N(0)
	}
	return tensor.Unknown
}

// bounds clamps the ends of a range to an axis of size n, as Python's slices do.
func (i IndexItem) bounds(n int64) (start, stop int64) {
	low, high := int64(0), n
	start, stop = 0, n
	if i.Step < 0 {
		low, high = -1, n-1
		start, stop = n-1, -1
	}
	clamp := func(v int64) int64 {
		if v < 0 {
			v += n
		}
		return min(max(v, low), high)
	}
	if i.HasStart {
		start = clamp(i.Start)
	}
	if i.HasStop {
		stop = clamp(i.Stop)
	}
	return start, stop
}

func rangeLength(start, stop, step int64) int64 {
	if step < 0 {
		start, stop, step = stop, start, -step
	}
	if stop <= start {
		return 0
	}
	return (stop - start + step - 1) / step
}

// regionShape is the shape of x[index]. Kept: axes that At drops stay with size 1.
func regionShape(s tensor.Shape, in []tensor.Type, list []axisIndex, kept bool) tensor.Shape {
	out := tensor.Shape{}
	for i, x := range list {
		switch {
		case x.drops() && kept:
			out = append(out, tensor.N(1))
		case x.drops():
		case x.Kind == IndexOperand:
			out = append(out, in[x.operand].Shape...)
		default:
			out = append(out, x.length(s[i]))
		}
	}
	return out
}
