package nn

import "github.com/nngen-go/nngen/internal/ops"

// applyIndex is apply1 for At and SetAt.
func applyIndex(name string, index []any, in ...Tensor) Tensor {
	return apply1(name, ops.Attrs{"index": ""}, in...)
}
