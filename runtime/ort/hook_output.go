package ort

/*
#include "shim.h"
*/
import "C"

import (
	"fmt"
	"unsafe"

	"github.com/nngen-go/nngen/internal/tensor"
)

// pending is what is known of an output.
type pending struct {
	set  bool
	from int    // input to pass through; -1: data was given
	held []byte // given data that must wait, because the output's buffer is an input's
	few  [16]byte
	view C.nng_view
}

// bytes is the output's buffer.
func (p *pending) bytes() []byte {
	n := int(p.view.count) * p.dtype().Size()
	if n == 0 || p.view.data == nil {
		return nil
	}
	return unsafe.Slice((*byte)(p.view.data), n)
}

func (p *pending) dtype() tensor.DType { return tensor.DType(p.view.dtype) }

// output is where output i is noted, while the hook runs.
func (v *visit) output(i int) (*pending, error) {
	if v.done {
		return nil, fmt.Errorf("output %d of a hook was set after the hook had returned", i)
	}
	if i < 0 || i >= len(v.outputs) {
		return nil, fmt.Errorf("the hook has %d outputs, there is no output %d", len(v.outputs), i)
	}
	return &v.outputs[i], nil
}

// SetOutput copies data into output i; if that is the buffer of an input, only
// when the hook has returned, because inputs stay readable until then.
func (v *visit) SetOutput(i int, shape []int64, data []byte) error {
	p, err := v.output(i)
	if err != nil {
		return err
	}
	if err := v.allocate(i, p, shape); err != nil {
		return err
	}
	if p.view.value != nil {
		out := p.bytes()
		if len(data) != len(out) {
			return fmt.Errorf("output %d of the hook is %s of shape %v, %d bytes, and was given %d", i, p.dtype(), shape, len(out), len(data))
		}
		if p.held = nil; v.shares(p) {
			p.held = append(p.few[:0], data...)
		} else {
			copy(out, data)
		}
	}
	p.set, p.from = true, -1
	return nil
}

// shares reports whether the output's buffer is an input's.
func (v *visit) shares(out *pending) bool {
	for i := range v.inputs {
		if v.inputs[i].data == out.view.data && out.view.count > 0 {
			return true
		}
	}
	return false
}

// PassThrough notes that output i is input j; the copy, if there is one, is made
// when the hook has returned.
func (v *visit) PassThrough(i, j int) error {
	p, err := v.output(i)
	if err != nil {
		return err
	}
	if j < 0 || j >= len(v.inputs) || v.inputs[j].p == nil {
		return fmt.Errorf("the hook has no input %d to pass through", j)
	}
	p.set, p.from, p.held = true, j, nil
	return nil
}

func (v *visit) allocate(i int, p *pending, shape []int64) error {
	if st := C.nng_output(v.c.context, C.size_t(i), dimsPointer(shape), C.size_t(len(shape)), &p.view); st != nil {
		return fmt.Errorf("output %d of the hook with shape %v: %w", i, shape, statusError(st))
	}
	return nil
}

// finish makes every output what it was set to.
func (v *visit) finish() error {
	var few [4]move
	moves := few[:0]
	for i := range v.outputs {
		p := &v.outputs[i]
		if !p.set {
			return fmt.Errorf("hook %d returned without its output %d", v.call.ID, i)
		}
		if p.from < 0 {
			if p.held != nil {
				moves = append(moves, move{to: p.bytes(), from: p.held})
			}
			continue
		}
		in := &v.inputs[p.from]
		if err := v.allocate(i, p, in.shape); err != nil {
			return err
		}
		if p.view.value == nil {
			continue
		}
		if p.dtype() != in.dtype {
			return fmt.Errorf("hook %d passes input %d (%s) to output %d (%s)", v.call.ID, p.from, in.dtype, i, p.dtype())
		}
		if p.view.data != in.data {
			moves = append(moves, move{to: p.bytes(), from: in.bytes()})
		}
	}
	settle(moves)
	return nil
}

// move is a copy that waits for its turn.
type move struct{ to, from []byte }

// settle carries out the moves. A source that another move overwrites is saved
// first; that takes outputs in other inputs' buffers, which is rare.
func settle(moves []move) {
	for i := range moves {
		for j := range moves {
			if i != j && overlap(moves[i].from, moves[j].to) {
				moves[i].from = append([]byte(nil), moves[i].from...)
				break
			}
		}
	}
	for _, m := range moves {
		copy(m.to, m.from)
	}
}

func overlap(a, b []byte) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	x, y := uintptr(unsafe.Pointer(&a[0])), uintptr(unsafe.Pointer(&b[0]))
	return x < y+uintptr(len(b)) && y < x+uintptr(len(a))
}
