package ops

import (
	"math"

	"github.com/nngen-go/nngen/internal/tensor"
)

// foldFunc lowers a reduction.
type foldFunc = func(l *lowering, r folding) string

// Torch divides by n-1 where NumPy divides by n.
var (
	variance     = varianceBy(1)
	popVariance  = varianceBy(0)
	deviation    = deviationBy(1)
	popDeviation = deviationBy(0)
)

func varianceBy(less int64) foldFunc {
	return func(l *lowering, r folding) string {
		d := r.x.Type.DType
		w := wide(d)
		return l.cast(l.spread(r, w, less), w, d)
	}
}

func deviationBy(less int64) foldFunc {
	return func(l *lowering, r folding) string {
		d := r.x.Type.DType
		w := wide(d)
		return l.cast(l.unary("Sqrt", w, l.spread(r, w, less)), w, d)
	}
}

// spread is the sum of squared distances from the mean, over n-less.
func (l *lowering) spread(r folding, w tensor.DType, less int64) string {
	x := l.cast(r.x.Name, r.x.Type.DType, w)
	centred := l.binary("Sub", w, x, l.reduce("ReduceMean", w, x, r.axes, true))
	squares := l.reduce("ReduceSum", w, l.binary("Mul", w, centred, centred), r.axes, r.keep)
	var n string
	if c, ok := r.count().Const(); ok {
		n = l.number(w, math.Max(float64(c-less), 0))
	} else {
		n = l.cast(l.binary("Sub", tensor.Int64, l.countOf(r), l.integer(less)), tensor.Int64, w)
		n = l.binary("Max", w, n, l.number(w, 0))
	}
	return l.binary("Div", w, squares, n)
}

func normL1(l *lowering, r folding) string {
	d := r.x.Type.DType
	return l.reduce("ReduceSum", d, l.unary("Abs", d, r.x.Name), r.axes, r.keep)
}

// normMax is 0 over nothing, as torch has it: no absolute value is below that.
func normMax(l *lowering, r folding) string {
	d := r.x.Type.DType
	r.x.Name = l.unary("Abs", d, r.x.Name)
	return l.binary("Max", d, extreme("ReduceMax")(l, r), l.number(d, 0))
}

// logSumExp uses the kernel, which subtracts the largest element first.
func logSumExp(l *lowering, r folding) string {
	return l.reduce("ReduceLogSumExp", r.x.Type.DType, r.x.Name, r.axes, r.keep)
}

func toInt64(tensor.DType) tensor.DType { return tensor.Int64 }

// countTrue counts the true elements of a tensor of bool: sums know nothing, and
// folding nothing gives 0, where the kernels for extremes fail.
func (l *lowering) countTrue(x string, axes []int64, keep bool) string {
	return l.reduce("ReduceSum", tensor.Int64, l.cast(x, boolean, tensor.Int64), axes, keep)
}

func anyOf(l *lowering, r folding) string {
	return l.Node("Greater", []string{l.countTrue(r.x.Name, r.axes, r.keep), l.integer(0)})
}

func allOf(l *lowering, r folding) string {
	failing := l.Node("Not", []string{r.x.Name})
	return l.Node("Equal", []string{l.countTrue(failing, r.axes, r.keep), l.integer(0)})
}

func countNonzero(l *lowering, r folding) string {
	x, d := r.x.Name, r.x.Type.DType
	if d != boolean {
		x = l.Node("Not", []string{l.compare("Equal", d, x, l.number(d, 0))})
	}
	return l.countTrue(x, r.axes, r.keep)
}
