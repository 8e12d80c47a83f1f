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

// isMask reports whether the index is one boolean tensor over the leading axes
// and the value is the same at each of its places: then a Where does.
func isMask(in []tensor.Type, text string) bool {
	if len(in) != setIndex+1 || in[setIndex].DType != tensor.Bool || len(in[setIndex].Shape) == 0 {
		return false
	}
	if len(in[setValue].Shape) > len(in[setReceiver].Shape)-len(in[setIndex].Shape) {
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
	sel, err := resolveIndex(x.Shape, in, setIndex, text)
	if err != nil {
		return nil, err
	}
	if err := fitsInto(in[setValue].Shape, sel.result()); err != nil {
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
		return fmt.Errorf("%w", err)
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
	sel, err := resolveIndex(x.Type.Shape, types, setIndex, text)
	if err != nil {
		return nil, err
	}
	last := -1
	for i, item := range sel.list {
		if !item.whole() {
			last = i
		}
	}
	p := patch{lowering: l, x: x, v: v, in: in, list: sel.list, part: sel.result(), places: map[int]string{}}
	switch {
	case p.empty():
		return one(x.Name)
	case !sel.plain():
		return one(p.numbered(sel))
	case last < 0:
		return one(p.fitted(l.dimPieces(x, 0, len(sel.list)), x.Type.Shape))
	case p.isEdge(last):
		return one(p.joined(last))
	}
	return one(p.scattered(last))
}

// numbered writes what any index selects: the places of the axes that it touches
// are numbered, At finds the numbers, and the value is scattered to those.
func (p patch) numbered(sel *selection) string {
	last := 0
	for i, item := range sel.list {
		if !item.whole() {
			last = i
		}
	}
	for _, pair := range sel.pairs {
		last = max(last, pair.axis)
	}
	x, lead, rank := p.x, last+1, len(p.x.Type.Shape)
	if sel.renews() {
		lead = rank // a new axis may stand behind them all
	}
	if rank == 0 { // only new axes
		return p.reshape(p.v)
	}
	count := p.product(x, 0, lead)
	flat := p.Node("Range", []string{p.integer(0), p.squeeze(p.pieceName(count), 0), p.integer(1)})
	numbers := Operand{flat, tensor.Type{DType: tensor.Int64, Shape: tensor.Shape{x.Type.Shape[:lead].Count()}}}
	numbers = Operand{p.reshape(numbers, p.dimPieces(x, 0, lead)...), tensor.Type{DType: tensor.Int64, Shape: x.Type.Shape[:lead]}}
	whole := sel.cut(lead)
	at := p.pickPairs(numbers, p.in, whole, p.pick(numbers.Name, p.in, whole))
	region := whole.result()
	sizes := append([]piece{{name: p.shape(at)}}, p.dimPieces(x, lead, rank)...)
	v := p.v.Name
	if !p.v.Type.Shape.Equal(p.part) {
		v = p.checked(p.part, sizes)
	}
	rows := p.reshape(x, append([]piece{count}, p.dimPieces(x, lead, rank)...)...)
	out := p.Node("ScatterND", []string{rows, p.unsqueeze(at, int64(len(region))), v})
	flatType := append(tensor.Shape{x.Type.Shape[:lead].Count()}, x.Type.Shape[lead:]...)
	return p.reshape(Operand{out, tensor.Type{DType: x.Type.DType, Shape: flatType}}, p.dimPieces(x, 0, rank)...)
}

// cut is the selection over the first lead axes; those after it are whole.
func (s *selection) cut(lead int) *selection {
	out := *s
	out.list = s.list[:lead]
	out.slots = nil
	for _, sl := range s.slots {
		if sl.axis < lead {
			out.slots = append(out.slots, sl)
		}
	}
	return &out
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
