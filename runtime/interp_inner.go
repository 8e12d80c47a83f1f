package nn

import "errors"

// replay is what a run needs to begin again with hooks inside modules, which it
// does not have until an operation is touched. The model's first part runs a
// second time; the invokes do not: they wait where they are, and what they wrote
// is put back in its place.
type replay struct {
	wanted bool           // an operation was touched
	from   int            // the first moment that is served; those before were, in the run before
	log    map[int]Tensor // what moments were left with, where that was not what the model made
}

// errInner ends a run that needs hooks inside modules; it is no error.
var errInner = errors.New("an operation was touched")

// inside tells the run that an operation is touched.
func (v *invoke) inside() {
	if v.run != nil {
		v.run.again.wanted = true
	}
}

// outside reports a run that lacks the hooks that it needs.
func (r *liveRun) outside() bool { return r.again.wanted && !r.in.inner }

// enterModules takes the session with hooks at operations, where it is needed.
func (r *liveRun) enterModules() error {
	if !r.outside() {
		return nil
	}
	in, err := r.s.inner()
	if err == nil {
		r.in = in
	}
	return err
}

// note keeps what a moment was left with, as long as the run may begin again.
func (r *liveRun) note(m int, t Tensor) {
	if r.in.inner {
		return
	}
	if r.again.log == nil {
		r.again.log = map[int]Tensor{}
	}
	r.again.log[m] = t
}

// at gives what moment m was left with, or what there is where nobody changed it.
func (a *replay) at(m int, now Tensor, written bool) (Tensor, bool) {
	if t, ok := a.log[m]; ok {
		return t, true
	}
	return now, written
}
