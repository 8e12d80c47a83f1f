package nn

import (
	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/tensor"
)

// stepInput is the decoding step as an input of spliced graphs, where one of the
// plans in it is not the same at every step. A run that is no generation is step 0.
const stepInput = "nngen.step"

// fed gives every spliced graph the step that asks for it.
func (b *batch) fed(takes map[string]bool, in map[string]Tensor) {
	if takes[stepInput] {
		in[stepInput] = Scalar(int64(b.step))
	}
}

// firstStep is the step of runs that are no generation.
var firstStep = Scalar[int64](0)

// atSteps makes a parameter false at the steps at which it is not given.
func (sp *splice) atSteps(p Param, given ops.Operand) ops.Operand {
	if p.Steps == nil {
		return given
	}
	if sp.ix.Input(stepInput) == nil {
		sp.ix.AddInput(valueInfo(stepInput, tensor.Type{DType: tensor.Int64, Shape: tensor.Shape{}}))
	}
	at := ""
	for _, r := range p.Steps {
		one := sp.inRange(r)
		if at == "" {
			at = one
		} else {
			at = sp.e.Node("Or", []string{at, one})
		}
	}
	return ops.Operand{Name: sp.e.Node("And", []string{given.Name, at}), Type: given.Type}
}

// inRange computes whether the step is one of a range.
func (sp *splice) inRange(r plan.StepRange) string {
	number := func(n int64) string { return sp.e.Const(tensor.Int64, []int64{}, []int64{n}) }
	in := sp.e.Node("Not", []string{sp.e.Node("Less", []string{stepInput, number(r.From)})})
	if r.To != 0 {
		in = sp.e.Node("And", []string{in, sp.e.Node("Less", []string{stepInput, number(r.To)})})
	}
	if r.By > 1 {
		from := sp.e.Node("Sub", []string{stepInput, number(r.From)})
		in = sp.e.Node("And", []string{in, sp.e.Node("Equal", []string{sp.e.Node("Mod", []string{from, number(r.By)}), number(0)})})
	}
	return in
}

// overSteps reports whether an edit is not the same at every decoding step.
func (e Edit) overSteps() bool { return e.plan.OverSteps() }
