package ort

/*
#include "shim.h"
*/
import "C"

import (
	"sync"
	"sync/atomic"
)

// calls are the functions that wait for their callback, by token. A table of our
// own and not cgo.Handle: a wrong token from a hostile file has to be an error.
var (
	calls    sync.Map // uint64 → *threadCall or *run
	lastCall atomic.Int64
)

// threadCall is one OnThread.
type threadCall struct {
	f       func()
	failure any // what f panicked with
	failed  bool
}

// OnThread calls f once from a C callback on the calling thread. A panic of f
// goes on in the caller, past the C frame.
func (*engine) OnThread(f func()) {
	call := &threadCall{f: f}
	token := lastCall.Add(1)
	calls.Store(token, call)
	defer calls.Delete(token)
	C.nng_call_back(C.uintptr_t(token))
	if call.failed {
		panic(call.failure)
	}
}

//export nngenThread
func nngenThread(token C.uintptr_t) {
	c, ok := calls.Load(int64(token))
	if !ok {
		return
	}
	call := c.(*threadCall)
	call.failed = true
	defer func() {
		if call.failed {
			call.failure = recover()
		}
	}()
	call.f()
	call.failed = false
}
