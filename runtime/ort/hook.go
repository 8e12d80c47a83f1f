package ort

/*
#include "shim.h"
*/
import "C"

import (
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/runtime/backend"
)

// PanicError is a panic in a hook, which ended the run.
type PanicError struct {
	Value any
	Stack []byte
}

// Error says what was panicked with.
func (e *PanicError) Error() string { return fmt.Sprintf("panic in a hook: %v", e.Value) }

// Unwrap gives the value if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// visit is one call of a hook. The arrays hold what most hooks have, so that a
// visit is one allocation. It is used twice only where the hook says that it
// keeps nothing of it: a view that is kept beyond its visit has to stay useless.
type visit struct {
	c       *C.nng_visit
	call    backend.HookCall
	inputs  []value // one without a tensor was left out in the graph
	outputs []pending
	seen    []backend.Value
	done    bool

	fewInputs  [2]value
	fewViews   [2]backend.Value
	fewOutputs [2]pending
}

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

//export nngenHook
func nngenHook(token C.int64_t, c *C.nng_visit) C.int {
	r, ok := calls.Load(int64(token))
	if !ok {
		return 1
	}
	run, ok := r.(*hookRun)
	if !ok || !run.visit(c) {
		return 1
	}
	return 0
}

// hookRun is a run whose hooks call Go. Its hooks follow one another on one
// thread, so err needs no lock. It keeps its token for the runs after it.
type hookRun struct {
	hook  func(*backend.HookCall) error
	reuse bool
	err   error
	token C.nng_view // a tensor that holds the number under which calls has the run
	id    int64
	again visit // of every call, where the hook allows it
}

// idleRuns are hookRuns between two runs: as many as ever ran at once.
var idleRuns struct {
	sync.Mutex
	list []*hookRun
}

// newHookRun takes a run's record, with a token that names it.
func newHookRun(hook func(*backend.HookCall) error, reuse bool) (*hookRun, error) {
	idleRuns.Lock()
	n := len(idleRuns.list)
	var r *hookRun
	if n > 0 {
		r = idleRuns.list[n-1]
		idleRuns.list = idleRuns.list[:n-1]
	}
	idleRuns.Unlock()
	if r == nil {
		r = &hookRun{id: lastCall.Add(1)}
		if st := C.nng_value_new(C.int(tensor.Int64), nil, 0, &r.token); st != nil {
			return nil, statusError(st)
		}
		*(*int64)(r.token.data) = r.id
		calls.Store(r.id, r)
	}
	r.hook, r.reuse, r.err = hook, reuse, nil
	return r, nil
}

// done gives the record back. One whose run did not return, because a hook ended
// the goroutine, is never used again: C code may still refer to it.
func (r *hookRun) done(returned bool) {
	r.hook, r.err = nil, nil
	r.again.c = nil
	if !returned {
		calls.Delete(r.id)
		return
	}
	idleRuns.Lock()
	idleRuns.list = append(idleRuns.list, r)
	idleRuns.Unlock()
}

// visit calls the hook and reports whether the run may go on. No panic leaves it.
// runtime.Goexit does: nothing can stop it, and the C frames of this run are lost
// with their memory, so user code that may call it is kept in coroutines.
func (r *hookRun) visit(c *C.nng_visit) (ok bool) {
	defer func() {
		if p := recover(); p != nil {
			ok, r.err = false, &PanicError{Value: p, Stack: debug.Stack()}
		}
	}()
	r.err = r.call(c)
	return r.err == nil
}

func (r *hookRun) call(c *C.nng_visit) error {
	id := int64(c.id)
	if r.hook == nil {
		return fmt.Errorf("the graph has a hook (%d) but the run was given none", id)
	}
	v := &r.again
	if r.reuse {
		v.c, v.done = c, false
	} else {
		v = &visit{c: c}
	}
	defer v.end()
	v.outputs = sized(v.outputs, v.fewOutputs[:], int(c.n_outputs))
	v.call = backend.HookCall{ID: id, Inputs: v.views(), To: v}
	if err := r.hook(&v.call); err != nil {
		return err
	}
	return v.finish()
}

// sized is n zero elements: of few if they are enough, else of what was there.
func sized[T any](had, few []T, n int) []T {
	switch {
	case n <= len(few):
		had = few[:n]
	case n <= cap(had):
		had = had[:n]
	default:
		return make([]T, n)
	}
	clear(had)
	return had
}

// views describes the inputs.
func (v *visit) views() []backend.Value {
	n := int(v.c.n_inputs)
	v.inputs = sized(v.inputs, v.fewInputs[:], n)
	v.seen = sized(v.seen, v.fewViews[:], n)
	out := v.seen
	for i := range n {
		in := &unsafe.Slice(v.c.inputs, n)[i]
		v.inputs[i].view = true
		if in.value == nil {
			continue
		}
		v.inputs[i].describe(in)
		out[i] = &v.inputs[i]
	}
	return out
}

// end makes the views useless, so that keeping one is an error and not a crash.
func (v *visit) end() {
	v.done = true
	for i := range v.inputs {
		atomic.StorePointer(&v.inputs[i].p, nil)
	}
}

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
