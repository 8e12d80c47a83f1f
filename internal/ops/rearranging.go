package ops

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/tensor"
)

// rearranging move and repeat elements.
var rearranging = []Op{
	{
		Name: "Flip", Shape: sameRule, Params: []Param{intsArg("axes")},
		Doc:   "Flip turns the order along the axes round, along all if none.",
		Infer: inferFlip, Lower: lowerFlip,
	},
	{
		Name: "Roll", Shape: sameRule, Params: []Param{intArg("by"), intArg("axis")},
		Doc:   "Roll moves the elements along axis by places, toward the end if positive; what leaves one end comes in at the other.",
		Infer: inferAlong(anything), Lower: lowerRoll,
	},
	{
		Name: "Repeat", Shape: "[a, b], times 2 3 → [2*a, 3*b]", Params: []Param{intsArg("times")},
		Doc:   "Repeat puts x after itself the given times along each axis, as torch's repeat; more numbers than axes add leading axes.",
		Infer: inferRepeat, Lower: lowerRepeat,
	},
	{
		Name: "RepeatInterleave", Shape: "[a, b], n 2, axis 1 → [a, 2*b]", Params: []Param{intArg("n"), intArg("axis")},
		Doc:   "RepeatInterleave puts n copies of each element along axis next to each other.",
		Infer: inferInterleave, Lower: lowerInterleave,
	},
	{
		Name: "Pad", Shape: "[a, b], axis 1, before 2, after 3 → [a, b+5]", Params: []Param{intArg("axis"), intArg("before"), intArg("after"), floatArg("value")},
		Doc:   "Pad adds elements of the given value before and after those along axis.",
		Infer: inferPad, Lower: lowerPad,
	},
	{
		Name: "ExpandAs", Shape: "[1, b], [a, b] → [a, b]", Params: []Param{tensorArg("o")},
		Doc:   "ExpandAs repeats axes of size 1 of x so that it gets the shape of o.",
		Infer: inferExpandAs, Lower: lowerExpandAs,
	},
	{
		Name: "Size", Shape: "[a…] → []", Params: []Param{intArg("axis")},
		Doc:   "Size is how many positions axis has, as an int64 scalar of the graph.",
		Infer: inferSize, Lower: lowerSize,
	},
	{
		Name: "Positions", Shape: "[a, b, c], axis 1 → [b]", Params: []Param{intArg("axis")},
		Doc:   "Positions is 0, 1, 2, … as int64, one for each position of axis, as torch.arange of its size.",
		Infer: inferPositions, Lower: lowerPositions,
	},
}

// anything lets every element type through.
var anything = class{tensor.DType.Known, "is no element type"}

// flipAxes are the axes to turn round.
func flipAxes(a Attrs, s tensor.Shape) ([]int64, error) {
	axes, err := axesAttr(a, "axes", s)
	if err == nil && len(axes) == 0 {
		axes = axesFrom(0, len(s))
	}
	return axes, err
}

func inferFlip(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	if err := rankOf(in, 0); err != nil {
		return nil, err
	}
	if _, err := flipAxes(a, in[0].Shape); err != nil {
		return nil, err
	}
	return []tensor.Type{{DType: in[0].DType, Shape: in[0].Shape.Clone()}}, nil
}

func lowerFlip(e Emitter, in []Operand, a Attrs) ([]string, error) {
	axes, err := flipAxes(a, in[0].Type.Shape)
	if err != nil || len(axes) == 0 {
		return []string{in[0].Name}, err
	}
	n := len(axes)
	return one(lower(e).slice(in[0].Name, repeated(toTheEnd, n), repeated(toTheStart, n), axes, repeated(-1, n)))
}

func repeated(v int64, n int) []int64 {
	out := make([]int64, n)
	for i := range out {
		out[i] = v
	}
	return out
}

