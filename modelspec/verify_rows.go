package modelspec

// inRows says where the rows of a probe's tensor are, if it has any.
func (q *Probe) inRows(s *Spec) {
	if q.Rows = rowsIn(q.Type.Shape, s.Batch); q.Rows.Axis < 0 {
		return
	}
	q.Row = 0
	if !q.Rows.Folded() {
		q.Rows.Order = OrderOuter
	}
}

// finding is what writes to single rows of a tensor, read in one order, showed.
type finding struct {
	fits   bool // own rows moved, and no others
	both   bool // in both rows that were tried
	leaks  bool // other rows moved
	failed error
}

// read tries an order: two rows are written, one after the other. Where a row's
// entries are others than the order says, rows that were not written move.
func (v *verifier) read(q Probe, o Order, run func(Probe) ([]float64, error)) (f finding, err error) {
	q.Rows.Order = o
	moved := 0
	for _, row := range v.twoRows(q.Attempt) {
		q.Row = row
		got, err := run(q)
		switch {
		case v.ctx.Err() != nil:
			return f, v.ctx.Err()
		case err != nil:
			f.failed = err
			return f, nil
		case !v.othersQuiet(got, []Probe{q}):
			f.leaks = true
			return f, nil
		case !v.quiet(got[row]):
			moved++
		}
	}
	f.fits, f.both = moved > 0, moved == 2
	return f, nil
}

// twoRows are written to find an order: not the first, which holds the same in
// both, and others at a second attempt.
func (v *verifier) twoRows(attempt int) []int {
	n := v.rows()
	if n < 4 {
		return []int{n - 1}
	}
	if attempt%2 == 1 {
		return []int{2, n - 1}
	}
	return []int{1, n - 2}
}

// orderOf finds the order of a folded axis: the one that fits. Where only one of
// the rows moves, and the other order fits as well, it is not known.
func (v *verifier) orderOf(q Probe, run func(Probe) ([]float64, error)) (o Order, f finding, err error) {
	outer, err := v.read(q, OrderOuter, run)
	if err != nil || outer.both || outer.failed != nil {
		return OrderOuter, outer, err
	}
	inner, err := v.read(q, OrderInner, run)
	switch {
	case err != nil:
		return OrderUnknown, inner, err
	case inner.fits && (inner.both || !outer.fits):
		return OrderInner, inner, nil
	case outer.fits && !inner.fits:
		return OrderOuter, outer, nil
	}
	return OrderUnknown, finding{fits: outer.fits, leaks: outer.leaks || inner.leaks, failed: inner.failed}, nil
}

// folded settles a trial of a tensor whose rows share their axis with something
// else, and notes in which order they do.
func (v *verifier) folded(list []*trial) error {
	t := list[0]
	run := func(q Probe) ([]float64, error) { return v.run(v.rows(), []Probe{q}) }
	o, f, err := OrderUnknown, finding{}, error(nil)
	_, isOutput := v.known[t.probe.Tensor]
	switch {
	case isOutput: // what is written shows there as it is read, in either order
		f, err = v.read(t.probe, o, run)
	case t.root: // the inputs of invokes are joined row by row
		o = OrderOuter
		f, err = v.read(t.probe, o, run)
	default:
		o, f, err = v.orderOf(t.probe, run)
	}
	switch {
	case err != nil:
		return err
	case f.failed != nil:
		v.settle(t, "a write there fails: "+f.failed.Error())
	case f.fits:
		v.settle(t, "")
		v.known[t.probe.Tensor] = o
	case f.leaks:
		return v.leaks(t)
	default:
		v.settle(t, reasonStill)
	}
	return nil
}

// outputs finds in which order the graph's outputs hold their rows, where they
// are folded: by it all other points are judged. One row of the model's inputs is
// changed for that.
func (v *verifier) outputs() error {
	v.known = map[string]Order{}
	look, ok := v.p.(OutputProber)
	for i := range v.s.Outputs {
		out := &v.s.Outputs[i]
		at := rowsIn(out.Type.Shape, v.s.Batch)
		if !at.Folded() {
			continue
		}
		v.known[out.Name] = OrderUnknown
		for _, t := range v.trials {
			if !ok || !t.root || t.probe.Row < 0 || t.failed != "" || t.probe.Rows.Folded() || !v.more() {
				continue
			}
			o, f, err := v.orderOf(t.probe, func(q Probe) ([]float64, error) {
				at.Order, q.Rows.Order = q.Rows.Order, OrderOuter
				v.runs++
				return look.ProbeOutput(v.ctx, v.rows(), []Probe{q}, out.Name, at)
			})
			if err != nil {
				return err
			}
			if f.fits && o != OrderUnknown {
				out.Rows, v.known[out.Name] = o, o
				break
			}
		}
	}
	return nil
}

// spread gives the orders that were found to all points of each tensor.
func (v *verifier) spread() {
	for _, m := range v.s.Modules {
		m.Points(func(p *Point) {
			if p.Rows == OrderUnknown {
				p.Rows = v.known[p.Tensor]
			}
		})
	}
}
