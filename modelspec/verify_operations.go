package modelspec

// operations tries writes at what operations make: in one module of each kind,
// the first, because those of one kind compute the same. Writing back what is
// there must change nothing, and rows must stay apart; a write that moves nothing
// is not held against an operation, whose result may be looked at by none or
// rounded away.
func (v *verifier) operations() (moved int, err error) {
	kinds, _ := operationKinds(v.s)
	trials := map[*Point]*trial{}
	var todo, rowed, whole []*trial
	byTensor := map[string]*trial{}
	for _, k := range kinds {
		for _, o := range k.uses[0].operations() {
			for _, p := range o.Outputs {
				if p.Absent != "" {
					continue
				}
				t := byTensor[p.Tensor]
				if t == nil {
					t = v.operationTrial(p)
					byTensor[p.Tensor] = t
					todo = append(todo, t)
				}
				trials[p] = t
			}
		}
	}
	v.total += len(todo)
	if err := v.identitiesOf(todo); err != nil {
		return 0, err
	}
	for _, t := range todo {
		switch {
		case t.failed != "":
		case t.probe.Row < 0:
			whole = append(whole, t)
		default:
			rowed = append(rowed, t)
		}
	}
	if err := v.move(rowed, whole); err != nil {
		return 0, err
	}
	for _, k := range kinds {
		moved += k.learn(v, trials)
	}
	return moved, nil
}

// operationTrial is a write at what an operation makes.
func (v *verifier) operationTrial(p *Point) *trial {
	t := &trial{probe: Probe{Tensor: p.Tensor, Type: p.Type, Role: p.Role, Row: -1, Inside: true}}
	t.probe.inRows(v.s)
	return t
}

// operations are those of one call of a module.
func (u *opUse) operations() []*Operation {
	var out []*Operation
	for _, o := range u.module.Operations {
		if o.Visit == u.visit {
			out = append(out, o)
		}
	}
	return out
}

// learn gives what was seen in the first module of a kind to all of them: they
// compute the same of the same types, with rows in the same order at their borders.
func (k *opKind) learn(v *verifier, trials map[*Point]*trial) (moved int) {
	first := k.uses[0].operations()
	for _, u := range k.uses {
		for i, o := range u.operations() {
			for j, p := range o.Outputs {
				t := trials[first[i].Outputs[j]]
				if t == nil {
					continue
				}
				p.Checked = t.ok
				if p.Rows == OrderUnknown {
					p.Rows = v.known[t.probe.Tensor]
				}
				if t.failed != "" && t.failed != reasonStill {
					p.Absent = t.failed
				}
				if t.ok {
					moved++
				}
			}
		}
	}
	return moved
}
