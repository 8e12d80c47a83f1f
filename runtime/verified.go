package nn

import (
	"context"
	"slices"
	"sync"

	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/runtime/backend"
)

// verified remembers the shapes of a run that was found right, so that the next
// with the same shapes is not checked again.
type verified struct {
	inputs map[string]*handle // only dtype and shape of these are looked at
	args   []*handle
	types  *checked
}

// remember keeps what a run of one invoke was checked with, unless inputs had to be made for it.
func (c *Compiled) remember(ins []InvokeInputs, b *batch, args []Tensor, types *checked) {
	if len(ins) != 1 || len(b.made) > 0 {
		return
	}
	v := &verified{inputs: map[string]*handle{}, types: types}
	for name, t := range ins[0] {
		if t.h != nil {
			v.inputs[name] = outline(t)
		}
	}
	for _, t := range args {
		v.args = append(v.args, outline(t))
	}
	c.last.Store(v)
}

// outline keeps a tensor's dtype and shape, not its elements.
func outline(t Tensor) *handle { return &handle{dtype: t.h.dtype, shape: t.h.shape} }

func alike(a, b *handle) bool {
	return a != nil && b != nil && a.dtype == b.dtype && slices.Equal(a.shape, b.shape)
}

// matches reports whether a run has the very shapes that were checked.
func (v *verified) matches(ins []InvokeInputs, args []Tensor) bool {
	if len(ins) != 1 || len(args) != len(v.args) {
		return false
	}
	given := 0
	for name, t := range ins[0] {
		if t.h == nil {
			continue
		}
		given++
		if !alike(t.h, v.inputs[name]) {
			return false
		}
	}
	for i, t := range args {
		if !alike(t.h, v.args[i]) {
			return false
		}
	}
	return given == len(v.inputs)
}

// lending is tensors that a run has borrowed, by input name.
type lending struct {
	values map[string]backend.Value
	lent   []*handle
	into   []backend.Value
}

var lendings = sync.Pool{New: func() any { return &lending{values: map[string]backend.Value{}} }}

// add borrows a tensor for an input.
func (l *lending) add(b backend.Backend, name string, t Tensor) error {
	v, err := t.h.borrow(b)
	if err != nil {
		return misuse("", "input %q: %v", name, err)
	}
	l.lent = append(l.lent, t.h)
	l.values[name] = v
	return nil
}

// done gives everything back.
func (l *lending) done() {
	for _, h := range l.lent {
		h.giveBack()
	}
	clear(l.values)
	clear(l.into)
	l.lent, l.into = l.lent[:0], l.into[:0]
	lendings.Put(l)
}

// runAgain is a run that needs no checks.
func (c *Compiled) runAgain(ctx context.Context, r *stepRun, v *verified, in InvokeInputs, args []Tensor, into []*Tensor) error {
	l := lendings.Get().(*lending)
	defer l.done()
	for name, t := range in {
		if t.h != nil && c.main.takes[name] {
			if err := l.add(c.s.back, name, t); err != nil {
				return err
			}
		}
	}
	for i, name := range c.argNames {
		if c.main.takes[name] {
			if err := l.add(c.s.back, name, args[i]); err != nil {
				return err
			}
		}
	}
	if c.main.takes[stepInput] {
		if err := l.add(c.s.back, stepInput, firstStep); err != nil {
			return err
		}
	}
	return c.finish(ctx, r, l, v.types, args, into)
}

// finish runs with what was lent and puts the results where they belong.
func (c *Compiled) finish(ctx context.Context, r *stepRun, l *lending, types *checked, args []Tensor, into []*Tensor) error {
	outputs, err := c.outputsOf(c.main.outputs, 0, args)
	if err != nil {
		return err
	}
	c.reuse(l, types.taps, into)
	o := backend.RunOptions{Into: l.into, KeepOnDevice: c.main.device}
	r.options(&o, types)
	out, err := c.main.session.Run(ctx, l.values, outputs, o)
	if r != nil && r.stopped {
		releaseValues(out)
		r.deliver(into)
		return nil
	}
	if err != nil {
		return c.failed(ctx, err)
	}
	if len(types.taps) == 0 { // only the steps were wanted
		releaseValues(out)
		return nil
	}
	for i, v := range out {
		switch {
		case l.into[i] != nil:
		case i < len(into) && into[i] != nil:
			*into[i] = valueTensor(c.s.back, v)
		default:
			v.Release()
		}
	}
	return nil
}

// reuse finds the caller's tensors that can be written to: of the right type,
// and lent to nobody else.
func (c *Compiled) reuse(l *lending, types []tensor.Type, into []*Tensor) {
	for i, t := range types {
		l.into = append(l.into, nil)
		if i >= len(into) || into[i] == nil || !fits(into[i].h, t) {
			continue
		}
		if v, ok := into[i].h.lendToWrite(c.s.back); ok {
			l.into[i] = v
			l.lent = append(l.lent, into[i].h)
		}
	}
}

// fits reports whether a tensor has exactly the type of a result.
func fits(h *handle, t tensor.Type) bool {
	if h == nil || h.dtype != t.DType || len(h.shape) != len(t.Shape) || t.Shape == nil {
		return false
	}
	for i, d := range t.Shape {
		if n, ok := d.Const(); !ok || n != h.shape[i] {
			return false
		}
	}
	return true
}
