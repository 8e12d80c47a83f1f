package ops

import (
	"math"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/tensor"
)

// reductions fold axes away, each in a form that drops them and one that keeps them.
var reductions = reductionPairs(
	reduction{"Sum", elements, accumulator, sum, "is the sum over the axes, all if none; integers and bool give int64"},
	reduction{"Mean", floats, nil, mean, "is the mean over the axes, all if none; floats only, NaN over nothing"},
	reduction{"Max", ordered, nil, extreme("ReduceMax"), "is the largest element over the axes, all if none; NaN wins"},
	reduction{"Min", ordered, nil, extreme("ReduceMin"), "is the smallest element over the axes, all if none; NaN wins"},
	reduction{"Prod", elements, accumulator, product, "is the product over the axes, all if none; integers and bool give int64"},
	reduction{"Norm", floats, nil, norm, "is the Euclidean norm over the axes, all if none; floats only"},
	reduction{"NormL1", floats, nil, normL1, "is the sum of absolute values over the axes, all if none; floats only"},
	reduction{"NormMax", floats, nil, normMax, "is the largest absolute value over the axes, all if none; floats only, NaN wins"},
	reduction{"LogSumExp", floats, nil, logSumExp, "is Log of the sum of Exp(x) over the axes, all if none, without overflow; floats only"},
	reduction{"Any", bools, nil, anyOf, "is true where any element over the axes, all if none, is; bool only, false over nothing"},
	reduction{"All", bools, nil, allOf, "is true where every element over the axes, all if none, is; bool only, true over nothing"},
	reduction{"CountNonzero", elements, toInt64, countNonzero, "is how many elements over the axes, all if none, are not 0, as int64; NaN counts"},
	reduction{"Var", floats, nil, variance, "is the variance over the axes, all if none, divided by n-1 as torch does; floats only"},
	reduction{"Std", floats, nil, deviation, "is the standard deviation over the axes, all if none, divided by n-1 as torch does; floats only"},
	reduction{"PopVar", floats, nil, popVariance, "is the variance over the axes, all if none, divided by n as NumPy does; floats only"},
	reduction{"PopStd", floats, nil, popDeviation, "is the standard deviation over the axes, all if none, divided by n as NumPy does; floats only"},
)

// folding is a reduction's arguments: the operand, its axes (none: all) and
// whether they stay with size 1.
type folding struct {
	x    Operand
	axes []int64
	keep bool
}

// reduction describes one operator; f gives a result of dtype out(x's).
type reduction struct {
	name string
	has  class
	out  func(tensor.DType) tensor.DType
	f    func(l *lowering, r folding) string
	doc  string
}

func reductionPairs(list ...reduction) []Op {
	var out []Op
	for _, r := range list {
		for _, keep := range []bool{false, true} {
			o := Op{
				Name: r.name, Doc: r.name + " " + r.doc + "; the axes are dropped.",
				Shape: "[a, b, c], axes 1 → [a, c]", Params: []Param{intsArg("axes")},
				Infer: inferReduce(r, keep), Lower: lowerReduce(r, keep),
			}
			if keep {
				o.Name += "Keep"
				o.Doc = o.Name + " " + r.doc + "; the axes stay with size 1."
				o.Shape = "[a, b, c], axes 1 → [a, 1, c]"
			}
			out = append(out, o)
		}
	}
	return out
}

func inferReduce(r reduction, keep bool) inferFunc {
	return func(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
		if err := r.has.check(in[0]); err != nil {
			return nil, err
		}
		t := tensor.Type{DType: in[0].DType}
		if r.out != nil {
			t.DType = r.out(t.DType)
		}
		if len(a.Ints("axes")) > 0 {
			if err := rankOf(in, 0); err != nil {
				return nil, err
			}
		}
		axes, err := axesAttr(a, "axes", in[0].Shape)
		if err != nil {
			return nil, err
		}
		t.Shape = reducedShape(in[0].Shape, axes, keep)
		return []tensor.Type{t}, nil
	}
}

func reducedShape(s tensor.Shape, axes []int64, keep bool) tensor.Shape {
	if len(axes) == 0 && !keep {
		return tensor.Shape{}
	}
	if s == nil {
		return nil
	}
	folded := map[int64]bool{}
	for _, a := range axes {
		folded[a] = true
	}
	out := tensor.Shape{}
	for i, d := range s {
		switch {
		case len(axes) > 0 && !folded[int64(i)]:
			out = append(out, d)
		case keep:
			out = append(out, tensor.N(1))
		}
	}
	return out
}

func lowerReduce(r reduction, keep bool) lowerFunc {
	return func(e Emitter, in []Operand, a Attrs) ([]string, error) {
		axes, err := axesAttr(a, "axes", in[0].Type.Shape)
		if err != nil {
			return nil, err
		}
		return one(r.f(lower(e), folding{in[0], axes, keep}))
	}
}

func sum(l *lowering, r folding) string {
	d := r.x.Type.DType
	w := accumulator(d)
	return l.reduce("ReduceSum", w, l.cast(r.x.Name, d, w), r.axes, r.keep)
}

func product(l *lowering, r folding) string {
	d := r.x.Type.DType
	w := accumulator(d)
	return l.reduce("ReduceProd", w, l.cast(r.x.Name, d, w), r.axes, r.keep)
}

func norm(l *lowering, r folding) string {
	return l.reduce("ReduceL2", r.x.Type.DType, r.x.Name, r.axes, r.keep)
}

// mean is NaN over nothing, where ReduceMean gives 0.
func mean(l *lowering, r folding) string {
	d := r.x.Type.DType
	m := l.reduce("ReduceMean", d, r.x.Name, r.axes, r.keep)
	if n, ok := r.count().Const(); ok && n > 0 {
		return m
	}
	empty := l.Node("Equal", []string{l.countOf(r), l.integer(0)})
	return l.where(d, empty, l.number(d, math.NaN()), m)
}

// extreme folds and then restores NaN, which the kernels keep only where it comes first.
func extreme(op string) func(l *lowering, r folding) string {
	return func(l *lowering, r folding) string {
		d := r.x.Type.DType
		m := l.reduce(op, d, r.x.Name, r.axes, r.keep)
		if !d.IsFloat() {
			return m
		}
		nan := l.cast(l.test("IsNaN", d, r.x.Name), boolean, tensor.Float32)
		some := l.cast(l.reduce("ReduceMax", tensor.Float32, nan, r.axes, r.keep), tensor.Float32, boolean)
		return l.where(d, some, l.number(d, math.NaN()), m)
	}
}

// count is how many elements are folded into one.
func (r folding) count() tensor.Dim {
	if len(r.axes) == 0 {
		return r.x.Type.Shape.Count()
	}
	n := tensor.N(1)
	for _, a := range r.axes {
		n = n.Mul(r.x.Type.Shape[a])
	}
	return n
}

// countOf is count as an int64 scalar of the run.
func (l *lowering) countOf(r folding) string {
	sizes := l.shape(r.x.Name)
	if len(r.axes) > 0 {
		sizes = l.Node("Gather", []string{sizes, l.vector(r.axes...)}, onnx.IntAttr("axis", 0))
	}
	return l.reduce("ReduceProd", tensor.Int64, sizes, []int64{0}, false)
}
