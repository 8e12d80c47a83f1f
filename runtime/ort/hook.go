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
