package nn

import (
	"errors"
	"sync/atomic"
)

// In gives what the code of one invoke of several has deferred.
func (d *Defers) In(invoke int) *Defers {
	for len(d.invokes) <= invoke {
		d.invokes = append(d.invokes, &Defers{})
	}
	return d.invokes[invoke]
}

// Begin says that the model runs now.
func (d *Defers) Begin() { d.begun = true }

// Ended makes what waits in invokes: where the run was stopped, they are over
// without having come to their ends. invoke is told whose calls are made.
func (d *Defers) Ended(invoke *int) {
	for i, in := range d.invokes {
		*invoke = i
		in.Leave(0)
	}
	*invoke = -1
}

// RunInvokes is Run for a trace of several invokes: invoke says whose code before
// or after the model runs, -1 for the trace function's own. What an invoke defers
// is made when it is over (Leave). Where the run ends before, it is made with
// what ended it under way: first for the invoke that did, with its panic, then
// for the others in their order, then for the trace function, for which t.Run
// panics.
func (d *Defers) RunInvokes(invoke *int, body func() error) error {
	value, err := d.attempt(invoke, body)
	in := -1
	switch {
	case err == nil:
		return d.unwind(-1, nil, nil)
	case value == nil: // the run failed
		in, value = culprit(err)
	case *invoke == -1: // before or after it
		if err = d.unwind(-1, value, err); err == nil && !d.begun {
			return neverRun()
		}
		return err
	default:
		in = *invoke
	}
	if in >= 0 {
		err = d.In(in).over(in, value, err)
	}
	for i, other := range d.invokes {
		if i != in {
			over := &Error{Message: errStopped.Error(), Err: errStopped}
			_ = other.over(i, over, over) // the run is over whatever it does
		}
	}
	return d.unwind(-1, runFailed{err}, err)
}

// attempt calls the body. value is what Go before or after the run panicked with.
func (d *Defers) attempt(invoke *int, body func() error) (value any, err error) {
	defer func() {
		if p := recover(); p != nil {
			value, err = thrown(p), recovered(p, *invoke)
		}
	}()
	if err := body(); err != nil {
		return nil, err
	}
	d.Ended(invoke)
	return nil, nil
}

// over makes the deferred calls of an invoke that ended the run, or with it, and
// gives the error that is left.
func (d *Defers) over(invoke int, value any, err error) error {
	left := d.unwind(invoke, value, err)
	switch {
	case left != nil:
		return left
	case value != nil && !errors.Is(err, errStopped):
		e := fault("NN3164", "a deferred call of invoke %d recovered from a panic, which the compiler did not see it do: the other invokes cannot go on: %v", invoke, err)
		e.Hint = "call recover in a function literal that the invoke defers"
		return e
	}
	return err // there is no panic, as where a goroutine was ended
}

// culprit finds the invoke whose code in mid-run ended a run, and what it
// panicked with; -1 where no code did.
func culprit(err error) (invoke int, value any) {
	var run *RunError
	var own *Error
	switch {
	case errors.As(err, &run):
		return run.Invoke, run.Value
	case errors.As(err, &own):
		return int(atomic.LoadInt32(&own.in)) - 1, own
	}
	return -1, nil
}
