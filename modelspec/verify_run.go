package modelspec

// identities writes back all tensors at once; if that changes anything, halves
// are tried until the culprits are alone.
func (v *verifier) identities() error { return v.identitiesOf(v.trials) }

func (v *verifier) identitiesOf(trials []*trial) error {
	var split func(list []*trial) error
	split = func(list []*trial) error {
		if len(list) == 0 || !v.more() {
			return nil
		}
		probes := make([]Probe, len(list))
		for i, t := range list {
			probes[i] = t.probe
			probes[i].Identity, probes[i].Row = true, -1
		}
		moved, err := v.run(v.rows(), probes)
		if v.ctx.Err() != nil {
			return v.ctx.Err()
		}
		if err == nil && v.largest(moved) <= v.o.Tolerance {
			return nil
		}
		if len(list) == 1 {
			list[0].failed = reasonIdentity
			if err != nil {
				list[0].failed = "a write there fails: " + err.Error()
			}
			return nil
		}
		if err := split(list[:len(list)/2]); err != nil {
			return err
		}
		return split(list[len(list)/2:])
	}
	if err := split(trials); err != nil {
		return err
	}
	for _, t := range trials {
		if t.failed != "" {
			v.settle(t, t.failed)
		}
	}
	return nil
}

func (v *verifier) largest(moved []float64) float64 {
	most := 0.0
	for _, d := range moved {
		most = max(most, nanIsMuch(d))
	}
	return most
}

// nanIsMuch makes a difference that is no number count as one.
func nanIsMuch(d float64) float64 {
	if d != d {
		return 1
	}
	return d
}

// together gives each trial a row of its own.
func (v *verifier) together(list []*trial) error {
	probes := make([]Probe, len(list))
	for i, t := range list {
		probes[i] = t.probe
		probes[i].Row = i + 1
		if t.probe.Attempt%2 == 1 { // another row: what it holds may be what kept the first still
			probes[i].Row = v.rows() - 1 - i
		}
	}
	moved, err := v.run(v.rows(), probes)
	if v.ctx.Err() != nil {
		return v.ctx.Err()
	}
	clean := err == nil && v.othersQuiet(moved, probes)
	for i, t := range list {
		switch {
		case clean && !v.quiet(moved[probes[i].Row]):
			v.settle(t, "")
		case len(list) == 1 && err != nil:
			v.settle(t, "a write there fails: "+err.Error())
		case len(list) == 1 && clean:
			v.settle(t, reasonStill)
		case len(list) == 1:
			if err := v.leaks(t); err != nil {
				return err
			}
		case clean:
			v.settle(t, reasonStill)
		case !v.more():
			return nil
		default:
			if err := v.together([]*trial{t}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (v *verifier) quiet(d float64) bool { return nanIsMuch(d) <= v.o.Tolerance }

// othersQuiet reports that nothing moved in rows that no probe wrote to.
func (v *verifier) othersQuiet(moved []float64, probes []Probe) bool {
	written := map[int]bool{}
	for _, q := range probes {
		written[q.Row] = true
	}
	for row, d := range moved {
		if !written[row] && !v.quiet(d) {
			return false
		}
	}
	return true
}

// leaks settles a trial that moved rows beside its own: that is the point's fault
// only where the model keeps its rows apart.
func (v *verifier) leaks(t *trial) error {
	if v.mixes == nil {
		mixes := false
		for _, in := range v.trials {
			if !in.root || in.probe.Row < 0 || in.failed != "" || mixes || !v.more() {
				continue
			}
			probe := in.probe
			probe.Row = 1
			moved, err := v.run(v.rows(), []Probe{probe})
			if v.ctx.Err() != nil {
				return v.ctx.Err()
			}
			mixes = err == nil && !v.othersQuiet(moved, []Probe{probe})
		}
		v.mixes = &mixes
		if mixes {
			v.s.Notes = append(v.s.Notes, noteMixes)
		}
	}
	if *v.mixes {
		v.settle(t, "")
	} else {
		v.settle(t, reasonLeak)
	}
	return nil
}

// noteMixes says what a model that compares its rows means for several invokes.
const noteMixes = "rows: an input's row moves the results of other rows too, so that several invokes in one trace see each other"

// alone changes the whole of a tensor that has no rows.
func (v *verifier) alone(t *trial) error {
	moved, err := v.run(min(v.rows(), 2), []Probe{t.probe})
	switch {
	case v.ctx.Err() != nil:
		return v.ctx.Err()
	case err != nil:
		v.settle(t, "a write there fails: "+err.Error())
	case v.largest(moved) <= v.o.Tolerance:
		v.settle(t, reasonStill)
	default:
		v.settle(t, "")
	}
	return nil
}

// settle marks a trial's points.
func (v *verifier) settle(t *trial, reason string) {
	t.ok, t.failed = reason == "", reason
	for _, p := range t.points {
		p.Checked = t.ok
		p.Absent = t.failed
	}
	if !t.tried {
		t.tried = true
		v.done++
	}
	if v.o.Progress != nil {
		v.o.Progress(v.done, v.total)
	}
}
