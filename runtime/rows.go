package nn

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/internal/schedule"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// liveAlgebra cuts and joins the rows of live tensors, in host memory: that is
// where hooks have them.
type liveAlgebra struct{ r *liveRun }

// rowsOf finds where a point's tensor has its rows. The problem says why those of
// one invoke cannot be told; axis -1: all invokes share it.
func (in *specInfo) rowsOf(name string) (modelspec.Rows, string) {
	if in.spec.Batch == "" {
		return modelspec.Rows{Axis: -1}, ""
	}
	return in.spec.RowsOf(in.types[name], in.orders[name])
}

// total is how many rows the batch has.
func (b *batch) total() int64 { return b.rows[len(b.rows)-1] }

// dim is the size of the axis of rows for those of one invoke.
func (b *batch) dim(at modelspec.Rows, shape []int64, invoke int) int64 {
	return shape[at.Axis] / b.total() * (b.rows[invoke+1] - b.rows[invoke])
}

// rowStride is how many elements lie from one row's to the next row's, where a
// tensor of this shape holds so many rows.
func rowStride(shape []int64, at modelspec.Rows, rows int64) (int64, error) {
	if at.Axis >= len(shape) || rows < 1 || shape[at.Axis]%rows != 0 {
		return 0, fmt.Errorf("it has shape %v here: its axis %d does not hold the %d rows of the batch", shape, at.Axis, rows)
	}
	inner := elements(shape[at.Axis+1:])
	if at.Inner() {
		return max(inner, 1), nil
	}
	return max(inner*(shape[at.Axis]/rows), 1), nil
}

// Narrow gives the rows of one invoke.
func (a liveAlgebra) Narrow(base Tensor, invoke int, at schedule.Moment) (Tensor, error) {
	t, err := a.r.narrow(base, invoke, at.Tensor)
	a.r.hold(t)
	return t, err
}

// narrow cuts an invoke's rows out of a value of the model's tensor.
func (r *liveRun) narrow(base Tensor, invoke int, name string) (Tensor, error) {
	at, problem := r.in.rowsOf(name)
	switch {
	case problem != "":
		return Tensor{}, fault("NN3150", "%s cannot be read for the rows of one invoke: %s", name, problem)
	case at.Axis < 0:
		return base, nil
	}
	return r.batch.cut(base, at, invoke, name)
}

// cut copies an invoke's rows out of a tensor.
func (b *batch) cut(t Tensor, at modelspec.Rows, invoke int, name string) (Tensor, error) {
	out, err := cutRows(t, at, b.total(), b.rows[invoke], b.rows[invoke+1])
	if err != nil {
		return Tensor{}, fmt.Errorf("%s cannot be cut: %w", name, err)
	}
	return out, nil
}

// cutRows copies rows from one to another out of a tensor that holds so many.
func cutRows(t Tensor, at modelspec.Rows, total, from, to int64) (Tensor, error) {
	stride, err := rowStride(t.h.shape, at, total)
	if err != nil {
		return Tensor{}, err
	}
	shape := slices.Clone(t.h.shape)
	shape[at.Axis] = shape[at.Axis] / total * (to - from)
	row := stride * int64(t.h.dtype.Size())
	all, lo, hi := total*row, from*row, to*row
	data := make([]byte, 0, elements(shape)*int64(t.h.dtype.Size()))
	t.read("rows", func(from []byte) {
		for ; len(from) > 0; from = from[all:] {
			data = append(data, from[lo:hi]...)
		}
	})
	return hostTensor(t.h.dtype, shape, data), nil
}

// paste overwrites an invoke's rows of a fresh host tensor.
func (b *batch) paste(to, part Tensor, at modelspec.Rows, invoke int) error {
	stride, err := rowStride(to.h.shape, at, b.total())
	if err != nil {
		return err
	}
	row := stride * int64(to.h.dtype.Size())
	all, lo := b.total()*row, b.rows[invoke]*row
	size := b.rows[invoke+1]*row - lo
	part.read("rows", func(from []byte) {
		for data := to.h.data; len(data) > 0; data, from = data[all:], from[size:] {
			copy(data[lo:lo+size], from)
		}
	})
	return nil
}

// Join puts the rows of invokes back.
func (a liveAlgebra) Join(base Tensor, parts []schedule.Part[Tensor], at schedule.Moment) (Tensor, error) {
	rows, _ := a.r.in.rowsOf(at.Tensor)
	out := hostTensor(base.h.dtype, base.h.shape, base.Bytes())
	for _, p := range parts {
		if err := a.r.batch.paste(out, p.Value, rows, p.Invoke); err != nil {
			return Tensor{}, fmt.Errorf("%s cannot be joined: %w", at.Address, err)
		}
	}
	return out, nil
}

// Accept refuses values that would change a tensor's shape or dtype.
func (a liveAlgebra) Accept(v Tensor, rows int, at schedule.Moment) error {
	live := a.r.live[at.Tensor]
	return a.r.accept(v, rows, at, tensor.Type{DType: live.DType(), Shape: tensor.Dims(live.Shape()...)})
}

// accept compares a value with the type of what it is to replace.
func (r *liveRun) accept(v Tensor, rows int, at schedule.Moment, want tensor.Type) error {
	if rows != AllRows {
		in, problem := r.in.rowsOf(at.Tensor)
		if problem == "" && in.Axis < 0 {
			problem = fmt.Sprint(r.in.types[at.Tensor])
		}
		whole, err := want.Shape.Eval(nil)
		if problem != "" || err != nil || in.Axis >= len(whole) {
			return fault("NN3150", "%s has no rows of its own for each invoke (%s): write it in an invoke without inputs, which sees the whole batch",
				at.Address, problem)
		}
		want.Shape[in.Axis] = tensor.N(r.batch.dim(in, whole, rows))
	}
	if v.h == nil {
		return fault("NN3110", "%s is set to a tensor that was never set: give it a value before it is used", at.Address)
	}
	if got := v.h.typ(); got.DType != want.DType || !got.Shape.Equal(want.Shape) {
		return fault("NN3130", "%s takes %s, but is set to %s", at.Address, want, got)
	}
	return nil
}