// lowerRoll joins the end of the axis with its beginning. Where the size is
// known only to the run, so is where to cut.
func lowerRoll(e Emitter, in []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	x := in[0]
	axis, err := axisAttr(a, "axis", x.Type.Shape)
	if err != nil {
		return nil, err
	}
	by := a.Int("by", 0)
	if n, ok := x.Type.Shape[axis].Const(); ok {
		if n == 0 || by%n == 0 {
			return one(x.Name)
		}
		at := ((-by)%n + n) % n
		return one(l.concat(int64(axis), l.cut(x.Name, axis, at, toTheEnd), l.cut(x.Name, axis, 0, at)))
	}
	size := l.Node("Max", []string{l.floats(l.dims(x, axis, axis+1)), l.floats(l.vector(1))}) // an empty axis stays so
	size = l.cast(size, tensor.Float64, tensor.Int64)
	at := l.Node("Mod", []string{l.vector(-by), size})
	head := l.between(x.Name, axis, l.vector(0), at)
	tail := l.between(x.Name, axis, at, l.vector(toTheEnd))
	return one(l.concat(int64(axis), tail, head))
}

// floats is an int64 tensor in float64: Max has no integers before opset 12.
func (l *lowering) floats(x string) string { return l.cast(x, tensor.Int64, tensor.Float64) }

func inferRepeat(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	if err := rankOf(in, 0); err != nil {
		return nil, err
	}
	s, times := in[0].Shape, a.Ints("times")
	lead := len(times) - len(s)
	if lead < 0 {
		return nil, fmt.Errorf("%d numbers given for shape %s: give one for each axis", len(times), s)
	}
	out := tensor.Dims(times...)
	for i, n := range times {
		if n < 0 {
			return nil, fmt.Errorf("times %v: %d is no number of times", times, n)
		}
		if i >= lead {
			out[i] = s[i-lead].Mul(tensor.N(n))
		}
	}
	return []tensor.Type{{DType: in[0].DType, Shape: out}}, nil
}

func lowerRepeat(e Emitter, in []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	times := a.Ints("times")
	if len(times) == 0 {
		return one(in[0].Name)
	}
	lead := len(times) - len(in[0].Type.Shape)
	x := l.unsqueeze(in[0].Name, axesFrom(0, lead)...)
	return one(l.apply1("Tile", in[0].Type.DType, x, l.vector(times...)))
}

// apply1 emits an operator whose first operand has dtype d and whose others are arguments.
func (l *lowering) apply1(op string, d tensor.DType, x string, args ...string) string {
	c := computeIn(op, d)
	return l.cast(l.Node(op, append([]string{l.cast(x, d, c)}, args...)), c, d)
}

func inferInterleave(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	out, err := inferAlong(anything)(in, a)
	if err != nil {
		return nil, err
	}
	n := a.Int("n", 0)
	if n < 1 {
		return nil, fmt.Errorf("n is %d: it must be at least 1", n)
	}
	axis, err := axisAttr(a, "axis", in[0].Shape)
	if err != nil {
		return nil, err
	}
	out[0].Shape[axis] = in[0].Shape[axis].Mul(tensor.N(n))
	return out, nil
}

// lowerInterleave repeats along an axis of size 1 behind the one given and joins both.
func lowerInterleave(e Emitter, in []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	x := in[0]
	axis, err := axisAttr(a, "axis", x.Type.Shape)
	if err != nil {
		return nil, err
	}
	n, rank := a.Int("n", 1), len(x.Type.Shape)
	times := repeated(1, rank+1)
	times[axis+1] = n
	wide := l.apply1("Tile", x.Type.DType, l.unsqueeze(x.Name, int64(axis+1)), l.vector(times...))
	s := insertAxis(x.Type.Shape, axis+1, tensor.N(n))
	y := Operand{wide, tensor.Type{DType: x.Type.DType, Shape: s}}
	pieces := append(l.dimPieces(y, 0, axis), l.product(y, axis, axis+2))
	return one(l.reshape(y, append(pieces, l.dimPieces(y, axis+2, rank+1)...)...))
}

