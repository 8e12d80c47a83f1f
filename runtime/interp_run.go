package nn

import (
	"errors"
	"fmt"
	"runtime"
	"slices"

	"github.com/nngen-go/nngen/internal/schedule"
	"github.com/nngen-go/nngen/runtime/backend"
)

// liveRun is one run of the instrumented model.
type liveRun struct {
	s       *Session
	t       *Trace
	in      *instrumented
	batch   *batch
	sched   *schedule.Scheduler[Tensor]
	live    map[string]backend.Value // tensors of the hook under way, as views
	kept    map[string]Tensor        // side inputs of modules, for calls
	written []*handle                // what the invokes wrote, pinned until the run is over
	err     error                    // why the run ends, if it is not the model's fault
	again   replay
	began   int             // step of a decode loop with which the run began
	step    int             // steps since
	steps   int             // how many there are, at most
	edits   []*invoke       // the session's, ahead of the invokes
	lost    map[string]lost // what skipped modules have not made
	result  Tensor          // of the forward that has run, whoever it belongs to
	extra   []Tensor        // outputs that were fetched for it alone
}

// errDone ends a run that nobody needs any more; it is no error.
var errDone = errors.New("every invoke is done")

// run runs the model once with the invokes of t. Coroutines obey one rule: they
// are created, resumed and ended on one locked thread, in calls from C (hooks,
// and OnThread where no hook is called).
func (t *Trace) run(outputs []string) (out []Tensor, err error) {
	t.ran = true
	if err := t.s.enter(); err != nil {
		return nil, err
	}
	defer t.s.leave()
	if err := t.s.local("Interpret"); err != nil {
		return nil, err
	}
	b, err := t.s.info.join(t.inputs())
	if err != nil {
		return nil, err
	}
	defer b.release()
	if t.scans {
		if t.scan, err = t.s.Scan(t.inputs()...); err != nil {
			return nil, err
		}
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	r, err := t.newRun(b, 0, 1)
	if err != nil {
		return nil, err
	}
	defer func() {
		if r.close(); err != nil {
			releaseAll(out)
			out = nil
		}
	}()
	if err := r.start(); err != nil {
		return nil, err
	}
	if t.scans {
		err = r.sweep()
	} else {
		out, err = r.forward(outputs)
	}
	if err != nil {
		return out, err
	}
	if err = r.finish(); err == nil {
		t.finished()
	}
	return out, err
}

// start resumes each invoke up to its first request.
func (r *liveRun) start() error {
	r.s.back.OnThread(func() { r.err = r.sched.Start() })
	if r.err == nil {
		r.err = r.enterModules()
	}
	return r.fail(r.err)
}

// forward runs the model, once, and gives outputs of it; none where the run was
// stopped.
func (r *liveRun) forward(outputs []string) (out []Tensor, err error) {
	if r.sched.Stopped() { // before anything of the model was asked for
		return nil, nil
	}
	needed := len(outputs) > 0
	if !needed && r.in.result == "" {
		outputs = []string{r.in.session.Outputs()[0].Name}
	}
	wanted := len(outputs)
	if r.in.result != "" && !slices.Contains(outputs, r.in.result) {
		outputs = append(slices.Clone(outputs), r.in.result)
	}
	hook := func(c *backend.HookCall) error { return r.hook(c, needed) }
	out, err = r.s.run(r.t.ctx, r.in.session, r.batch.inputs, outputs, backend.RunOptions{Hook: hook})
	if r.err == nil && errors.Is(err, errInner) {
		if err = r.enterModules(); err == nil {
			out, err = r.s.run(r.t.ctx, r.in.session, r.batch.inputs, outputs, backend.RunOptions{Hook: hook})
		}
	}
	if r.err == nil && r.sched.Stopped() { // whatever ended it: what was collected is kept
		releaseAll(out)
		return nil, nil
	}
	if needed && r.err == nil {
		r.err = r.lostAmong(outputs[:wanted])
	}
	if r.err != nil || err != nil && !errors.Is(err, errDone) {
		releaseAll(out)
		return nil, r.fail(errors.Join(r.err, err))
	}
	if len(out) == 0 { // nobody needed it to the end
		return nil, nil
	}
	if i := slices.Index(outputs, r.in.result); i >= 0 {
		r.result = out[i]
	}
	if !needed {
		r.extra, out = out, nil
	} else {
		r.extra, out = out[wanted:], out[:wanted]
	}
	return out, nil
}

// finish tells the invokes that the model has run.
func (r *liveRun) finish() error {
	if err := r.conclude(); err != nil {
		return err
	}
	r.s.back.OnThread(func() { r.err = r.sched.Finish() })
	return r.fail(r.err)
}

// close ends what is left of a run, whatever happened.
func (r *liveRun) close() {
	r.report()
	r.s.back.OnThread(r.endAll)
	r.releaseKept()
	releaseAll(r.extra)
}

// inputs gives those of each invoke.
func (t *Trace) inputs() []InvokeInputs {
	var ins []InvokeInputs
	for _, v := range t.invokes {
		ins = append(ins, v.inputs)
	}
	return ins
}

// newRun prepares the scheduler for a run of some steps over joined inputs.
func (t *Trace) newRun(b *batch, began, steps int) (*liveRun, error) {
	in, err := t.instrumented()
	if err != nil {
		return nil, err
	}
	r := &liveRun{s: t.s, t: t, in: in, batch: b, live: map[string]backend.Value{}, kept: map[string]Tensor{}, began: began, steps: steps}
	p := schedule.Program[Tensor]{Moments: in.moments, Steps: steps, Algebra: liveAlgebra{r}, Policy: schedule.Refuse}
	if t.scans {
		p.Algebra = outlineAlgebra{r}
	}
	r.edits = t.edits()
	p.Edits = len(r.edits)
	for _, v := range r.edits {
		v.rows, v.run = AllRows, r
		p.Mediators, p.Rows, p.Names = append(p.Mediators, v), append(p.Rows, AllRows), append(p.Names, v.name)
	}
	full := 0
	for _, v := range t.invokes {
		if v.inputs != nil {
			full++
		}
	}
	for i, v := range t.invokes {
		rows := AllRows
		if full > 1 && v.inputs != nil {
			rows = i
		}
		v.rows, v.run = rows, r
		p.Mediators = append(p.Mediators, v)
		p.Rows, p.Names = append(p.Rows, rows), append(p.Names, fmt.Sprintf("invoke %d", i))
	}
	if r.sched, err = schedule.New(p); err == nil {
		err = r.watchAll()
	}
	return r, err
}

// fail makes an error of the run what the user should see.
func (r *liveRun) fail(err error) error {
	if err == nil {
		return nil
	}
	if r.err != nil {
		return fromDiagnostic(r.err)
	}
	return notRun(r.t.ctx, r.s.info.Name, err)
}

// endAll finishes every coroutine, whatever happened.
func (r *liveRun) endAll() {
	if !r.sched.Idle() || len(r.edits) > 0 {
		r.sched.Abort(errStopped)
	}
	for _, v := range slices.Concat(r.edits, r.t.invokes) {
		v.end()
	}
}

func (r *liveRun) releaseKept() {
	for _, t := range r.kept {
		t.Release()
	}
	clear(r.kept)
	for _, h := range r.written {
		h.unpin()
	}
	r.written = nil
}
