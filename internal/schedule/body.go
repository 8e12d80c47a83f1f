package schedule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/modelspec"
)

// Body is what a skip leaves out: one call of a module. Moments are indexes into
// the timeline that it was made for.
type Body struct {
	Module string // "transformer.h.1"
	Enter  int    // where the run comes to the module: skips are decided there
	// Outs are the module's outputs: the one that Output means, then the others in
	// the order of the spec. Points are theirs.
	Outs   []int
	Points []*modelspec.Point
	// Inputs are the module's own inputs, by tensor.
	Inputs []string
	inside []int // its own inputs and all points of what is inside of it, ascending
}

// Has reports whether a moment is one of the module's inputs, or inside of it.
func (b *Body) Has(moment int) bool {
	_, ok := slices.BinarySearch(b.inside, moment)
	return ok
}

// BodyOf finds what skipping a module at one of its visits leaves out. The error
// says why the module cannot be skipped.
func BodyOf(timeline []modelspec.Moment, m *modelspec.Module, visit int) (*Body, error) {
	name := modelspec.PathName(m.Path)
	switch {
	case m.Path == "":
		return nil, fmt.Errorf("the model itself cannot be skipped: nothing would be left to run")
	case m.Absent != "":
		return nil, fmt.Errorf("%s cannot be skipped: %s", name, m.Absent)
	}
	b := &Body{Module: name, Enter: -1}
	after, last := -1, -1 // the visit before, and this one
	for i, at := range timeline {
		if at.Module != m || at.Operation != nil {
			continue
		}
		switch p := at.Point; {
		case at.Side == modelspec.SideOutput && p.Visit == visit:
			b.output(i, p)
			last = i
		case at.Side == modelspec.SideOutput && p.Visit == visit-1:
			after = i
		case at.Side == modelspec.SideInput && p.Visit == visit:
			b.Inputs = append(b.Inputs, p.Tensor)
			if p.Role == modelspec.RoleInput || b.Enter < 0 {
				b.Enter = i
			}
		}
	}
	if len(b.Outs) == 0 || b.Points[0].Role != modelspec.RoleOutput {
		return nil, fmt.Errorf("%s cannot be skipped: the spec does not say which tensor is its output", name)
	}
	for _, p := range m.Outputs {
		if p.Absent != "" && p.Visit == visit {
			return nil, fmt.Errorf("%s cannot be skipped: its output %s is absent (%s)", name, p.Tensor, p.Absent)
		}
	}
	for i, at := range timeline {
		own := at.Module == m && (at.Operation != nil || at.Side == modelspec.SideInput)
		if (own || strings.HasPrefix(at.Module.Path, m.Path+".")) && i > after && (m.Visits < 2 || i <= last) {
			b.inside = append(b.inside, i)
		}
	}
	if b.Enter < 0 {
		b.Enter = b.Outs[0]
		if len(b.inside) > 0 {
			b.Enter = b.inside[0]
		}
	}
	return b, nil
}

// output adds an output, the one that Output means first.
func (b *Body) output(i int, p *modelspec.Point) {
	if p.Role == modelspec.RoleOutput && (len(b.Points) == 0 || b.Points[0].Role != modelspec.RoleOutput) {
		b.Outs, b.Points = slices.Insert(b.Outs, 0, i), slices.Insert(b.Points, 0, p)
		return
	}
	b.Outs, b.Points = append(b.Outs, i), append(b.Points, p)
}
