package ops

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/tensor"
)

func inferOneHot(in []tensor.Type, a Attrs) ([]tensor.Type, error) {
	if err := indices.check(in[0]); err != nil {
		return nil, err
	}
	if err := rankOf(in, 0); err != nil {
		return nil, err
	}
	n := a.Int("classes", 0)
	if n < 1 {
		return nil, fmt.Errorf("classes is %d: it must be at least 1", n)
	}
	return []tensor.Type{{DType: tensor.Int64, Shape: append(in[0].Shape.Clone(), tensor.N(n))}}, nil
}

// lowerOneHot compares with all positions.
func lowerOneHot(e Emitter, in []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	x := l.cast(in[0].Name, in[0].Type.DType, tensor.Int64)
	x = l.unsqueeze(x, int64(len(in[0].Type.Shape)))
	all := l.counting(0, a.Int("classes", 1), 1)
	return one(l.cast(l.Node("Equal", []string{x, all}), boolean, tensor.Int64))
}

// fewNumbers is how many numbers are put into a graph as they are.
const fewNumbers = 4096

// counting is from, from+step, … before to.
func (l *lowering) counting(from, to, step int64) string {
	n := rangeLength(from, to, step)
	if n > fewNumbers {
		return l.Node("Range", []string{l.integer(from), l.integer(to), l.integer(step)})
	}
	list := make([]int64, n)
	for i := range list {
		list[i] = from + int64(i)*step
	}
	return l.vector(list...)
}

func inferArange(_ []tensor.Type, a Attrs) ([]tensor.Type, error) {
	from, to, step := a.Int("from", 0), a.Int("to", 0), a.Int("step", 1)
	if step == 0 {
		return nil, fmt.Errorf("step is 0")
	}
	for _, v := range []int64{from, to, step} {
		if v > maxIndex || v < -maxIndex {
			return nil, fmt.Errorf("%d is too large", v)
		}
	}
	return []tensor.Type{{DType: tensor.Int64, Shape: tensor.Dims(rangeLength(from, to, step))}}, nil
}

func lowerArange(e Emitter, _ []Operand, a Attrs) ([]string, error) {
	return one(lower(e).counting(a.Int("from", 0), a.Int("to", 0), a.Int("step", 1)))
}

func inferFull(_ []tensor.Type, a Attrs) ([]tensor.Type, error) {
	d, err := dtypeAttr(a)
	if err != nil {
		return nil, err
	}
	v := a.Float("value", 0)
	if !d.IsFloat() && v != float64(int64(v)) || d == tensor.Bool && v != 0 && v != 1 {
		return nil, fmt.Errorf("%v is no %s", v, d)
	}
	dims := a.Ints("dims")
	for _, n := range dims {
		if n < 0 {
			return nil, fmt.Errorf("dims %v: a size cannot be negative", dims)
		}
	}
	return []tensor.Type{{DType: d, Shape: tensor.Dims(dims...)}}, nil
}

func lowerConstant(e Emitter, _ []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	d, err := dtypeAttr(a)
	if err != nil {
		return nil, err
	}
	return one(l.fill(d, a.Float("value", 0), l.vector(a.Ints("dims")...)))
}

func inferEye(_ []tensor.Type, a Attrs) ([]tensor.Type, error) {
	n := a.Int("n", 0)
	if n < 0 {
		return nil, fmt.Errorf("n is %d: a size cannot be negative", n)
	}
	return []tensor.Type{{DType: tensor.Float32, Shape: tensor.Dims(n, n)}}, nil
}

func lowerEye(e Emitter, _ []Operand, a Attrs) ([]string, error) {
	l := lower(e)
	all := l.counting(0, a.Int("n", 0), 1)
	equal := l.Node("Equal", []string{l.unsqueeze(all, 1), all})
	return one(l.cast(equal, boolean, tensor.Float32))
}
