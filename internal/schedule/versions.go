package schedule

// version is what a tensor was last written to, for everything that comes after.
type version[V any] struct {
	at    Moment
	value V
}

// Now is the moment that is being served, or was last; before the first, -1.
func (s *Scheduler[V]) Now() At { return s.now }

// Written gives the rows of a tensor as they were last written by now; ok is
// false where nobody has. Values that a single module alone was given do not count.
func (s *Scheduler[V]) Written(tensor string, rows int) (v V, ok bool, err error) {
	if c := s.cell; c != nil && c.changed && c.at.Exit && c.at.Tensor == tensor {
		v, err = c.read(rows)
		return v, true, err
	}
	w, ok := s.versions[tensor]
	if !ok || rows == AllRows {
		return w.value, ok, nil
	}
	v, err = s.p.Algebra.Narrow(w.value, rows, w.at)
	return v, true, err
}
