package nn

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/nngen-go/nngen/internal/schedule"
)

// Trace is one run of a model with interventions, under construction: Invoke
// registers blocks of code, Run runs the model once with all of them.
type Trace struct {
	s       *Session
	ctx     context.Context
	invokes []*invoke
	ran     bool
	running *invoke // whose code has the turn

	generates bool // Run generates, by opts
	opts      []GenerateOption
	loop      *decoding // of a generation
	explicit  bool      // the code says itself which visits it means
	ids       [][]int64 // what a generation made

	scans  bool      // runs nothing: shapes stand in the place of values
	scan   *Scan     // what it found
	caches []*cached // of the whole batch
	made   []*cached // all of them
	steps  stepCaches
}

// Interpret runs the model once, with f called on the accessors of the model:
// each read waits until the model gets there, each write is what it goes on with.
func Interpret[M any](ctx context.Context, s *Session, in InvokeInputs, f func(m *M) error) error {
	t := &Trace{s: s, ctx: ctx}
	t.add(in, bodyOf(f))
	_, err := t.run(nil)
	return err
}

// InterpretTrace calls f, which registers invokes and runs them with t.Run.
func InterpretTrace(ctx context.Context, s *Session, f func(t *Trace) error) error {
	t := &Trace{s: s, ctx: ctx}
	return t.interpret(f)
}

// interpret calls f and makes errors of its panics.
func (t *Trace) interpret(f func(t *Trace) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = recovered(p, -1)
		}
	}()
	if err := f(t); err != nil {
		return err
	}
	if !t.ran {
		return neverRun()
	}
	return nil
}

func neverRun() error {
	return misuse("NN3151", "the trace was never run: call t.Run() after the last Invoke, on every path")
}

// Invoke registers a block of code with inputs of its own; nil inputs see the
// rows of all others. Generated traces call it with their type of accessors.
func Invoke[M any](t *Trace, in InvokeInputs, f func(m *M)) {
	switch {
	case t.running != nil:
		panic(misuse("NN3152", "an invoke was registered inside another: register all of them before t.Run()"))
	case t.ran:
		panic(misuse("NN3152", "an invoke was registered after t.Run(): a trace runs once, make another for more"))
	}
	if in.empty() {
		in = nil
	}
	t.add(in, bodyOf(func(m *M) error { f(m); return nil }))
}

// bodyOf binds the accessors of one invoke and calls its code.
func bodyOf[M any](f func(m *M) error) func(v *invoke) error {
	return func(v *invoke) error {
		m := new(M)
		if err := bind(m, v); err != nil {
			return err
		}
		return f(m)
	}
}

func (t *Trace) add(in InvokeInputs, body func(v *invoke) error) {
	t.invokes = append(t.invokes, &invoke{t: t, index: len(t.invokes), inputs: in, body: body})
}

// Run runs the model with the registered invokes. An error ends the function
// that InterpretTrace called, which returns it.
func (t *Trace) Run() {
	if t.running != nil {
		panic(misuse("NN3151", "t.Run() was called inside an invoke: call it once, after the last Invoke"))
	}
	if t.ran {
		panic(misuse("NN3151", "t.Run() was called a second time: a trace runs once"))
	}
	if len(t.invokes) == 0 {
		panic(misuse("NN3151", "t.Run() was called without an Invoke before it"))
	}
	var err error
	if t.generates {
		t.ids, err = t.generate(t.opts)
	} else {
		_, err = t.run(nil)
	}
	if err != nil {
		panic(runFailed{err})
	}
}

// runFailed carries the error of a run through the user's function.
type runFailed struct{ err error }

func (r runFailed) Error() string { return r.err.Error() }
func (r runFailed) Unwrap() error { return r.err }

// Session gives the session that the trace runs in.
func (t *Trace) Session() *Session { return t.s }

// Barrier makes a place where n invokes wait for one another.
func (t *Trace) Barrier(n int) *Barrier {
	return &Barrier{t: t, at: &schedule.Rendezvous{N: n, Pos: userLine()}}
}

// Barrier holds invokes until as many wait as it was made for; then it can be
// used again.
type Barrier struct {
	t  *Trace
	at *schedule.Rendezvous
}

// Wait waits for the others.
func (b *Barrier) Wait() {
	v := b.t.running
	if v == nil {
		panic(misuse("NN3152", "Wait was called outside of an invoke"))
	}
	v.request(schedule.Request[Tensor]{Kind: schedule.Barrier, Barrier: b.at, Pos: userLine()})
}

// recovered turns what user code panicked with into the run's error. It is
// called from a deferred function.
func recovered(p any, index int) error {
	switch e := p.(type) {
	case runFailed:
		return e.err
	case settled:
		if run, ok := e.err.(*RunError); ok && run.Invoke < 0 {
			run.Invoke = index
		}
		return e.err
	case *Error:
		return e
	}
	r := &RunError{Invoke: index, Pos: panicLine(), Value: p, Stack: debug.Stack()}
	if err, ok := p.(error); ok {
		r.Err = err
	} else {
		r.Err = fmt.Errorf("%v", p)
	}
	return r
}
