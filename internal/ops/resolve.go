package ops

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/tensor"
)

// selection is an index held against a shape, by the rules of PyTorch: ranges,
// positions and new axes first, each for its own axis; then the index tensors,
// which are paired element by element. What the pairs select stands where their
// axes stood, or in front if other axes are between those.
type selection struct {
	list  []axisIndex  // by axis of x; axes of index tensors are whole
	slots []slot       // the axes that are left after the first part
	pairs []paired     // the index tensors, by the axes they are for
	shape tensor.Shape // of the pairs, broadcast; nil if there are none
}

// axisIndex is what the first part of an index selects along one axis.
type axisIndex struct {
	IndexItem
	operand     int // of an IndexOperand, or of a range's dynamic start
	stopOperand int // of a range's dynamic stop
}

// slot is an axis after the first part: one of x, a new one, or one that an
// index tensor is for.
type slot struct {
	axis int // of x, -1 for a new axis
	size tensor.Dim
	pair bool
}

// paired is an index tensor or list for one axis of x. A mask is as many of
// them as it has axes: the coordinates of its true elements.
type paired struct {
	axis    int
	operand int     // -1: list
	list    []int64 // its positions, of a list
	shape   tensor.Shape
	mask    bool
	part    int // which of a mask's axes
}

// drops reports whether the axis is gone from the result.
func (x axisIndex) drops() bool { return x.Kind == IndexInt || x.Kind == IndexOperand }

// plain reports an index that ranges and positions known when generating make up.
func (s *selection) plain() bool {
	for _, item := range s.list {
		if item.dynamic() {
			return false
		}
	}
	return len(s.pairs) == 0 && !s.renews()
}

// renews reports whether there are new axes.
func (s *selection) renews() bool {
	for _, sl := range s.slots {
		if sl.axis < 0 {
			return true
		}
	}
	return false
}

// resolver reads an index from left to right.
type resolver struct {
	s    tensor.Shape
	in   []tensor.Type
	next int // the next operand
	sel  *selection
}

// resolveIndex holds an index against the shape s. Index operands begin at in[first].
func resolveIndex(s tensor.Shape, in []tensor.Type, first int, text string) (*selection, error) {
	items, err := ParseIndex(text)
	if err != nil {
		return nil, err
	}
	r := &resolver{s: s, in: in, next: first, sel: &selection{}}
	open, rest, err := r.open(items)
	if err != nil {
		return nil, err
	}
	for _, it := range items {
		if it.Kind == IndexEllipsis {
			r.whole(open)
			continue
		}
		if err := r.item(it); err != nil {
			return nil, err
		}
	}
	if rest {
		r.whole(open)
	}
	return r.sel, r.sel.pairShape()
}

// open counts the axes that no item is for, and tells whether they come last.
func (r *resolver) open(items []IndexItem) (n int, rest bool, err error) {
	used, rest, next := 0, true, r.next
	for _, it := range items {
		switch it.Kind {
		case IndexNew:
		case IndexEllipsis:
			rest = false
		case IndexOperand:
			t := r.in[next]
			if t.DType == tensor.Bool && len(t.Shape) > 0 {
				used += len(t.Shape) - 1
			}
			used++
			next++
		default:
			used++
			for _, operand := range []bool{it.StartOperand, it.StopOperand} {
				if operand {
					next++
				}
			}
		}
	}
	if used > len(r.s) {
		return 0, false, fmt.Errorf("the index is for %d axes, shape %s has %d", used, r.s, len(r.s))
	}
	return len(r.s) - used, rest, nil
}

func (r *resolver) whole(n int) {
	for ; n > 0; n-- {
		r.keep(axisIndex{IndexItem: AllIndex})
	}
}

// keep adds an item of the first part for the next axis.
func (r *resolver) keep(x axisIndex) {
	axis := len(r.sel.list)
	r.sel.list = append(r.sel.list, x)
	if !x.drops() {
		r.sel.slots = append(r.sel.slots, slot{axis: axis, size: x.length(r.s[axis])})
	}
}

// pair adds an index tensor for the next axis.
func (r *resolver) pair(p paired) {
	p.axis = len(r.sel.list)
	r.sel.pairs = append(r.sel.pairs, p)
	r.sel.list = append(r.sel.list, axisIndex{IndexItem: AllIndex})
	r.sel.slots = append(r.sel.slots, slot{axis: p.axis, size: r.s[p.axis], pair: true})
}

