package ops

import (
	"fmt"
	"math"

	"github.com/nngen-go/nngen/internal/tensor"
)

// noise are random numbers that are none: each is a function of the seed, the
// row and the place in the row, so that every run and both ways to run see the
// same, and a row's do not depend on what else is in the batch. The random
// operators of ONNX give other numbers on every run.
var noise = []Op{
	{
		Name: "RandLike", Shape: sameRule, Params: []Param{seedArg("seed")},
		Doc:   "RandLike is numbers spread evenly over [0, 1) in the shape and dtype of x: a function of seed, row (axis 0) and place in the row; floats only.",
		Infer: inferNoise, Lower: lowerNoise(uniform),
	},
	{
		Name: "RandnLike", Shape: sameRule, Params: []Param{seedArg("seed")},
		Doc:   "RandnLike is numbers of the standard normal distribution in the shape and dtype of x: a function of seed, row (axis 0) and place in the row; floats only.",
		Infer: inferNoise, Lower: lowerNoise(normal),
	},
}

// The mixing function is a Feistel network on two words of 25 bits whose round
// takes the middle of a square: with words that short float64 holds every
// intermediate result exactly, and has fast kernels where integers have none.
// Five rounds pass the tests of evenness and independence that eight are used for.
const (
	wordBits   = 25
	word       = 1 << wordBits
	middle     = 1 << 12
	mixRounds  = 8
	keyStep    = 20737779 // word over the golden ratio, odd
	placeSpill = 1 << 18  // how far apart the rows are that long rows spill into
	f64        = tensor.Float64
)

func inferNoise(in []tensor.Type, _ Attrs) ([]tensor.Type, error) {
	if err := floats.check(in[0]); err != nil {
		return nil, err
	}
	if err := rankOf(in, 0); err != nil {
		return nil, err
	}
	if in[1].DType != tensor.Int64 || !isScalar(in[1]) {
		return nil, fmt.Errorf("the seed is %s: it must be an integer", in[1])
	}
	return []tensor.Type{{DType: in[0].DType, Shape: in[0].Shape.Clone()}}, nil
}

func lowerNoise(f func(l *lowering, d tensor.DType, a, b string) string) lowerFunc {
	return func(e Emitter, in []Operand, _ Attrs) ([]string, error) {
		l := lower(e)
		d := in[0].Type.DType
		a, b := l.mixed(in[1].Name, in[0])
		w := wide(d)
		return one(l.cast(f(l, d, a, b), w, d))
	}
}

// mixed gives two words of noise for each element of x.
func (l *lowering) mixed(seed string, x Operand) (a, b string) {
	rank := len(x.Type.Shape)
	a, b = l.number(f64, 0), l.number(f64, 0)
	if rank > 0 {
		b = l.unsqueeze(l.cast(l.iota(x, 0), tensor.Int64, f64), axesFrom(1, rank)...)
		place := l.places(x)
		spill := l.unary("Floor", f64, l.binary("Mul", f64, place, l.number(f64, 1.0/word)))
		a = l.wrapped(place)
		b = l.wrapped(l.binary("Add", f64, b, l.binary("Mul", f64, spill, l.number(f64, placeSpill))))
	}
	keys := l.keys(seed)
	for i := range mixRounds {
		key := l.wrapped(l.binary("Add", f64, keys[i%len(keys)], l.number(f64, float64(i+1)*keyStep)))
		s := l.binary("Add", f64, a, key)
		mid := l.unary("Floor", f64, l.binary("Mul", f64, l.binary("Mul", f64, s, s), l.number(f64, 1.0/middle)))
		a, b = l.wrapped(l.binary("Add", f64, b, mid)), a
	}
	return a, b
}

// places numbers the elements of a row, in the shape of one row.
func (l *lowering) places(x Operand) string {
	rank := len(x.Type.Shape)
	if rank == 1 {
		return l.Const(f64, []int64{1}, []float64{0})
	}
	count := l.squeeze(l.pieceName(l.product(x, 1, rank)), 0)
	flat := l.Node("Range", []string{l.integer(0), count, l.integer(1)})
	row := Operand{flat, tensor.Type{DType: tensor.Int64, Shape: tensor.Shape{x.Type.Shape[1:].Count()}}}
	pieces := append([]piece{consts(1)}, l.dimPieces(x, 1, rank)...)
	return l.cast(l.reshape(row, pieces...), tensor.Int64, f64)
}

// wrapped is x modulo a word.
func (l *lowering) wrapped(x string) string {
	over := l.unary("Floor", f64, l.binary("Mul", f64, x, l.number(f64, 1.0/word)))
	return l.binary("Sub", f64, x, l.binary("Mul", f64, over, l.number(f64, word)))
}

// keys cuts the 64 bits of the seed into words.
func (l *lowering) keys(seed string) []string {
	var out []string
	for _, size := range []int64{word, word, 1 << (64 - 2*wordBits)} {
		low := l.Node("Mod", []string{seed, l.integer(size)})
		seed = l.Node("Div", []string{l.Node("Sub", []string{seed, low}), l.integer(size)})
		out = append(out, l.cast(low, tensor.Int64, f64))
	}
	return out
}

// uniform takes as many bits as the dtype has digits: rounding must not reach 1.
func uniform(l *lowering, d tensor.DType, a, b string) string {
	digits := map[tensor.DType]int{tensor.Float32: 24, tensor.Float16: 11, tensor.BFloat16: 8}[d]
	if d == f64 {
		low := l.binary("Mul", f64, b, l.number(f64, 1.0/word))
		return l.binary("Mul", f64, l.binary("Add", f64, a, low), l.number(f64, 1.0/word))
	}
	kept := l.unary("Floor", f64, l.binary("Mul", f64, a, l.number(f64, math.Ldexp(1, digits-wordBits))))
	return l.cast(l.binary("Mul", f64, kept, l.number(f64, math.Ldexp(1, -digits))), f64, wide(d))
}

// normal is the method of Box and Muller.
func normal(l *lowering, d tensor.DType, a, b string) string {
	w := wide(d)
	radius := l.binary("Mul", f64, l.binary("Add", f64, a, l.number(f64, 1)), l.number(f64, 1.0/word))
	angle := l.binary("Mul", f64, b, l.number(f64, 2*math.Pi/word))
	r := l.binary("Mul", w, l.unary("Log", w, l.cast(radius, f64, w)), l.number(w, -2))
	return l.binary("Mul", w, l.unary("Sqrt", w, r), l.unary("Cos", w, l.cast(angle, f64, w)))
}
