package ops

import (
	"slices"

	"github.com/nngen-go/nngen/internal/tensor"
)

// picking are the operators that pick places by values: an index outside of its
// axis, or a mask of another shape, ends the run. The number is how many operands
// come before those.
var picking = map[string]int{
	"At": 1, "SetAt": 2, "Gather": 1, "Scatter": 1, "ScatterAdd": 1, "IndexSelect": 1,
}

// dividing are the operators that a divisor of 0 ends a run with, of integers.
var dividing = []string{"TruncDiv", "FloorDiv", "Rem", "Mod"}

// MayFail reports whether the operator refuses some values of operands of these
// types. Sizes that do not fit are another matter: Infer tells of them.
func (o *Op) MayFail(in []tensor.Type) bool {
	if n, ok := picking[o.Name]; ok {
		return len(in) > n
	}
	return slices.Contains(dividing, o.Name) && !slices.ContainsFunc(in, func(t tensor.Type) bool { return t.DType.IsFloat() })
}
