package schedule

// ResultAddress is the address of the last moment of a run: its result.
const ResultAddress = "model.result"

// WithResult puts the result of the run behind all other moments: an output of
// the model as everything before has left it.
func WithResult(moments []Moment, output string) []Moment {
	return append(moments, Moment{Address: ResultAddress, Tensor: output, Exit: true})
}

// Conclude serves those who wait for the result of a run, when the model has
// run. at is the place that they ask for; base gives the result of all rows.
func (s *Scheduler[V]) Conclude(at At, base func() (V, error)) error {
	s.cell = newCell(s.p.Moments[at.Moment], s.p.Algebra, base)
	defer func() { s.cell = nil }()
	for again := true; again && s.failure == nil; {
		again = false
		for _, m := range s.meds {
			for s.failure == nil && m.status == waiting && m.req.Kind != Turn {
				var a Answer[V]
				if m.req.At == at {
					if a.Value, a.Err = s.cell.read(m.rows); a.Err == nil {
						s.note(m, &m.req)
					}
				} else if m.last == at { // it has the result and asks for what came before
					a = s.late(m, &m.req)
				} else {
					break
				}
				s.resume(m, a)
				again = true
			}
		}
	}
	return s.failure
}
