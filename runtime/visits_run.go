package nn

import (
	"context"

	"github.com/nngen-go/nngen/runtime/backend"
)

// Visits is the Go of a compiled trace over decoding steps. Begin makes ready
// for a step and gives the plan's parameters; After takes what left the run. When
// the last step is over both are called once more, with step -1 and the number of
// steps that there were: what left the run is then that of the last step.
type Visits struct {
	Frame Frame // the steps of mid-run; nil if there are none
	Last  int   // the last visit that the trace names by a constant, -1 for none
	Begin func(step, steps int) ([]Tensor, error)
	After func(step, steps int, taps *Taps) error
}

// over carries out what follows the last step.
func (v *Visits) over(steps int, taps *Taps) error {
	if _, err := v.Begin(-1, steps); err != nil {
		return err
	}
	return v.After(-1, steps, taps)
}

// fits refuses a run of too few steps for the visits that the trace names.
func (v *Visits) fits(steps int, generates bool) error {
	if v.Last < steps || steps == 0 {
		return nil
	}
	return pastSteps(v.Last, steps, generates)
}

func pastSteps(visit, steps int, generates bool) *Error {
	e := misuse("NN3105", "visit %d is past the end: the last one is %d", visit, steps-1)
	e.Hint = "MaxNewTokens says how many steps there are"
	if !generates {
		e.Hint = "a run calls the model once: Generate runs it for each token"
	}
	return e
}

// Visiting reports whether a loop over some visits is at a step, of at most so
// many. Step -1 is none.
func Visiting(step, steps int, visits ...any) bool {
	set, err := visitsOf(visits)
	if err != nil {
		panic(err)
	}
	if step < 0 {
		return false
	}
	if last, ok := set.last(); ok && last >= steps {
		panic(pastSteps(last, steps, steps > 1))
	}
	for _, r := range set {
		if step >= r.from && (r.open || step < r.to) && (step-r.from)%r.step == 0 {
			return true
		}
	}
	return false
}

// CarriedTensor is a tensor that another decoding step left, as a parameter of
// the plan: where there is none yet, a zero of the same rank that no branch uses.
func CarriedTensor(t Tensor, d DType, rank int) Tensor {
	if t.h != nil {
		return t
	}
	shape := make([]int, max(rank, 0))
	for i := range shape {
		shape[i] = 1
	}
	return Zeros(d, shape...)
}

// Carried gives a tensor that another decoding step left to this one. One that
// was never set is an error at the user's line.
func Carried(t Tensor, name string) Tensor {
	if t.h == nil {
		panic(misuse("NN3110", "%s was never set: give it a value in an earlier step", name))
	}
	return t
}

// CompileVisits is CompileSteps for a plan over decoding steps.
func (s *Session) CompileVisits(p *Plan, opts ...CompileOption) (*Compiled, error) {
	if err := s.local("a trace over decoding steps"); err != nil {
		return nil, err
	}
	return s.compile(p, true, true, opts)
}

// RunVisits runs a trace over decoding steps on one step.
func (c *Compiled) RunVisits(ctx context.Context, ins []InvokeInputs, v Visits) error {
	if is, err := c.scannedStep(ctx, ins, v); is {
		return err
	}
	if err := v.fits(1, false); err != nil {
		return err
	}
	if err := c.s.enter(); err != nil {
		return err
	}
	defer c.s.leave()
	b, err := c.s.info.join(ins)
	if err != nil {
		return err
	}
	defer b.release()
	p, err := c.visitProgram(&c.once, nil)
	if err != nil {
		return err
	}
	r := newStepRun(c, v.Frame)
	defer r.done()
	_, taps, err := c.visit(ctx, r, p, b, v, 0, 1)
	if err != nil {
		return err
	}
	return v.over(1, taps)
}

