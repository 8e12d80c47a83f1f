package nn

import "context"

// GenerateDeferring is GenerateSteps for a trace that defers calls: begin and
// the steps add them to d, and they are made at the end of each decoding step.
// f is nil where the trace has no Go in mid-run.
func (c *Compiled) GenerateDeferring(ctx context.Context, f Frame, d *Defers, in InvokeInputs, begin func() ([]Tensor, error), opts ...GenerateOption) ([][]int64, error) {
	if f == nil {
		return c.generate(ctx, nil, d, []InvokeInputs{in}, begin, opts)
	}
	r := newStepRun(c, f)
	defer r.done()
	return c.generate(ctx, r, d, []InvokeInputs{in}, begin, opts)
}

// deferring is a decoding step with what the trace defers around it.
func (c *Compiled) deferring(d *Defers, step stepper) stepper {
	return func(i int, b *batch) (out []Tensor, err error) {
		d.list = d.list[:0]
		var failed error
		err = d.Run(0, func() error {
			out, failed = step(i, b)
			return failed
		})
		switch {
		case err != nil:
			releaseAll(out)
			return nil, err
		case failed == nil && out != nil && len(out) == 0: // the trace stops here
			return nil, nil
		case out == nil: // the model did not come to its end, so there are no logits to go on with
			e := fault("NN3163", "a deferred call of %s recovered from a panic, which ended the decoding step: it has no logits to go on with: %v", c.plan.Name, failed)
			e.Hint = "recover in a helper that the panicking code is called by, or let the panic end Generate"
			return nil, e
		}
		return out, nil
	}
}
