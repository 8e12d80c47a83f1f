package nn

//go:generate go run ./genops -o tensor_ops.go

// Index is an entry of At and SetAt that is no plain number: a range, everything
// along an axis, or the axes that are not named.
type Index struct {
	kind         indexKind
	lo, hi, step int
	hasLo, hasHi bool
}

type indexKind int

const (
	rangeIndex indexKind = iota
	allIndex
	ellipsisIndex
	newIndex
)

// All takes everything along an axis; Ellipsis stands for as many All as are
// missing; NewAxis is no position of the tensor but an axis of size 1 put there.
var (
	All      = Index{kind: allIndex, step: 1}
	Ellipsis = Index{kind: ellipsisIndex}
	NewAxis  = Index{kind: newIndex}
)

// Range takes the positions lo up to, not including, hi; negative ones count from the end.
func Range(lo, hi int) Index { return Index{lo: lo, hi: hi, step: 1, hasLo: true, hasHi: true} }

// RangeStep is Range that takes every step-th position, backwards if step is negative.
func RangeStep(lo, hi, step int) Index {
	return Index{lo: lo, hi: hi, step: step, hasLo: true, hasHi: true}
}

// RangeFrom takes the positions from lo to the end.
func RangeFrom(lo int) Index { return Index{lo: lo, step: 1, hasLo: true} }

// RangeTo takes the positions before hi.
func RangeTo(hi int) Index { return Index{hi: hi, step: 1, hasHi: true} }

// Every takes every step-th position of the whole axis; a negative step goes
// through it backwards, from the end.
func Every(step int) Index { return Index{step: step} }