func (r *resolver) item(it IndexItem) error {
	axis := len(r.sel.list)
	switch it.Kind {
	case IndexNew:
		r.sel.slots = append(r.sel.slots, slot{axis: -1, size: tensor.N(1)})
		return nil
	case IndexInt:
		if err := inAxis(it.Start, axis, r.s); err != nil {
			return err
		}
	case IndexList:
		for _, n := range it.List {
			if err := inAxis(n, axis, r.s); err != nil {
				return err
			}
		}
		r.pair(paired{operand: -1, list: it.List, shape: tensor.Dims(int64(len(it.List)))})
		return nil
	case IndexOperand:
		return r.operand()
	}
	x := axisIndex{IndexItem: it}
	for _, end := range []struct {
		given bool
		at    *int
	}{{it.StartOperand, &x.operand}, {it.StopOperand, &x.stopOperand}} {
		if end.given {
			if t := r.in[r.next]; !isScalar(t) || !t.DType.IsInt() {
				return fmt.Errorf("the end of a range is %s: it must be an integer", t)
			}
			*end.at = r.next
			r.next++
		}
	}
	r.keep(x)
	return nil
}

func inAxis(n int64, axis int, s tensor.Shape) error {
	if size, constant := s[axis].Const(); constant && (n < -size || n >= size) {
		return fmt.Errorf("index %d is out of range for axis %d of shape %s", n, axis, s)
	}
	return nil
}

// operand adds an index operand: a position, an index tensor or a mask.
func (r *resolver) operand() error {
	i := r.next
	r.next++
	t := r.in[i]
	if t.Shape == nil {
		return &RankError{Operand: i}
	}
	if t.DType == tensor.Bool {
		return r.mask(i, t)
	}
	if err := indices.check(t); err != nil {
		return fmt.Errorf("index: %w", err)
	}
	if len(t.Shape) == 0 {
		r.keep(axisIndex{IndexItem: OperandIndex, operand: i})
		return nil
	}
	r.pair(paired{operand: i, shape: t.Shape})
	return nil
}

func (r *resolver) mask(i int, t tensor.Type) error {
	first, k := len(r.sel.list), len(t.Shape)
	if k == 0 {
		return fmt.Errorf("index: a bool without axes is no mask: give it the axes that it selects from, or use Where")
	}
	if r.s[first : first+k].Differs(t.Shape) {
		return fmt.Errorf("a mask of shape %s does not fit the axes %s of shape %s", t.Shape, r.s[first:first+k], r.s)
	}
	count := tensor.Unknown
	for part := range k {
		r.pair(paired{operand: i, shape: tensor.Shape{count}, mask: true, part: part})
	}
	return nil
}

// pairShape finds the shape that the index tensors have together.
func (s *selection) pairShape() error {
	if len(s.pairs) == 0 {
		return nil
	}
	s.shape = tensor.Shape{}
	for _, p := range s.pairs {
		b, err := tensor.Broadcast(s.shape, p.shape)
		if err != nil {
			return fmt.Errorf("index tensors of shapes %s and %s cannot be paired: give them one shape, or axes of size 1 where they should be combined", s.shape, p.shape)
		}
		s.shape = b
	}
	return nil
}

// pairsAt is the axis of the result at which the shape of the pairs begins.
func (s *selection) pairsAt() int {
	first, count := -1, 0
	for i, sl := range s.slots {
		if sl.pair {
			if first < 0 {
				first = i
			}
			if i != first+count {
				return 0
			}
			count++
		}
	}
	return first
}

// result is the shape of x[index].
func (s *selection) result() tensor.Shape {
	out := tensor.Shape{}
	for _, sl := range s.slots {
		if !sl.pair {
			out = append(out, sl.size)
		}
	}
	if len(s.pairs) == 0 {
		return out
	}
	at := s.pairsAt()
	return append(append(out[:at:at].Clone(), s.shape...), out[at:]...)
}

// region is the shape of the part, dropped axes kept with size 1, of a plain index.
func (s *selection) region(x tensor.Shape) tensor.Shape {
	out := tensor.Shape{}
	for i, item := range s.list {
		if item.drops() {
			out = append(out, tensor.N(1))
		} else {
			out = append(out, item.length(x[i]))
		}
	}
	return out
}
