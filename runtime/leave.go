package nn

import "iter"

// leaver is a Frame some of whose steps may end their goroutine (runtime.Goexit,
// as t.FailNow does): by calls whose text the compiler does not know to the end.
type leaver interface {
	// MayLeave reports whether the step of a state is one of them.
	MayLeave(state int) bool
}

// gone is what a coroutine panics with when its code ends its goroutine: so the
// coroutine ends as well, but whoever resumes it meets a panic, which can be
// recovered from, and not an end of his own goroutine, which would not stop at
// the frames of C that are on it.
type gone struct{ err error }

// whenGone is deferred around the code of a coroutine that panics in no other way.
func whenGone(returned *bool, invoke *int) {
	if !*returned {
		panic(gone{&RunError{Invoke: *invoke, Pos: userLine(), Err: errGoexit}})
	}
}

// met gives the error of a gone that was recovered; other panics go on.
func met(p any) error {
	if g, ok := p.(gone); ok {
		return g.err
	}
	panic(p)
}

// apart runs a step in a coroutine of its own, so that an end of its goroutine
// is an error. The coroutine is over when it returns: it is made, run and ended
// in one call from C.
func (r *stepRun) apart() (err error) {
	next, _ := iter.Pull(func(func(struct{}) bool) {
		returned := false
		defer whenGone(&returned, &r.step.in)
		err = r.protected()
		returned = true
	})
	defer func() {
		if p := recover(); p != nil {
			err = met(p)
		}
	}()
	next()
	return err
}
