package nn

import (
	"slices"

	"github.com/nngen-go/nngen/modelspec"
)

// padding says how the token ids of invokes of different lengths become one
// batch.
type padding struct {
	side  padSide
	token int64
}

type padSide int

const (
	padAuto padSide = iota // left, for models that are told positions
	padLeft
	padRight
)

type openOption func(*settings)

func (o openOption) applyOpen(s *settings) { o(s) }

// PadLeft fills shorter prompts of a trace's invokes with token on the left,
// masked out, so that -1 is the last token of each. It is what happens without
// an option, with token 0, to models that have inputs for mask and positions.
func PadLeft(token int64) Option {
	return openOption(func(s *settings) { s.padding = padding{padLeft, token} })
}

// PadRight fills them on the right, as encoders like BERT expect it. Decoders
// that are not told positions need it too; their last token is not at -1 then.
func PadRight(token int64) Option {
	return openOption(func(s *settings) { s.padding = padding{padRight, token} })
}

// padded gives inputs of one length: those of the invokes with fewer tokens are
// filled, and masks and positions say so. Inputs that agree are left as they are.
func (m *ModelInfo) padded(ins []InvokeInputs) (out []InvokeInputs, made []Tensor, err error) {
	ids, ok := m.idsInput()
	if !ok || len(ids.Shape) != 2 {
		return ins, nil, nil
	}
	longest, differ := int64(-1), false
	for _, in := range ins {
		t := in[ids.Name]
		if t.h == nil || len(t.h.shape) != 2 {
			continue
		}
		n := t.h.shape[1]
		differ = differ || longest >= 0 && n != longest
		longest = max(longest, n)
	}
	if !differ {
		return ins, nil, nil
	}
	p := padder{info: m, ids: ids, length: longest}
	if err := p.side(); err != nil {
		return nil, nil, err
	}
	out = make([]InvokeInputs, len(ins))
	for i, in := range ins {
		if out[i], err = p.invoke(i, in); err != nil {
			releaseAll(p.made)
			return nil, nil, err
		}
	}
	return out, p.made, nil
}

// copied copies inputs by hand: maps.Clone would make every caller's map live on
// the heap, also that of a run that needs no copy.
func copied(in InvokeInputs) InvokeInputs {
	if in == nil {
		return nil
	}
	out := make(InvokeInputs, len(in))
	for name, t := range in {
		out[name] = t
	}
	return out
}

// padder fills the inputs of a batch up to one length.
type padder struct {
	info   *ModelInfo
	ids    InputInfo
	length int64
	left   bool
	made   []Tensor
}

// side decides where to fill, and refuses models that cannot be told of it.
func (p *padder) side() error {
	var mask, positions bool
	for _, in := range p.info.Inputs {
		mask = mask || in.Role == modelspec.RoleMask && len(in.Shape) == 2
		positions = positions || in.Role == modelspec.RolePosition
	}
	switch {
	case !mask:
		return misuse("NN3121", "the invokes have prompts of different lengths, and model %s has no mask input to tell it of padding: "+
			"give prompts of one length", p.info.Name)
	case p.info.padding.side == padAuto && !positions:
		return misuse("NN3121", "the invokes have prompts of different lengths, and model %s has no input for positions, so padding on the left would move them: "+
			"give prompts of one length, or open it with nn.PadRight(token) (encoders), or nn.PadLeft(token) if it knows positions by the mask or relatively", p.info.Name)
	}
	p.left = p.info.padding.side != padRight
	return nil
}

// invoke fills the inputs of one invoke.
func (p *padder) invoke(i int, in InvokeInputs) (InvokeInputs, error) {
	tokens := in[p.ids.Name]
	if tokens.h == nil || len(tokens.h.shape) != 2 {
		return copied(in), nil
	}
	rows, n := tokens.h.shape[0], tokens.h.shape[1]
	out := copied(in)
	for _, want := range p.info.Inputs {
		t := in[want.Name]
		switch {
		case t.h == nil && want.Role == modelspec.RoleMask && len(want.Shape) == 2 && paddable(want):
			t = p.make(want.DType, rows, n, slices.Repeat([]int64{1}, int(rows*n)))
		case t.h == nil:
			continue
		case want.Role == modelspec.RolePast:
			return nil, misuse("NN3121", "invoke %d gives %s, and its prompt has another length than the others': prompts are not padded where a cache is given", i, want.Name)
		case !p.grows(want) || len(t.h.shape) != 2 || t.h.shape[1] != n:
			continue
		}
		if n == p.length {
			out[want.Name] = t
			continue
		}
		fill, ok := p.fill(want)
		if !ok || !paddable(want) {
			return nil, misuse("NN3121", "invoke %d has %d tokens and another has %d, and input %q (%s) cannot be padded: give inputs of one length", i, n, p.length, want.Name, want.typ())
		}
		out[want.Name] = p.extend(t, fill)
	}
	return out, nil
}

// grows reports whether an input has one entry for each token.
func (p *padder) grows(want InputInfo) bool {
	return len(want.Shape) == 2 && (want.Shape[1] == p.ids.Shape[1] || want.Role == modelspec.RoleMask)
}

// paddable reports whether padding can be written in the dtype of an input:
// whole numbers, and masks of any kind that encodeInts makes.
func paddable(want InputInfo) bool {
	switch want.DType {
	case Int64, Int32:
		return true
	case Float32, Bool:
		return want.Role == modelspec.RoleMask
	}
	return false
}

// fill is what padding holds in an input. A masked token's position is 1, as
// transformers has it.
func (p *padder) fill(want InputInfo) (int64, bool) {
	switch {
	case want.Name == p.ids.Name:
		return p.info.padding.token, true
	case want.Role == modelspec.RolePosition:
		return 1, true
	case want.Role == modelspec.RoleMask, want.DType.IsInt(): // token types too
		return 0, true
	}
	return 0, false
}

// extend fills each row of a two-dimensional tensor up to the length.
func (p *padder) extend(t Tensor, fill int64) Tensor {
	rows, n := t.h.shape[0], t.h.shape[1]
	all := wholeNumbers(t)
	extra := slices.Repeat([]int64{fill}, int(p.length-n))
	out := make([]int64, 0, rows*p.length)
	for r := range rows {
		row := all[r*n : (r+1)*n]
		if p.left {
			out = append(append(out, extra...), row...)
		} else {
			out = append(append(out, row...), extra...)
		}
	}
	return p.make(t.h.dtype, rows, p.length, out)
}

// make makes a tensor that is released with the batch.
func (p *padder) make(d DType, rows, n int64, values []int64) Tensor {
	t := encodeInts(d, []int64{rows, n}, values)
	p.made = append(p.made, t)
	return t
}

// wholeNumbers reads ids, positions and masks, whatever their dtype.
func wholeNumbers(t Tensor) []int64 {
	if t.h.dtype.IsInt() {
		return t.Ints()
	}
	out := make([]int64, t.Len())
	if t.h.dtype == Bool {
		for i, b := range t.Bools() {
			if b {
				out[i] = 1
			}
		}
		return out
	}
	for i, v := range t.Float32s() {
		out[i] = int64(v)
	}
	return out
}
