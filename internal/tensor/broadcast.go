package tensor

import "fmt"

// Broadcast gives the shape that elementwise operators produce. Dimensions are
// paired from the last one: equal ones stay, 1 takes the other's size, two that
// always differ are an error. What cannot be proven either way is left to the
// run: the result has the constant if one side has it, else Unknown. A shape of
// unknown rank makes the result's rank unknown.
func Broadcast(shapes ...Shape) (Shape, error) {
	out := Shape{}
	for _, s := range shapes {
		if out == nil || s == nil {
			out = nil
			continue
		}
		next, err := broadcast(out, s)
		if err != nil {
			return nil, err
		}
		out = next
	}
	return out, nil
}

func broadcast(a, b Shape) (Shape, error) {
	if len(a) < len(b) {
		a, b = b, a
	}
	out := a.Clone()
	shift := len(a) - len(b)
	for i, d := range b {
		j := i + shift
		m, ok := broadcastDim(a[j], d)
		if !ok {
			return nil, fmt.Errorf("shapes %s and %s do not broadcast: %s against %s", a, b, a[j], d)
		}
		out[j] = m
	}
	return out, nil
}

func broadcastDim(a, b Dim) (Dim, bool) {
	if a.Equal(b) {
		return a, true
	}
	x, xConst := a.Const()
	y, yConst := b.Const()
	switch {
	case xConst && x == 1:
		return b, true
	case yConst && y == 1:
		return a, true
	case a.Differs(b):
		return Unknown, false
	case xConst: // the run succeeds only where b is 1 or the same
		return a, true
	case yConst:
		return b, true
	}
	return Unknown, true
}

// Differs reports whether both dimensions provably never have the same size.
func (d Dim) Differs(o Dim) bool {
	n, ok := d.Sub(o).Const()
	return ok && n != 0
}

// Count is the number of elements as a dimension; Unknown for an unknown rank.
func (s Shape) Count() Dim {
	if s == nil {
		return Unknown
	}
	n := N(1)
	for _, d := range s {
		n = n.Mul(d)
	}
	return n
}

// Unify gives what is known of a shape that is both s and o, which must be of
// one rank: of each pair the dimension that says more. It fails where they differ.
func (s Shape) Unify(o Shape) (Shape, error) {
	if s == nil {
		return o.Clone(), nil
	}
	if o == nil {
		return s.Clone(), nil
	}
	if s.Differs(o) {
		return nil, fmt.Errorf("shapes %s and %s differ", s, o)
	}
	out := s.Clone()
	for i := range out {
		_, c := o[i].Const()
		if !out[i].Known() || c {
			out[i] = o[i]
		}
	}
	return out, nil
}
