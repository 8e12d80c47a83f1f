package modelspec

// identities writes back all tensors at once; if that changes anything, halves
// are tried until the culprits are alone.
func (v *verifier) identities() error {
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
	if err := split(v.trials); err != nil {
		return err
	}
	for _, t := range v.trials {
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
	}
	moved, err := v.run(v.rows(), probes)
	if v.ctx.Err() != nil {
		return v.ctx.Err()
	}
	clean := err == nil && v.quiet(moved[0]) && v.allQuiet(moved[len(list)+1:])
	for i, t := range list {
		switch {
		case clean && !v.quiet(moved[i+1]):
			v.settle(t, "")
		case len(list) == 1 && err != nil:
			v.settle(t, "a write there fails: "+err.Error())
		case len(list) == 1 && clean:
			v.settle(t, reasonStill)
		case len(list) == 1:
			v.settle(t, reasonLeak)
		case clean && v.quiet(moved[i+1]):
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

func (v *verifier) allQuiet(moved []float64) bool {
	for _, d := range moved {
		if !v.quiet(d) {
			return false
		}
	}
	return true
}

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
	v.done++
	if v.o.Progress != nil {
		v.o.Progress(v.done, len(v.trials))
	}
}
