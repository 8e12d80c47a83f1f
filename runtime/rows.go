package nn

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/internal/schedule"
	"github.com/nngen-go/nngen/internal/tensor"
)

// liveAlgebra cuts and joins the rows of live tensors, in host memory: that is
// where hooks have them.
type liveAlgebra struct{ r *liveRun }

// rowAxis finds the axis of a tensor that holds rows of the batch.
func (r *liveRun) rowAxis(tensorName string) (axis int, k int64, ok bool) {
	return batchAxis(r.in.types[tensorName].Shape, r.s.info.Batch)
}

// foldsRows reports whether an axis holds the rows of the batch together with
// something else: which entries are whose is not known then.
func foldsRows(s tensor.Shape, batch string) bool {
	return batch != "" && slices.ContainsFunc(s, func(d tensor.Dim) bool {
		k, ok := d.Coefficient(batch)
		return d.Mentions(batch) && (!ok || k <= 0)
	})
}

// Narrow gives the rows of one invoke.
func (a liveAlgebra) Narrow(base Tensor, invoke int, at schedule.Moment) (Tensor, error) {
	t, err := a.r.narrow(base, invoke, at.Tensor)
	a.r.hold(t)
	return t, err
}

// narrow cuts an invoke's rows out of a value of the model's tensor.
func (r *liveRun) narrow(base Tensor, invoke int, name string) (Tensor, error) {
	axis, k, ok := r.rowAxis(name)
	if !ok {
		if t := r.in.types[name]; foldsRows(t.Shape, r.s.info.Batch) {
			return Tensor{}, fault("NN3150", "%s cannot be read for the rows of one invoke: its shape %s folds the rows of the batch and another axis into one", name, t.Shape)
		}
		return base, nil
	}
	lo, hi := r.batch.rows[invoke]*k, r.batch.rows[invoke+1]*k
	if axis >= len(base.h.shape) || hi > base.h.shape[axis] {
		return Tensor{}, fmt.Errorf("%s has shape %v here: its axis %d does not hold the %d rows of the batch",
			name, base.h.shape, axis, r.batch.rows[len(r.batch.rows)-1]*k)
	}
	return sliceHost(base, axis, lo, hi), nil
}

// Join puts the rows of invokes back.
func (a liveAlgebra) Join(base Tensor, parts []schedule.Part[Tensor], at schedule.Moment) (Tensor, error) {
	axis, k, _ := a.r.rowAxis(at.Tensor)
	out := hostTensor(base.h.dtype, base.h.shape, base.Bytes())
	for _, p := range parts {
		pasteHost(out, p.Value, axis, a.r.batch.rows[p.Invoke]*k)
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
		axis, k, ok := r.rowAxis(at.Tensor)
		if !ok || axis >= len(want.Shape) {
			return fault("NN3150", "%s has no rows of its own for each invoke (%s): write it in an invoke without inputs, which sees the whole batch",
				at.Address, r.in.types[at.Tensor])
		}
		want.Shape[axis] = tensor.N((r.batch.rows[rows+1] - r.batch.rows[rows]) * k)
	}
	if v.h == nil {
		return fault("NN3110", "%s is set to a tensor that was never set: give it a value before it is used", at.Address)
	}
	if got := v.h.typ(); got.DType != want.DType || !got.Shape.Equal(want.Shape) {
		return fault("NN3130", "%s takes %s, but is set to %s", at.Address, want, got)
	}
	return nil
}

// block describes a tensor as outer × axis × inner bytes.
func block(t Tensor, axis int) (outer, inner int64) {
	return elements(t.h.shape[:axis]), elements(t.h.shape[axis+1:]) * int64(t.h.dtype.Size())
}

// sliceHost copies entries lo up to hi of an axis.
func sliceHost(t Tensor, axis int, lo, hi int64) Tensor {
	outer, inner := block(t, axis)
	n := t.h.shape[axis]
	shape := slices.Clone(t.h.shape)
	shape[axis] = hi - lo
	data := make([]byte, 0, outer*(hi-lo)*inner)
	t.read("rows", func(b []byte) {
		for o := range outer {
			data = append(data, b[(o*n+lo)*inner:(o*n+hi)*inner]...)
		}
	})
	return hostTensor(t.h.dtype, shape, data)
}

// pasteHost overwrites entries of an axis of a fresh host tensor from lo on.
func pasteHost(to, part Tensor, axis int, lo int64) {
	outer, inner := block(to, axis)
	n, m := to.h.shape[axis], part.h.shape[axis]
	part.read("rows", func(b []byte) {
		for o := range outer {
			copy(to.h.data[(o*n+lo)*inner:], b[o*m*inner:(o+1)*m*inner])
		}
	})
}
