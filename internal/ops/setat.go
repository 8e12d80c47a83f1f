package ops

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/tensor"
)

// SetAt's operands.
const (
	setReceiver = iota
	setValue
	setIndex // the first index operand
)

// isMask reports whether the index is one boolean tensor over the leading axes.
func isMask(in []tensor.Type, text string) bool {
	if len(in) != setIndex+1 || in[setIndex].DType != tensor.Bool {
		return false
	}
	items, err := ParseIndex(text)
	if err != nil || items[0].Kind != IndexOperand {
		return false
	}
	for _, it := range items[1:] {
		if it.Kind != IndexEllipsis && !it.whole() {
			return false
		}
	}
	return true
}

func inferSetAt(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	if err := rankOf(in, setReceiver, setValue); err != nil {
		return nil, err
	}
	if _, err := setDType(in); err != nil {
		return nil, err
	}
	x, text := in[setReceiver], a.String("index")
	if isMask(in, text) {
		return []tensor.Type{x}, checkMask(in)
	}
	list, err := resolveIndex(x.Shape, in, setIndex, text)
	if err != nil {
		return nil, err
	}
	for _, i := range list {
		if i.rank > 1 {
			return nil, fmt.Errorf("an index tensor of rank %d cannot be assigned to: give a vector, or use Scatter", i.rank)
		}
	}
	region := regionShape(x.Shape, in, list, false)
	if err := fitsInto(in[setValue].Shape, region); err != nil {
		return nil, err
	}
	return []tensor.Type{{DType: x.DType, Shape: x.Shape.Clone()}}, nil
}

// setDType is the dtype of the receiver; a scalar value is cast to it.
func setDType(in []tensor.Type) (tensor.DType, error) {
	x, v := in[setReceiver], in[setValue]
	if x.DType != v.DType && !(isScalar(v) && fits(v.DType, x.DType)) {
		return tensor.Invalid, fmt.Errorf("a value of %s cannot be put into %s: Cast it", v, x)
	}
	return x.DType, elements.check(x)
}

// fitsInto checks that a value broadcasts to a part without enlarging it.
func fitsInto(v, region tensor.Shape) error {
	if len(v) > len(region) {
		return fmt.Errorf("a value of shape %s does not fit into a part of shape %s", v, region)
	}
	for i, d := range v {
		r := region[len(region)-len(v)+i]
		if d.Differs(tensor.N(1)) && d.Differs(r) {
			return fmt.Errorf("a value of shape %s does not fit into a part of shape %s: %s against %s", v, region, d, r)
		}
	}
	return nil
}

func checkMask(in []tensor.Type) error {
	x, m, v := in[setReceiver].Shape, in[setIndex].Shape, in[setValue].Shape
	if err := rankOf(in, setIndex); err != nil {
		return err
	}
	if len(m) > len(x) || x[:len(m)].Differs(m) {
		return fmt.Errorf("a mask of shape %s does not fit shape %s", m, x)
	}
	if err := fitsInto(v, x[len(m):]); err != nil {
		return fmt.Errorf("%w (a mask's value is the same at every place)", err)
	}
	return nil
}

// lowerSetAt never multiplies by 0 or 1, which would change NaN and -0. It copies
// the receiver once: a range of the last axis is joined with what lies beside
// it, everything else is scattered in runs that are as long as possible.
func lowerSetAt(e Emitter, in []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	types, text := typesOf(in), a.String("index")
	x := in[setReceiver]
	d, err := setDType(types)
	if err != nil {
		return nil, err
	}
	v := Operand{l.cast(in[setValue].Name, in[setValue].Type.DType, d), tensor.Type{DType: d, Shape: in[setValue].Type.Shape}}
	if isMask(types, text) {
		return one(l.setMask(x, v, in[setIndex]))
	}
	list, err := resolveIndex(x.Type.Shape, types, setIndex, text)
	if err != nil {
		return nil, err
	}
	last := -1
	for i, item := range list {
		if !item.whole() {
			last = i
		}
	}
	p := patch{lowering: l, x: x, v: v, in: in, list: list, places: map[int]string{}}
	switch {
	case p.empty():
		return one(x.Name)
	case last < 0:
		return one(p.fitted(l.dimPieces(x, 0, len(list)), x.Type.Shape))
	case p.isEdge(last):
		return one(p.joined(last))
	}
	return one(p.scattered(last))
}

// setMask is a Where. The mask is brought to the receiver's leading axes, which
// ends the run if it is larger than they are.
func (l *lowering) setMask(x, v, mask Operand) string {
	rank, given := len(x.Type.Shape), len(mask.Type.Shape)
	lead, rest := x.Type.Shape[:given], x.Type.Shape[given:]
	m := mask.Name
	if !lead.Equal(mask.Type.Shape) {
		m = patch{lowering: l, v: mask}.checked(lead, l.dimPieces(x, 0, given))
	}
	var tail []int64
	for i := given; i < rank; i++ {
		tail = append(tail, int64(i))
	}
	value := patch{lowering: l, v: v}.checked(rest, l.dimPieces(x, given, rank))
	return l.where(x.Type.DType, l.unsqueeze(m, tail...), value, x.Name)
}
