package nn

import "github.com/nngen-go/nngen/internal/ops"

// applyIndex is apply1 for At and SetAt: tensors among the index entries become
// operands, the rest an attribute.
func applyIndex(name string, index []any, in ...Tensor) Tensor {
	items := make([]ops.IndexItem, len(index))
	for i, entry := range index {
		switch v := entry.(type) {
		case int:
			items[i] = ops.IntIndex(int64(v))
		case int64:
			items[i] = ops.IntIndex(v)
		case int32:
			items[i] = ops.IntIndex(int64(v))
		case []int:
			items[i] = ops.ListIndex(wide(v))
		case []int64:
			items[i] = ops.ListIndex(v)
		case []int32:
			items[i] = ops.OperandIndex
			in = append(in, From(v))
		case Index:
			items[i] = v.item()
		case Tensor:
			items[i] = ops.OperandIndex
			in = append(in, v)
		default:
			panic(misuse("NN3115", "%s cannot be indexed with a %T: use integers, Range, All, Ellipsis, NewAxis, []int or a tensor", name, entry))
		}
	}
	return apply1(name, ops.Attrs{"index": ops.FormatIndex(items)}, in...)
}

// item is the index entry as operators know it.
func (x Index) item() ops.IndexItem {
	switch x.kind {
	case allIndex:
		return ops.AllIndex
	case ellipsisIndex:
		return ops.EllipsisIndex
	case newIndex:
		return ops.NewIndex
	}
	if x.step == 0 {
		panic(misuse("NN3115", "a range has step 0"))
	}
	return ops.IndexItem{
		Kind: ops.IndexRange, Start: int64(x.lo), Stop: int64(x.hi), Step: int64(x.step),
		HasStart: x.hasLo, HasStop: x.hasHi,
	}
}
