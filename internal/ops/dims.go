package ops

import (
	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

// piece is a run of dimensions in a shape vector under construction: constants,
// or the name of an int64 vector that the run computes.
type piece struct {
	consts []int64
	name   string
}

// shape is the Shape node of x, made once.
func (l *lowering) shape(x string) string {
	if s, ok := l.shapes[x]; ok {
		return s
	}
	s := l.Node("Shape", []string{x})
	l.shapes[x] = s
	return s
}

// dimPieces are the dimensions [from, to) of x: constants where they are known.
func (l *lowering) dimPieces(x Operand, from, to int) []piece {
	var out []piece
	for i := from; i < to; {
		if n, ok := x.Type.Shape[i].Const(); ok {
			out = append(out, piece{consts: []int64{n}})
			i++
			continue
		}
		j := i + 1
		for j < to && !isConst(x.Type.Shape[j]) {
			j++
		}
		name := l.shape(x.Name)
		if i > 0 || j < len(x.Type.Shape) {
			name = l.cut(name, 0, int64(i), int64(j))
		}
		out = append(out, piece{name: name})
		i = j
	}
	return out
}

func isConst(d tensor.Dim) bool {
	_, ok := d.Const()
	return ok
}

// dims is the vector of the dimensions [from, to) of x.
func (l *lowering) dims(x Operand, from, to int) string {
	name, _ := l.join(l.dimPieces(x, from, to))
	return name
}

// join makes one vector of pieces and reports whether it is constant.
func (l *lowering) join(pieces []piece) (name string, constant bool) {
	var names []string
	var run []int64
	flush := func() {
		if len(run) > 0 {
			names = append(names, l.vector(run...))
			run = nil
		}
	}
	constant = true
	for _, p := range pieces {
		if p.name == "" {
			run = append(run, p.consts...)
			continue
		}
		constant = false
		flush()
		names = append(names, p.name)
	}
	flush()
	if len(names) == 0 {
		return l.vector(), true
	}
	return l.concat(0, names...), constant
}

// reshape gives x the shape that pieces make. A size that turns out to be 0
// means 0 from opset 14 on; before, ONNX copies the old dimension in its place,
// and the run fails where that does not fit. A tensor known to be empty is made
// anew, which no rule about zeros touches.
func (l *lowering) reshape(x Operand, pieces ...piece) string {
	vec, constant := l.join(pieces)
	if n, ok := x.Type.Shape.Count().Const(); ok && n == 0 {
		return l.fill(x.Type.DType, 0, vec)
	}
	if constant || l.Opset() < 14 {
		return l.Node("Reshape", []string{x.Name, vec})
	}
	return l.Node("Reshape", []string{x.Name, vec}, onnx.IntAttr("allowzero", 1))
}

// expand repeats x, of dtype d, to the shape that pieces make.
func (l *lowering) expand(x string, d tensor.DType, pieces ...piece) string {
	vec, _ := l.join(pieces)
	c := computeIn("Expand", d)
	return l.cast(l.Node("Expand", []string{l.cast(x, d, c), vec}), c, d)
}

func consts(n ...int64) piece { return piece{consts: n} }

// product is the number of elements in the dimensions [from, to) of x.
func (l *lowering) product(x Operand, from, to int) piece {
	if n, ok := x.Type.Shape[from:to].Count().Const(); ok {
		return consts(n)
	}
	return piece{name: l.reduce("ReduceProd", tensor.Int64, l.dims(x, from, to), []int64{0}, true)}
}

// quotient is a dimension of x divided by n.
func (l *lowering) quotient(x Operand, axis int, n int64) piece {
	if q, ok := x.Type.Shape[axis].Div(n).Const(); ok {
		return consts(q)
	}
	return piece{name: l.Node("Div", []string{l.dims(x, axis, axis+1), l.vector(n)})}
}

// pieceName is a piece as a vector of the graph.
func (l *lowering) pieceName(p piece) string {
	name, _ := l.join([]piece{p})
	return name
}