// GenerateVisits runs a trace over the steps of a decode loop.
func (c *Compiled) GenerateVisits(ctx context.Context, ins []InvokeInputs, v Visits, opts ...GenerateOption) ([][]int64, error) {
	if is, err := c.scannedStep(ctx, ins, v); is {
		return nil, err
	}
	if err := c.s.enter(); err != nil {
		return nil, err
	}
	defer c.s.leave()
	l, err := c.s.newDecoding(ins, opts)
	if err != nil {
		return nil, err
	}
	if err := v.fits(l.g.MaxNewTokens, true); err != nil {
		l.release()
		return nil, err
	}
	r := newStepRun(c, v.Frame)
	defer r.done()
	var last *Taps
	steps := 0
	ids, err := l.run(ctx, func(i int, b *batch) ([]Tensor, error) {
		at, err := c.visitAt(i)
		if err != nil {
			return nil, err
		}
		p, err := at.visitProgram(&at.each, l.outputs(i))
		if err != nil {
			return nil, err
		}
		out, taps, err := at.visit(ctx, r.of(at), p, b, v, i, l.g.MaxNewTokens)
		if err != nil {
			releaseAll(out)
			return nil, err
		}
		last, steps = taps, i+1
		return out, nil
	})
	if err != nil || steps == 0 {
		return ids, err
	}
	return ids, v.over(steps, last)
}

// scannedStep makes a scan of the first step of a run that is to be one.
func (c *Compiled) scannedStep(ctx context.Context, ins []InvokeInputs, v Visits) (bool, error) {
	if ctx.Value(scanKey{}) == nil {
		return false, nil
	}
	args, err := v.Begin(0, 1)
	if err != nil {
		return true, err
	}
	return c.scanned(ctx, ins, args)
}

// visitAt gives the trace in the model that runs step i.
func (c *Compiled) visitAt(i int) (*Compiled, error) {
	if c.s.at(i) == c.s {
		return c, nil
	}
	return c.later()
}

// visitProgram gives what one step runs, built when it is first used: outputs of
// the model, then the taps; nil where there is nothing to run.
func (c *Compiled) visitProgram(p **program, outputs []string) (*program, error) {
	c.stepping.Lock()
	defer c.stepping.Unlock()
	if *p == nil && (len(outputs)+len(c.plan.Taps)+len(c.hooks) > 0 || mayEnd(c.plan.Nodes)) {
		built, err := c.build(c.plan.Taps, outputs)
		if err != nil {
			return nil, err
		}
		*p = built
	}
	return *p, nil
}

// visit runs one step and gives the outputs of the model and what left the run.
func (c *Compiled) visit(ctx context.Context, r *stepRun, p *program, b *batch, v Visits, step, steps int) ([]Tensor, *Taps, error) {
	args, err := v.Begin(step, steps)
	if err != nil {
		return nil, nil, err
	}
	if len(c.plan.Choices)+len(c.plan.Orders) > 0 {
		if err := c.checkChoices(args); err != nil {
			return nil, nil, err
		}
	}
	types, err := c.checkRun(b, args)
	if err != nil {
		return nil, nil, err
	}
	if p == nil { // the trace does nothing to the model and takes nothing from it
		return nil, &Taps{}, v.After(step, steps, &Taps{})
	}
	feed, rows := c.feeds(p, b, args)
	defer rows.Release()
	outputs := len(p.outputs) - len(c.plan.Taps)
	names, err := c.outputsOf(p.outputs, outputs, args)
	if err != nil {
		return nil, nil, err
	}
	o := backend.RunOptions{KeepOnDevice: map[string]bool{}}
	for i, name := range names {
		o.KeepOnDevice[name] = i > 0 && i < outputs
	}
	if len(c.hooks) > 0 {
		r.options(&o, types)
	}
	out, err := c.s.run(ctx, p.session, feed, names, o)
	if err != nil {
		return nil, nil, c.failed(ctx, err)
	}
	if len(c.plan.Taps) == 0 {
		return out, &Taps{}, v.After(step, steps, &Taps{})
	}
	taps := &Taps{list: out[outputs:]}
	return out[:outputs], taps, v.After(step, steps, taps)
}
