package nn

import (
	"strings"

	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// classUseCache is the class of the input that tells merged exports to use their cache.
const classUseCache = "use_cache"

// addDefault makes an input that was not given: an empty cache, a mask of ones,
// positions that count up, token types of zero. Others must be given.
func (m *ModelInfo) addDefault(f *filled, want InputInfo) error {
	var t Tensor
	switch {
	case want.Role == modelspec.RolePast:
		t = emptyPast(f, want)
	case want.Role == modelspec.RoleMask:
		t = f.fillWith(m, want, func(int64) int64 { return 1 })
	case want.Role == modelspec.RolePosition:
		t = m.positions(f, want)
	case want.Class == classUseCache, strings.Contains(want.Name, "token_type"):
		t = f.fillWith(m, want, func(int64) int64 { return 0 })
	}
	if t.h == nil {
		return misuse("NN3124", "input %q (%s) is missing", want.Name, want.typ())
	}
	f.inputs[want.Name] = t
	f.made = append(f.made, t)
	return nil
}

// emptyPast is a cache of no steps: dimensions of which nothing is known are empty.
func emptyPast(f *filled, want InputInfo) Tensor {
	dims := make([]int64, len(want.Shape))
	for i, d := range want.typ().Shape {
		if n, err := d.Eval(f.symbols); err == nil {
			dims[i] = n
			continue
		}
		if s := d.Symbols(); len(s) == 1 && s[0] == string(d) {
			f.symbols[s[0]] = 0
		}
	}
	return hostTensor(want.DType, dims, make([]byte, elements(dims)*int64(want.DType.Size())))
}

// fillWith makes an input whose elements follow from their position along the last axis.
func (f *filled) fillWith(m *ModelInfo, want InputInfo, at func(i int64) int64) Tensor {
	dims, ok := f.sizes(m, want)
	if !ok {
		return Tensor{}
	}
	last := int64(1)
	if len(dims) > 0 {
		last = dims[len(dims)-1]
	}
	values := make([]int64, elements(dims))
	for i := range values {
		values[i] = at(int64(i) % last)
	}
	return encodeInts(want.DType, dims, values)
}

// encodeInts makes a tensor of small whole numbers in any of the dtypes that masks have.
func encodeInts(d tensor.DType, dims, values []int64) Tensor {
	switch d {
	case tensor.Int64:
		return hostTensor(d, dims, toBytes(values))
	case tensor.Int32:
		return hostTensor(d, dims, toBytes(convertInts[int32](values)))
	case tensor.Float32:
		return hostTensor(d, dims, toBytes(convertInts[float32](values)))
	case tensor.Bool:
		b := make([]byte, len(values))
		for i, v := range values {
			b[i] = byte(min(v, 1))
		}
		return hostTensor(d, dims, b)
	}
	return Tensor{}
}

func convertInts[T int32 | float32](values []int64) []T {
	out := make([]T, len(values))
	for i, v := range values {
		out[i] = T(v)
	}
	return out
}

// sizes gives the sizes of a default. A mask's length that the spec leaves open
// is that of the cache and the tokens together.
func (f *filled) sizes(m *ModelInfo, want InputInfo) ([]int64, bool) {
	if want.Shape == nil {
		return nil, false
	}
	dims := make([]int64, len(want.Shape))
	for i, d := range want.typ().Shape {
		n, err := d.Eval(f.symbols)
		if err != nil {
			ids, ok := m.tokens(f)
			if !ok || want.Role != modelspec.RoleMask || i != len(dims)-1 {
				return nil, false
			}
			n = ids + m.pastLength(f)
			if s := d.Symbols(); len(s) == 1 && s[0] == string(d) {
				f.symbols[s[0]] = n
			}
		}
		dims[i] = n
	}
	return dims, true
}

// classIDs is the class of the input that holds token ids.
const classIDs = "ids"

// madeInput finds the input whose tokens a decode loop continues: in a model with
// an encoder and a decoder the decoder's. Without one it is an error (NN3141).
func (m *ModelInfo) madeInput() (InputInfo, error) {
	for _, in := range m.Inputs {
		if in.Class == classIDs && strings.Contains(strings.ToLower(in.Name), "decoder") {
			return in, nil
		}
	}
	in, ok := m.idsInput()
	if !ok {
		return in, misuse("NN3141", "the spec of %s names no input of token ids: set its class to %q", m.Name, classIDs)
	}
	return in, nil
}

// idsInput finds the input that holds token ids.
func (m *ModelInfo) idsInput() (InputInfo, bool) {
	for _, in := range m.Inputs {
		if in.Class == classIDs {
			return in, true
		}
	}
	if in, ok := m.input("input_ids"); ok {
		return in, true
	}
	var found []InputInfo
	for _, in := range m.Inputs {
		if in.Role == modelspec.RoleInput && in.DType == tensor.Int64 && len(in.Shape) == 2 {
			found = append(found, in)
		}
	}
	if len(found) == 1 {
		return found[0], true
	}
	return InputInfo{}, false
}

// tokens gives the number of tokens of each row.
func (m *ModelInfo) tokens(f *filled) (int64, bool) {
	in, ok := m.idsInput()
	t := f.inputs[in.Name]
	if !ok || t.h == nil || len(t.h.shape) != 2 {
		return 0, false
	}
	return t.h.shape[1], true
}

// pastLength gives the steps that the cache holds: the symbol that past inputs
// have and token ids have not.
func (m *ModelInfo) pastLength(f *filled) int64 {
	ids, _ := m.idsInput()
	own := map[string]bool{m.Batch: true}
	for _, d := range ids.Shape {
		own[d] = true
	}
	for _, in := range m.Inputs {
		if in.Role != modelspec.RolePast {
			continue
		}
		for i, d := range in.Shape {
			dim := tensor.Dim(d)
			if _, fixed := dim.Const(); !fixed && !own[d] {
				if t := f.inputs[in.Name]; t.h != nil && i < len(t.h.shape) {
					return t.h.shape[i]
				}
			}
		}
	}
	return 0
}

// positions counts up from the cache's length; where a mask is given, over the
// entries that it lets through, as transformers does.
func (m *ModelInfo) positions(f *filled, want InputInfo) Tensor {
	past := m.pastLength(f)
	dims, ok := f.sizes(m, want)
	if !ok {
		return Tensor{}
	}
	for _, in := range m.Inputs {
		mask := f.inputs[in.Name]
		if in.Role != modelspec.RoleMask || mask.h == nil || !mask.h.dtype.IsInt() || len(dims) != 2 ||
			len(mask.h.shape) != 2 || mask.h.shape[0] != dims[0] || mask.h.shape[1] < dims[1] {
			continue
		}
		return encodeInts(want.DType, dims, countMask(mask.Ints(), mask.h.shape[1], dims))
	}
	return f.fillWith(m, want, func(i int64) int64 { return past + i })
}

// countMask gives, for the last entries of each row of a mask, how many before
// them it lets through; 1 where it lets nothing through.
func countMask(mask []int64, width int64, dims []int64) []int64 {
	out := make([]int64, 0, dims[0]*dims[1])
	for r := range dims[0] {
		row := mask[r*width : (r+1)*width]
		sum := int64(0)
		for i, v := range row {
			sum += v
			if int64(i) < width-dims[1] {
				continue
			}
			if v == 0 {
				out = append(out, 1)
			} else {
				out = append(out, sum-1)
			}
		}
	}
	return out
}
