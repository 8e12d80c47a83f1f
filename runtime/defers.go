package nn

import (
	"errors"
	"runtime"
	"slices"
	"strings"
)

// Defers is the list of calls that a compiled trace has deferred. Each is a
// function that defers the call itself and then goes on with next, so that the
// call is made directly by Go: in it recover works, and the calls are made last
// first, once, whatever the others do.
type Defers struct {
	list    []deferredCall
	invokes []*Defers // of the invokes, where a trace has several
	begun   bool      // so had its run
}

type deferredCall struct {
	call func(next func())
	// inner: a function deferred it that the trace calls and that is carried out
	// where it is called: there is nothing left to return from, so that a panic
	// goes on whatever the call does.
	inner bool
	// guarded: that function recovers, and Guard is around what it does. Elsewhere
	// it is inner.
	guarded bool
}

// Add defers a call.
func (d *Defers) Add(f func(next func())) { d.list = append(d.list, deferredCall{call: f}) }

// AddInner defers a call of a function that the trace calls: it is made when
// Leave says that that is over, or when the run ends before.
func (d *Defers) AddInner(f func(next func())) {
	d.list = append(d.list, deferredCall{call: f, inner: true})
}

// Len is how many calls wait.
func (d *Defers) Len() int { return len(d.list) }

// Leave makes the calls that wait beyond the first n, last first.
func (d *Defers) Leave(n int) {
	over := Defers{list: slices.Clone(d.list[n:])}
	d.list = d.list[:n]
	over.call(0, nil)
}

// Run calls the body of a trace and then what it deferred, also when the body
// panics or the run fails. A panic of the body, or of Go in mid-run, is under way
// while the deferred calls are made; if one recovers it, there is no error. A
// run that failed otherwise, because sizes do not fit or an operation refuses its
// operands, or that was cancelled, stays failed: what the trace would have done by
// then has not been done. invoke is the invoke whose code it is.
func (d *Defers) Run(invoke int, body func() error) error {
	value, err := attempt(invoke, body)
	own, _ := value.(*Error)
	final := err != nil && value == nil || own != nil && own.outside
	if value == nil && final {
		value = &Error{Message: errStopped.Error(), Err: errStopped}
	}
	after := d.unwind(invoke, value, err)
	if final {
		return err
	}
	return after
}

// attempt calls the body. value is what it panicked with, here or in mid-run.
func attempt(invoke int, body func() error) (value any, err error) {
	defer func() {
		if p := recover(); p != nil {
			value, err = thrown(p), recovered(p, invoke)
		}
	}()
	err = body()
	var run *RunError
	var own *Error
	switch {
	case errors.As(err, &run):
		return run.Value, err
	case errors.As(err, &own):
		return own, err
	}
	return nil, err
}

// unwind makes the deferred calls with a panic of value under way, if there is
// one, and gives the error of the panic that is left.
func (d *Defers) unwind(invoke int, value any, first error) (err error) {
	defer func() {
		p := recover()
		switch {
		case p == nil:
		case first != nil && rethrown():
			err = first
		default:
			err = recovered(p, invoke)
		}
	}()
	d.call(0, value)
	return nil
}

func (d *Defers) call(i int, value any) {
	switch {
	case i < len(d.list):
		d.list[i].call(func() { d.call(i+1, value) })
		if (d.list[i].inner || d.list[i].guarded) && value != nil {
			rethrow(value)
		}
	case value != nil:
		rethrow(value)
	}
}

// rethrow panics again with what the trace ended with.
//
//go:noinline
func rethrow(value any) { panic(value) }

// rethrown reports whether the panic under way is that of rethrow, from a
// function deferred around it.
func rethrown() bool {
	pcs := make([]uintptr, 128)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	panicking := false
	for {
		f, more := frames.Next()
		switch {
		case f.Function == "runtime.gopanic":
			panicking = true
		case panicking:
			return strings.HasPrefix(f.Function, ownPackage+"rethrow")
		}
		if !more {
			return false
		}
	}
}
