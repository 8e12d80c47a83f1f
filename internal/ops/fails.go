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

// Unproven reports whether the operator may refuse sizes that operands of these
// types have in some run: a position beyond an axis, a part that is not as large
// as what is put into it, a number of entries that no other shape has. Every axis
// has one entry at least.
func (o *Op) Unproven(in []tensor.Type, a Attrs) bool {
	return !o.takes(in, a, func() func(tensor.Dim) int64 { return least }) || !o.takes(in, a, odd)
}

// takes reports whether the operator takes operands of the sizes that a rule gives.
func (o *Op) takes(in []tensor.Type, a Attrs, rule func() func(tensor.Dim) int64) bool {
	size, types := rule(), make([]tensor.Type, len(in))
	for i, t := range in {
		if !t.Shape.RankKnown() {
			return false
		}
		dims := make([]int64, len(t.Shape))
		for k, d := range t.Shape {
			dims[k] = size(d)
		}
		types[i] = tensor.Type{DType: t.DType, Shape: tensor.Dims(dims...)}
	}
	_, err := o.Infer(types, a)
	return err == nil
}

// least is the smallest size that a dimension may have: of a sum, what is left
// where only one of its symbols is there.
func least(d tensor.Dim) int64 {
	if n, ok := d.Const(); ok {
		return n
	}
	symbols := d.Symbols()
	smallest := int64(1)
	for i, one := range symbols {
		sizes := map[string]int64{}
		for _, s := range symbols {
			sizes[s] = 0
		}
		sizes[one] = 1
		if n, err := d.Eval(sizes); err == nil && (i == 0 || n < smallest) {
			smallest = n
		}
	}
	return max(smallest, 1)
}

// odd gives each symbol, and each dimension of which nothing is known, a prime of
// its own: sizes that fit each other only where they must.
func odd() func(tensor.Dim) int64 {
	primes := []int64{5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43}
	given, next := map[string]int64{}, 0
	prime := func() int64 {
		next++
		return primes[(next-1)%len(primes)]
	}
	return func(d tensor.Dim) int64 {
		for _, s := range d.Symbols() {
			if given[s] == 0 {
				given[s] = prime()
			}
		}
		if n, err := d.Eval(given); err == nil {
			return n
		}
		return prime()
	}
}
