package tensor

import (
	"fmt"
	"strings"
)

// Shape is the symbolic dimensions of a tensor, outermost first. A nil Shape is
// of unknown rank; an empty one is a scalar.
type Shape []Dim

// Type is what is known of a tensor before it exists.
type Type struct {
	DType DType `json:"dtype"`
	Shape Shape `json:"shape"`
}

// Dims builds a constant shape.
func Dims(n ...int64) Shape {
	s := make(Shape, len(n))
	for i, v := range n {
		s[i] = N(v)
	}
	return s
}

// RankKnown reports whether the number of dimensions is known.
func (s Shape) RankKnown() bool { return s != nil }

// Equal reports whether both shapes are provably the same.
func (s Shape) Equal(o Shape) bool {
	if s == nil || o == nil || len(s) != len(o) {
		return false
	}
	for i := range s {
		if !s[i].Equal(o[i]) {
			return false
		}
	}
	return true
}

// Differs reports whether the shapes provably differ: another rank, or two
// constant dimensions that are not the same. Not Equal and not Differs means
// that only a run can tell.
func (s Shape) Differs(o Shape) bool {
	if s == nil || o == nil {
		return false
	}
	if len(s) != len(o) {
		return true
	}
	for i := range s {
		if d, ok := s[i].Sub(o[i]).Const(); ok && d != 0 {
			return true
		}
	}
	return false
}

// String prints "[batch, seq, 768]"; "[...]" for an unknown rank.
func (s Shape) String() string {
	if s == nil {
		return "[...]"
	}
	parts := make([]string, len(s))
	for i, d := range s {
		parts[i] = string(d)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// Axis turns an axis that may be negative into one in [0, rank).
func (s Shape) Axis(axis int64) (int, error) {
	a := axis
	if a < 0 {
		a += int64(len(s))
	}
	if s == nil {
		return 0, fmt.Errorf("axis %d of a tensor whose rank is not known", axis)
	}
	if a < 0 || a >= int64(len(s)) {
		return 0, fmt.Errorf("axis %d is out of range for shape %s", axis, s)
	}
	return int(a), nil
}

// Clone is a copy that can be changed.
func (s Shape) Clone() Shape {
	if s == nil {
		return nil
	}
	return append(Shape{}, s...)
}

// Eval gives the sizes of s under the given symbol values.
func (s Shape) Eval(symbols map[string]int64) ([]int64, error) {
	out := make([]int64, len(s))
	for i, d := range s {
		n, err := d.Eval(symbols)
		if err != nil {
			return nil, err
		}
		out[i] = n
	}
	return out, nil
}

// String prints "float32 [batch, seq, 768]".
func (t Type) String() string { return t.DType.String() + " " + t.Shape.String() }
