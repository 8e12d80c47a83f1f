package ops

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/tensor"
)

// class is a set of dtypes that an operator takes, and what to say to others.
type class struct {
	has  func(tensor.DType) bool
	hint string
}

var (
	floats   = class{tensor.DType.IsFloat, "wants floats: use Float() or Cast first"}
	numbers  = class{func(d tensor.DType) bool { return d.IsFloat() || d.IsInt() }, "wants numbers: use Float() or Cast first"}
	signed   = class{func(d tensor.DType) bool { return d.IsFloat() || d.IsInt() && !unsigned(d) }, "wants signed numbers: Cast first"}
	bools    = class{func(d tensor.DType) bool { return d == tensor.Bool }, "wants bool: compare first, for instance with Gt"}
	indices  = class{func(d tensor.DType) bool { return d == tensor.Int64 || d == tensor.Int32 }, "wants int64 positions: use Long() first"}
	elements = class{func(d tensor.DType) bool { return d.Known() && d != tensor.String }, "is not an element type that tensors compute with"}
	// ordered leaves out uint64: no kernel, and no wider type to compare in.
	ordered        = class{func(d tensor.DType) bool { return elements.has(d) && d != tensor.Uint64 }, "is not supported here: Cast to int64 first"}
	orderedNumbers = class{func(d tensor.DType) bool { return numbers.has(d) && d != tensor.Uint64 }, "is not supported here: Cast to another numeric dtype first"}
)

func unsigned(d tensor.DType) bool {
	return d == tensor.Uint8 || d == tensor.Uint16 || d == tensor.Uint32 || d == tensor.Uint64
}

func (c class) check(t tensor.Type) error {
	if c.has(t.DType) {
		return nil
	}
	return fmt.Errorf("%s %s", t.DType, c.hint)
}

// promote gives the dtype of an operator over both types. They must be equal,
// except that a scalar (rank 0) takes the other's dtype where that loses no
// fraction: it is a Go number that became an operand.
func promote(a, b tensor.Type) (tensor.DType, error) {
	if a.DType == b.DType {
		return a.DType, nil
	}
	if isScalar(b) && !isScalar(a) && fits(b.DType, a.DType) {
		return a.DType, nil
	}
	if isScalar(a) && !isScalar(b) && fits(a.DType, b.DType) {
		return b.DType, nil
	}
	return tensor.Invalid, fmt.Errorf("%s and %s cannot be mixed: Cast one of them", a, b)
}

// fits reports whether a scalar of dtype from may silently become dtype to.
func fits(from, to tensor.DType) bool {
	return from.IsFloat() && to.IsFloat() || from.IsInt() && (to.IsInt() || to.IsFloat())
}

func isScalar(t tensor.Type) bool { return t.Shape != nil && len(t.Shape) == 0 }

// accumulator is the dtype that sums and products of d have: integers and
// truth values are counted in int64, as torch does.
func accumulator(d tensor.DType) tensor.DType {
	if d.IsFloat() {
		return d
	}
	return tensor.Int64
}

// wide is the dtype in which compound formulas are computed: half precision is
// widened, so that intermediate results keep the digits that torch keeps.
func wide(d tensor.DType) tensor.DType {
	if d == tensor.Float16 || d == tensor.BFloat16 {
		return tensor.Float32
	}
	return d
}
