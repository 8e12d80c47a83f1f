package ops

import "github.com/nngen-go/nngen/internal/tensor"

// patch is one assignment to a part of x.
type patch struct {
	*lowering
	x, v Operand // of one dtype
	in   []Operand
	list []axisIndex  // by axis of x
	part tensor.Shape // what x[index] has

	places map[int]string // positions made so far, by axis
}

// isEdge reports whether axis is the last one and a range over it can be cut
// out so that the parts beside it and itself always make up the whole axis:
// both ends count from one side, and the range is not empty or reversed.
func (p patch) isEdge(axis int) bool {
	i := p.list[axis]
	if axis != len(p.list)-1 || i.Kind != IndexRange || i.Step != 1 {
		return false
	}
	for _, other := range p.list[:axis] {
		if !other.whole() {
			return false
		}
	}
	if n, ok := p.x.Type.Shape[axis].Const(); ok {
		start, stop := i.bounds(n)
		return start < stop
	}
	switch {
	case !i.HasStart || i.Start == 0:
		return i.Stop != 0
	case !i.HasStop:
		return true
	}
	return (i.Start < 0) == (i.Stop < 0) && i.Start < i.Stop
}

// empty reports whether the part is known to have no elements.
func (p patch) empty() bool {
	n, ok := p.part.Count().Const()
	return ok && n == 0
}

// joined is x with a range of the last axis replaced: before, value, after.
func (p patch) joined(axis int) string {
	i := p.list[axis]
	n, constant := p.x.Type.Shape[axis].Const()
	start, stop, open := i.Start, i.Stop, !i.HasStop
	if constant {
		start, stop = i.bounds(n)
		open = stop == n
	}
	sizes, shape := p.region()
	var parts []string
	if start != 0 {
		parts = append(parts, p.cut(p.x.Name, axis, 0, start))
	}
	parts = append(parts, p.fitted(sizes, shape))
	if !open {
		parts = append(parts, p.cut(p.x.Name, axis, stop, toTheEnd))
	}
	return p.concat(int64(axis), parts...)
}

// scattered writes runs of whole trailing axes: the positions are a grid over
// the axes up to the last one that the index touches.
func (p patch) scattered(last int) string {
	sizes, shape := p.region()
	var columns []string
	for j := 0; j <= last; j++ {
		var others []int64
		for k := range last + 1 {
			if k != j {
				others = append(others, int64(k))
			}
		}
		column := p.unsqueeze(p.positions(j), others...)
		if last > 0 {
			column = p.expand(column, tensor.Int64, sizes[:last+1]...)
		}
		columns = append(columns, p.unsqueeze(column, int64(last+1)))
	}
	grid := p.concat(int64(last+1), columns...)
	return p.Node("ScatterND", []string{p.x.Name, grid, p.fitted(sizes, shape)})
}

// positions are the places that the index selects along an axis, as a vector.
func (p patch) positions(axis int) string {
	name, ok := p.places[axis]
	if !ok {
		name = p.place(axis)
		p.places[axis] = name
	}
	return name
}

func (p patch) place(axis int) string {
	i := p.list[axis]
	n, constant := p.x.Type.Shape[axis].Const()
	const fewPlaces = 4096
	if constant && i.Kind == IndexRange && n <= fewPlaces {
		var at []int64
		start, stop := i.bounds(n)
		for k := rangeLength(start, stop, i.Step); k > 0; k-- {
			at = append(at, start)
			start += i.Step
		}
		return p.vector(at...)
	}
	if constant && i.Kind == IndexInt {
		return p.vector((i.Start + n) % n)
	}
	all := p.iota(p.x, axis)
	if i.whole() {
		return all
	}
	at := p.pick(all, p.in, &selection{list: []axisIndex{i}})
	if i.drops() {
		at = p.unsqueeze(at, 0)
	}
	return at
}

// region gives the sizes of the part that is assigned to, axes that At would
// drop kept with size 1, as the run has them and as far as they are known.
func (p patch) region() ([]piece, tensor.Shape) {
	var sizes []piece
	shape := tensor.Shape{}
	kept := (&selection{list: p.list}).region(p.x.Type.Shape)
	for j, i := range p.list {
		d := kept[j]
		if i.Kind == IndexRange && isConst(d) && !isConst(p.x.Type.Shape[j]) {
			d = tensor.Unknown // "-1:" is nothing where the axis is empty
		}
		shape = append(shape, d)
		switch {
		case isConst(d):
			n, _ := d.Const()
			sizes = append(sizes, consts(n))
		case i.whole():
			sizes = append(sizes, p.dimPieces(p.x, j, j+1)...)
		default:
			sizes = append(sizes, piece{name: p.Node("Shape", []string{p.positions(j)})})
		}
	}
	return sizes, shape
}

// fitted is the value in the shape of the part: broadcast, and checked by the
// run where it is not known that it does not enlarge the part.
func (p patch) fitted(sizes []piece, region tensor.Shape) string {
	v := p.v
	if len(v.Type.Shape) > 0 {
		v = p.aligned()
	}
	p.v = v
	if v.Type.Shape.Equal(region) {
		return v.Name
	}
	return p.checked(region, sizes)
}

// aligned gives the value an axis of size 1 wherever the index drops one, so
// that its axes meet those of the part that they are meant for.
func (p patch) aligned() Operand {
	left := len(p.v.Type.Shape)
	axis := len(p.list)
	var inserted []int
	shape := tensor.Shape{}
	for left > 0 {
		axis--
		if p.list[axis].drops() {
			shape = append(tensor.Shape{tensor.N(1)}, shape...)
			inserted = append(inserted, axis)
			continue
		}
		left--
		shape = append(tensor.Shape{p.v.Type.Shape[left]}, shape...)
	}
	var axes []int64
	for k := len(inserted) - 1; k >= 0; k-- {
		axes = append(axes, int64(inserted[k]-axis))
	}
	return Operand{p.unsqueeze(p.v.Name, axes...), tensor.Type{DType: p.v.Type.DType, Shape: shape}}
}

// checked expands the value to the given sizes. ONNX Expand enlarges in both
// directions, so a Reshape to those sizes ends the run where it did so.
func (p patch) checked(region tensor.Shape, sizes []piece) string {
	out := p.expand(p.v.Name, p.v.Type.DType, sizes...)
	shift := len(region) - len(p.v.Type.Shape)
	for i, d := range p.v.Type.Shape {
		if d != tensor.N(1) && !d.Equal(region[shift+i]) {
			vec, _ := p.join(sizes)
			return p.Node("Reshape", []string{out, vec})
		}
	}
	return out
}
