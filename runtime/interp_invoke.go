package nn

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"runtime"

	"github.com/nngen-go/nngen/internal/schedule"
)

// invoke is one block of user code, run as a coroutine that the scheduler
// resumes: a mediator of live tensors.
type invoke struct {
	t      *Trace
	index  int
	inputs InvokeInputs
	body   func(v *invoke) error

	run       *liveRun
	rows      int
	visit     int        // that points mean
	step      int        // from which visits count: an edit begins anew at each
	name      string     // of an edit
	loops     *visitLoop // the innermost loop over visits
	trees     []*tree    // of accessors that it was given
	next      func() (schedule.Request[Tensor], bool)
	stop      func()
	yield     func(schedule.Request[Tensor]) bool
	answer    schedule.Answer[Tensor]
	goroutine string
	over      bool
}

var (
	errStopped = errors.New("the run is over")
	errGoexit  = errors.New("the invoke ended its goroutine (runtime.Goexit, as t.FailNow does)")
)

// Resume gives the code its answer and runs it to its next request. It is called
// only where hooks are called, so that the coroutine stays on one thread in one
// state of locking.
func (v *invoke) Resume(a schedule.Answer[Tensor]) (req schedule.Request[Tensor], ok bool) {
	if v.next == nil && a.Err != nil { // the run was over before its turn came
		return schedule.Request[Tensor]{Kind: schedule.End}, true
	}
	if v.next == nil {
		v.next, v.stop = iter.Pull(v.sequence)
	}
	before := v.t.running
	v.t.running, v.answer = v, a
	defer func() {
		v.t.running = before
		if p := recover(); p != nil {
			req, ok = schedule.Request[Tensor]{Kind: schedule.End, Err: met(p)}, true
		}
	}()
	return v.next()
}

// sequence is the coroutine.
func (v *invoke) sequence(yield func(schedule.Request[Tensor]) bool) {
	v.yield, v.goroutine = yield, goroutineID()
	returned := false
	defer whenGone(&returned, &v.index)
	defer func() { v.over = true }()
	err := v.protected()
	returned = true
	if err != nil {
		v.over = true
		yield(schedule.Request[Tensor]{Kind: schedule.End, Err: err})
	}
}

// protected calls the user's code and makes an error of a panic.
func (v *invoke) protected() (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = recovered(p, v.index)
		}
	}()
	return v.body(v)
}

// request asks the scheduler and waits. Its errors end the invoke.
func (v *invoke) request(r schedule.Request[Tensor]) Tensor {
	if err := v.usable(); err != nil {
		panic(err)
	}
	if !v.yield(r) || v.answer.Err == errStopped {
		panic(&Error{Message: errStopped.Error(), Err: errStopped})
	}
	if err := v.answer.Err; err != nil {
		err = fromDiagnostic(err)
		if e, ok := err.(*Error); ok {
			if !e.Pos.IsValid() {
				e.Pos = r.Pos
			}
			panic(e)
		}
		panic(&Error{Message: err.Error(), Pos: r.Pos, Err: err})
	}
	return v.answer.Value
}

// usable refuses accessors that are used after their invoke, from another one or
// from a goroutine that the code started.
func (v *invoke) usable() *Error {
	switch {
	case v.over || v.t.running == nil:
		return misuse("NN3152", "a module was used after the invoke that it was given to: copy what is needed out of it instead")
	case v.t.running != v:
		return misuse("NN3152", "the module belongs to invoke %d, but is used in invoke %d: use the one that this invoke is given", v.index, v.t.running.index)
	case goroutineID() != v.goroutine:
		return misuse("NN3152", "a module was used in a goroutine that the invoke started: points are reached in the invoke's own")
	}
	return nil
}

// end finishes a coroutine that is still there. It is called where hooks are called.
func (v *invoke) end() {
	if v.stop == nil {
		return
	}
	defer func() {
		if p := recover(); p != nil {
			_ = met(p) // what the code defers ended its goroutine: the run is over anyway
		}
	}()
	v.stop()
}

// goroutineID gives the running goroutine's number in text.
func goroutineID() string {
	var buf [64]byte
	n := runtime.Stack(buf[:], false)
	if fields := bytes.Fields(buf[:n]); len(fields) > 1 {
		return string(fields[1])
	}
	return fmt.Sprint(n)
}