func inferPad(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	out, err := inferAlong(elements)(in, a)
	if err != nil {
		return nil, err
	}
	axis, err := axisAttr(a, "axis", in[0].Shape)
	if err != nil {
		return nil, err
	}
	before, after := a.Int("before", 0), a.Int("after", 0)
	if before < 0 || after < 0 {
		return nil, fmt.Errorf("%d before and %d after: cut with At and a range instead of padding by less than 0", before, after)
	}
	if v := a.Float("value", 0); !in[0].DType.IsFloat() && v != float64(int64(v)) {
		return nil, fmt.Errorf("%v cannot be put into %s", v, in[0])
	}
	out[0].Shape[axis] = in[0].Shape[axis].Add(tensor.N(before + after))
	return out, nil
}

// lowerPad joins with blocks of the value: Pad lacks dtypes before opset 13, and
// takes its arguments in another way at each.
func lowerPad(e Emitter, in []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	x := in[0]
	axis, err := axisAttr(a, "axis", x.Type.Shape)
	if err != nil {
		return nil, err
	}
	block := func(n int64) string {
		pieces := append(l.dimPieces(x, 0, axis), consts(n))
		vec, _ := l.join(append(pieces, l.dimPieces(x, axis+1, len(x.Type.Shape))...))
		return l.fill(x.Type.DType, a.Float("value", 0), vec)
	}
	parts := []string{x.Name}
	if n := a.Int("before", 0); n > 0 {
		parts = append([]string{block(n)}, parts...)
	}
	if n := a.Int("after", 0); n > 0 {
		parts = append(parts, block(n))
	}
	return one(l.concat(int64(axis), parts...))
}

func inferExpandAs(in []tensor.Type, _ Attrs) ([]tensor.Type, error) {
	if err := rankOf(in, 0, 1); err != nil {
		return nil, err
	}
	if err := fitsInto(in[0].Shape, in[1].Shape); err != nil {
		return nil, fmt.Errorf("shape %s cannot be expanded to %s: only axes of size 1 can", in[0].Shape, in[1].Shape)
	}
	return []tensor.Type{{DType: in[0].DType, Shape: in[1].Shape.Clone()}}, nil
}

func lowerExpandAs(e Emitter, in []Operand, _ Attrs) ([]string, error) {
	l := lower(e)
	x, o := in[0], in[1]
	if x.Type.Shape.Equal(o.Type.Shape) {
		return one(x.Name)
	}
	p := patch{lowering: l, v: x}
	return one(p.checked(o.Type.Shape, l.dimPieces(o, 0, len(o.Type.Shape))))
}

func inferSize(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	if _, err := inferAlong(anything)(in, a); err != nil {
		return nil, err
	}
	return []tensor.Type{{DType: tensor.Int64, Shape: tensor.Shape{}}}, nil
}

func lowerSize(e Emitter, in []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	axis, err := axisAttr(a, "axis", in[0].Type.Shape)
	if err != nil {
		return nil, err
	}
	if n, ok := in[0].Type.Shape[axis].Const(); ok {
		return one(l.integer(n))
	}
	return one(l.squeeze(l.dims(in[0], axis, axis+1), 0))
}

func inferPositions(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	if _, err := inferAlong(anything)(in, a); err != nil {
		return nil, err
	}
	axis, err := axisAttr(a, "axis", in[0].Shape)
	if err != nil {
		return nil, err
	}
	return []tensor.Type{{DType: tensor.Int64, Shape: tensor.Shape{in[0].Shape[axis]}}}, nil
}

func lowerPositions(e Emitter, in []Operand, a Attrs) ([]string, error) {
	axis, err := axisAttr(a, "axis", in[0].Type.Shape)
	if err != nil {
		return nil, err
	}
	return one(lower(e).iota(in[0], axis))
}
