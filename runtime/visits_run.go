package nn

import (
	"context"
	"slices"
)

// Visits is the Go of a compiled trace over decoding steps. Begin makes ready
// for a step and gives the plan's parameters; After takes what left the run. When
// the last step is over both are called once more, with step -1 and the number of
// steps that there were: what left the run is then that of the last step.
type Visits struct {
	Frame  Frame                           // the steps of mid-run; nil if there are none
	Last   int                             // the last visit that the trace names by a constant, -1 for none
	Result bool                            // the trace takes the run's result, when the last step is over
	Caches []AnyCache                      // to which each step adds its entries
	Wants  func(step, steps, tap int) bool // whether a step fetches what leaves the run there; nil: always
	Begin  func(step, steps int) ([]Tensor, error)
	After  func(step, steps int, taps *Taps) error
}

// LastVisit refuses runs of too few steps for the last visit that a trace names.
func LastVisit(step, steps, last int) {
	if step == 0 && last >= steps {
		panic(pastSteps(last, steps, steps > 1))
	}
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
	return s.compile(p, true, true, opts)
}

// RunVisits runs a trace over decoding steps on one step.
func (c *Compiled) RunVisits(ctx context.Context, ins []InvokeInputs, v Visits) error {
	if is, err := c.scannedStep(ctx, ins, v); is {
		return err
	}
	if err := c.s.enter(); err != nil {
		return err
	}
	defer c.s.leave()
	if c.s.remote != nil {
		return c.runVisitsRemote(ctx, ins, v)
	}
	b, err := c.s.info.join(ins)
	if err != nil {
		return err
	}
	defer b.release()
	n, err := c.newVisiting(v)
	if err != nil {
		return err
	}
	defer n.r.done()
	var outputs []string
	if v.Result {
		outputs = c.s.info.resultOutput()
	}
	p, err := c.visitProgram(&c.once, outputs)
	if err != nil {
		return err
	}
	out, err := n.visit(ctx, c, p, b, 0, 1)
	defer releaseAll(out)
	if err != nil {
		return err
	}
	return n.over(func(invoke int) Tensor { return c.s.info.resultRows(out[0], b.rows, invoke) })
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
	if c.s.remote != nil {
		return c.generateVisitsRemote(ctx, ins, v, opts)
	}
	l, err := c.s.newDecoding(ins, opts)
	if err != nil {
		return nil, err
	}
	n, err := c.newVisiting(v)
	if err != nil {
		l.release()
		return nil, err
	}
	defer n.r.done()
	ids, err := l.run(ctx, func(i int, b *batch) ([]Tensor, error) {
		at, err := c.visitAt(i)
		if err != nil {
			return nil, err
		}
		p, err := at.visitProgram(&at.each, l.outputs(i))
		if err != nil {
			return nil, err
		}
		out, err := n.visit(ctx, at, p, b, i, l.g.MaxNewTokens)
		if err != nil {
			releaseAll(out)
			return nil, err
		}
		return out, nil
	})
	if err != nil || n.steps == 0 {
		return ids, err
	}
	return ids, n.over(func(invoke int) Tensor { return idsRows(ids, l.rows, invoke) })
}

// scannedStep makes a scan of the first step of a run that is to be one.
func (c *Compiled) scannedStep(ctx context.Context, ins []InvokeInputs, v Visits) (bool, error) {
	if ctx.Value(scanKey{}) == nil {
		return false, nil
	}
	args, err := v.Begin(0, max(v.Last+1, 1))
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
// the model, then the taps, then the conditions of stops; nil where there is
// nothing to run.
func (c *Compiled) visitProgram(p **program, outputs []string) (*program, error) {
	c.stepping.Lock()
	defer c.stepping.Unlock()
	taps := append(slices.Clone(c.plan.Taps), c.stopTaps()...)
	if *p == nil && (len(outputs)+len(taps)+len(c.hooks) > 0 || mayEnd(c.plan.Nodes)) {
		built, err := c.build(taps, outputs)
		if err != nil {
			return nil, err
		}
		*p = built
	}
	return *p, nil
}
