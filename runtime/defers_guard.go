package nn

import "slices"

// settled is a panic that deferred calls have seen and let go on: what it is
// called with, and the error that it is, with the line where it began.
type settled struct {
	value any
	err   error
}

// thrown is what a recovered panic was called with.
func thrown(p any) any {
	if s, ok := p.(settled); ok {
		return s.value
	}
	return p
}

// AddGuarded defers a call of a function that the trace calls and that recovers.
func (d *Defers) AddGuarded(f func(next func())) {
	d.list = append(d.list, deferredCall{call: f, guarded: true})
}

// Guard does what a function that recovers does in one part of a run. Where that
// panics, the calls that the function deferred, those beyond the first n, are
// made; left says that one of them recovered, so that the function is over.
func (d *Defers) Guard(n int, body func()) (left bool) {
	returned := false
	defer func() {
		if returned {
			return
		}
		p := recover()
		if p == nil { // the goroutine is being ended
			d.Leave(n)
			return
		}
		left = d.settle(n, thrown(p), recovered(p, -1))
	}()
	body()
	returned = true
	return false
}

// settle makes the deferred calls beyond the first n with a panic under way, and
// panics again if none of them recovers.
func (d *Defers) settle(n int, value any, err error) bool {
	over := Defers{list: slices.Clone(d.list[n:])}
	d.list = d.list[:n]
	for i := range over.list {
		over.list[i].guarded = false
	}
	after := over.unwind(-1, value, err)
	switch e := after.(type) {
	case nil:
		return true
	case *RunError:
		value = e.Value
	case *Error:
		value = e
	}
	panic(settled{value, after})
}
