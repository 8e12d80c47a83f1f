package nn

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// InvokeInputs are the inputs of one invoke by the name of the graph input.
// Zero Tensors count as not given.
type InvokeInputs map[string]Tensor

// empty reports whether nothing is given: an invoke without rows of its own.
func (in InvokeInputs) empty() bool {
	for _, t := range in {
		if t.h != nil {
			return false
		}
	}
	return true
}

// batch is the inputs of all invokes of a run, joined.
type batch struct {
	inputs  map[string]Tensor
	rows    []int64          // bounds of each invoke's rows: one more than there are invokes
	symbols map[string]int64 // sizes of this run
	made    []Tensor         // inputs that the batcher made
	step    int              // of a decode loop
}

// release frees what the batcher made.
func (b *batch) release() {
	for _, t := range b.made {
		t.Release()
	}
}

// bounds is the graph input that holds the rows of each invoke.
func (b *batch) bounds() Tensor { return From(b.rows) }

// join joins the inputs of several invokes along the batch axis. A nil entry is
// an invoke without inputs of its own: it has no rows and sees them all.
func (m *ModelInfo) join(ins []InvokeInputs) (*batch, error) {
	out := &batch{inputs: map[string]Tensor{}, rows: []int64{0}, symbols: map[string]int64{}}
	var full []*filled
	ins, made, err := m.padded(ins)
	if err != nil {
		return nil, err
	}
	out.made = made
	for i, in := range ins {
		if in == nil || len(ins) > 1 && in.empty() {
			out.rows = append(out.rows, out.rows[i])
			continue
		}
		f, err := m.fill(i, in)
		if err != nil {
			out.release()
			return nil, err
		}
		out.made = append(out.made, f.made...)
		full = append(full, f)
		out.rows = append(out.rows, out.rows[i]+f.symbols[m.Batch])
	}
	if len(full) == 0 && len(m.Inputs) > 0 {
		return nil, misuse("NN3120", "no invoke has inputs: give them to at least one")
	}
	if err := m.joinFilled(out, full); err != nil {
		out.release()
		return nil, err
	}
	return out, nil
}

// joinFilled joins complete inputs and the sizes of their symbols.
func (m *ModelInfo) joinFilled(out *batch, full []*filled) error {
	for _, f := range full {
		for name, n := range f.symbols {
			have, ok := out.symbols[name]
			switch {
			case name == m.Batch:
				out.symbols[name] = have + n
			case ok && have != n:
				return misuse("NN3121", "invoke %d has %s = %d, but invoke %d has %d: the invokes of one trace run as one batch, "+
					"so give them inputs of one size", f.invoke, name, n, full[0].invoke, have)
			default:
				out.symbols[name] = n
			}
		}
	}
	for _, in := range m.Inputs {
		var parts []Tensor
		for _, f := range full {
			if t, ok := f.inputs[in.Name]; ok {
				parts = append(parts, t)
			}
		}
		if len(parts) == 0 {
			continue
		}
		axis, _, ok := batchAxis(in.typ().Shape, m.Batch)
		if len(parts) > 1 && !ok {
			if !sameTensors(parts) {
				return misuse("NN3121", "input %q has no batch dimension, so all invokes share it: give them the same values", in.Name)
			}
			parts = parts[:1]
		}
		if len(parts) == 1 {
			out.inputs[in.Name] = parts[0]
			continue
		}
		t, err := concatHost(parts, axis)
		if err != nil {
			return fmt.Errorf("input %q: %w", in.Name, err)
		}
		out.inputs[in.Name] = t
		out.made = append(out.made, t)
	}
	return nil
}

// sameTensors reports whether all tensors hold the same bytes.
func sameTensors(list []Tensor) bool {
	for _, t := range list[1:] {
		if t.h != list[0].h && !slices.Equal(t.Bytes(), list[0].Bytes()) {
			return false
		}
	}
	return true
}

// concatHost joins tensors along an axis in host memory: inputs are small, and
// they come from Go.
func concatHost(parts []Tensor, axis int) (Tensor, error) {
	first := parts[0].h
	shape := slices.Clone(first.shape)
	shape[axis] = 0
	for _, p := range parts {
		shape[axis] += p.h.shape[axis]
	}
	inner := elements(shape[axis+1:]) * int64(first.dtype.Size())
	outer := elements(shape[:axis])
	data := make([]byte, outer*shape[axis]*inner)
	at := int64(0)
	for _, p := range parts {
		chunk := p.h.shape[axis] * inner
		p.read("input", func(b []byte) {
			for o := range outer {
				copy(data[o*shape[axis]*inner+at:], b[o*chunk:(o+1)*chunk])
			}
		})
		at += chunk
	}
	return hostTensor(first.dtype, shape, data), nil
}

// filled is the inputs of one invoke, defaults included.
type filled struct {
	invoke  int
	inputs  map[string]Tensor
	symbols map[string]int64
	made    []Tensor
}

// fill checks the inputs of one invoke and adds defaults.
func (m *ModelInfo) fill(invoke int, in InvokeInputs) (*filled, error) {
	f := &filled{invoke: invoke, inputs: map[string]Tensor{}, symbols: map[string]int64{}}
	for name, t := range in {
		if t.h == nil {
			continue
		}
		if _, ok := m.input(name); !ok {
			return nil, misuse("NN3122", "the model has no input %q; it has %s", name, m.inputNames())
		}
		f.inputs[name] = t
	}
	for _, want := range m.Inputs {
		if t, ok := f.inputs[want.Name]; ok {
			if err := f.bind(want, t); err != nil {
				return nil, err
			}
		}
	}
	for _, role := range []Role{modelspec.RolePast, modelspec.RoleMask, modelspec.RolePosition, ""} {
		for _, want := range m.Inputs {
			if _, ok := f.inputs[want.Name]; ok || role != "" && want.Role != role {
				continue
			}
			if err := m.addDefault(f, want); err != nil {
				return nil, err
			}
		}
	}
	return f, f.check(m)
}

// bind checks dtype, rank and fixed sizes of an input and notes its symbols.
func (f *filled) bind(want InputInfo, t Tensor) error {
	typ := want.typ()
	if t.h.dtype != typ.DType {
		return misuse("NN3123", "input %q is %s, but the model takes %s", want.Name, t.h.typ(), typ)
	}
	if !typ.Shape.RankKnown() {
		return nil
	}
	if len(typ.Shape) != len(t.h.shape) {
		return misuse("NN3123", "input %q is %s, but the model takes %s", want.Name, t.h.typ(), typ)
	}
	for i, d := range typ.Shape {
		n := t.h.shape[i]
		if s := d.Symbols(); len(s) == 1 && s[0] == string(d) {
			if have, ok := f.symbols[s[0]]; ok && have != n {
				return misuse("NN3123", "input %q has %d entries along axis %d (%s), but %s is %d in the other inputs",
					want.Name, n, i, typ.Shape, d, have)
			}
			f.symbols[s[0]] = n
		}
	}
	return nil
}

// check compares every input with its declared shape, now that all symbols are known.
func (f *filled) check(m *ModelInfo) error {
	for _, want := range m.Inputs {
		t, ok := f.inputs[want.Name]
		if !ok {
			continue
		}
		for i, d := range want.typ().Shape {
			n, err := d.Eval(f.symbols)
			if err == nil && d != tensor.Unknown && n != t.h.shape[i] {
				return misuse("NN3123", "input %q has %d entries along axis %d, but %s is %d here (the model takes %s)",
					want.Name, t.h.shape[i], i, d, n, want.typ())
			}
		}
	}
	return nil
}
