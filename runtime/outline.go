package nn

import (
	"errors"
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/schedule"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// errOutline is why the elements of a tensor of a scan cannot be had.
var errOutline = errors.New("a scan has shapes and dtypes, and no values")

// outlineTensor is a tensor without elements, whose sizes are all known.
func outlineTensor(what string, t tensor.Type) (Tensor, error) {
	h := &handle{dtype: t.DType, outline: true, shape: []int64{}}
	for _, d := range t.Shape {
		n, ok := d.Const()
		if !ok {
			return Tensor{}, fault("NN3187", "the size of %s cannot be told without a run: it is %s", what, t)
		}
		h.shape = append(h.shape, n)
	}
	if !t.Shape.RankKnown() {
		return Tensor{}, fault("NN3187", "the shape of %s cannot be told without a run", what)
	}
	return Tensor{h}, nil
}

// outlined reports whether a tensor has no elements.
func outlined(t Tensor) bool { return t.h.outline }

// inferred is what an operator gives in a scan.
func inferred(name string, out []tensor.Type) ([]Tensor, error) {
	list := make([]Tensor, len(out))
	for i, t := range out {
		var err error
		if list[i], err = outlineTensor("what "+name+" gives", t); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// outlineAt is the tensor of a moment of a scan; writes keep its type.
func (r *liveRun) outlineAt(m schedule.Moment) (Tensor, error) {
	return outlineTensor(m.Address, modelspec.WithSizes(r.in.types[m.Tensor], r.batch.symbols))
}

// sweep is a run of the invokes without one of the model: every moment is
// served in its turn, with shapes alone.
func (r *liveRun) sweep() error {
	r.s.back.OnThread(func() {
		for i, m := range r.in.moments {
			if r.sched.Stopped() {
				return
			}
			base := func() (Tensor, error) { return r.outlineAt(m) }
			if _, _, r.err = r.sched.Serve(schedule.At{Moment: i}, base); r.err != nil {
				return
			}
		}
	})
	return r.fail(r.err)
}

// callOutline is a call of a module in a scan.
func (r *liveRun) callOutline(m *modelspec.Module, x Tensor) (Tensor, error) {
	in, err := r.in.point(m, modelspec.SideInput, 0)
	if err != nil {
		return Tensor{}, err
	}
	out, err := r.in.point(m, modelspec.SideOutput, 0)
	if err != nil {
		return Tensor{}, err
	}
	c := callOf{module: m.Path, input: in.Tensor, output: out.Tensor}
	given := []tensor.Type{x.h.typ()}
	if want := in.Type.DType; want != given[0].DType {
		return Tensor{}, fmt.Errorf("its input is %s, but it is given %s", want, given[0].DType)
	}
	if err := callFits(c, func(name string) tensor.Type { return r.in.types[name] }, given); err != nil {
		return Tensor{}, misuse("NN3130", "%v", err)
	}
	return outlineTensor("what a call of "+m.Path+" gives", modelspec.WithSizes(r.s.callType(nil, c, given), r.batch.symbols))
}

// outlineAlgebra is what a scan does with rows.
type outlineAlgebra struct{ r *liveRun }

// Narrow gives the rows of one invoke.
func (a outlineAlgebra) Narrow(base Tensor, invoke int, at schedule.Moment) (Tensor, error) {
	in, problem := a.r.in.rowsOf(at.Tensor)
	switch {
	case problem != "":
		return Tensor{}, fault("NN3150", "%s cannot be read for the rows of one invoke: %s", at.Tensor, problem)
	case in.Axis < 0:
		return base, nil
	}
	h := &handle{dtype: base.h.dtype, outline: true, shape: slices.Clone(base.h.shape)}
	h.shape[in.Axis] = a.r.batch.dim(in, base.h.shape, invoke)
	return Tensor{h}, nil
}

// Join puts rows back: the whole keeps its shape.
func (a outlineAlgebra) Join(base Tensor, _ []schedule.Part[Tensor], _ schedule.Moment) (Tensor, error) {
	return base, nil
}

// Accept refuses values that would change a tensor's shape or dtype.
func (a outlineAlgebra) Accept(v Tensor, rows int, at schedule.Moment) error {
	want, err := a.r.outlineAt(at)
	if err != nil {
		return err
	}
	return a.r.accept(v, rows, at, want.h.typ())
}

// inferOutline gives an operator's results where an operand has no elements.
func inferOutline(op *ops.Op, types []tensor.Type, attrs ops.Attrs) ([]Tensor, error) {
	out, err := op.Infer(types, attrs)
	if err != nil {
		return nil, err
	}
	return inferred(op.Name, out)
}
