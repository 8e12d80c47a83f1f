package modelspec

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/tensor"
)

// View names a part of a module's input or output: the queries in a fused
// projection, for instance. A user writes it into the spec, or nngen spec does
// where the graph leaves no doubt. Accessors get methods named after it.
type View struct {
	Name     string
	Axis     int   // that is cut, -1 for the last
	From, To int64 // the positions; To 0: all of them
	Heads    int   // what is cut is split into so many heads, before the axis ahead of it; 0: not
}

// Type is that of the view of a tensor of type t.
func (v View) Type(t tensor.Type) (tensor.Type, error) {
	out := tensor.Type{DType: t.DType}
	if t.Shape == nil {
		return out, nil
	}
	axis, err := t.Shape.Axis(int64(v.Axis))
	if err != nil {
		return out, err
	}
	s := t.Shape.Clone()
	n, known := s[axis].Const()
	switch {
	case v.To > 0 && known && v.To > n:
		return out, fmt.Errorf("it ends at %d, axis %d of %s has %d", v.To, v.Axis, t, n)
	case v.To > 0:
		s[axis] = tensor.N(v.To - v.From)
	}
	if v.Heads == 0 {
		out.Shape = s
		return out, nil
	}
	rank := len(s)
	d, known := s[rank-1].Const()
	switch {
	case axis != rank-1 || rank < 2:
		return out, fmt.Errorf("heads are cut out of the last axis of several, this is axis %d of %s", v.Axis, t)
	case known && d%int64(v.Heads) != 0:
		return out, fmt.Errorf("%s features cannot be split into %d heads", s[rank-1], v.Heads)
	}
	out.Shape = append(s[:rank-2].Clone(), tensor.N(int64(v.Heads)), s[rank-2], s[rank-1].Div(int64(v.Heads)))
	return out, nil
}

// text says what the view is: "0 to 48 of axis -1 in 4 heads".
func (v View) text() string {
	out := "all"
	if v.To > 0 {
		out = fmt.Sprintf("%d to %d", v.From, v.To)
	}
	out += fmt.Sprintf(" of axis %d", v.Axis)
	if v.Heads > 0 {
		out += fmt.Sprintf(" in %d heads", v.Heads)
	}
	return out
}

// ViewAt is a view with the point that it is a part of.
type ViewAt struct {
	View
	Side  Side
	Point *Point
}

// GoName names the accessor's method that reads the view; the one that writes it
// has Set in front.
func (v ViewAt) GoName() string { return GoName(v.Name) }

// Views lists the views of a module's input and output, in the order of the spec.
func (m *Module) Views() []ViewAt {
	var out []ViewAt
	for _, side := range []Side{SideInput, SideOutput} {
		points, role := m.Inputs, RoleInput
		if side == SideOutput {
			points, role = m.Outputs, RoleOutput
		}
		for _, p := range points {
			if p.Role != role || p.Visit != 0 {
				continue
			}
			for _, v := range p.Views {
				out = append(out, ViewAt{v, side, p})
			}
		}
	}
	return out
}

// View finds a view by its name in the spec.
func (m *Module) View(name string) (ViewAt, bool) {
	for _, v := range m.Views() {
		if v.Name == name {
			return v, true
		}
	}
	return ViewAt{}, false
}

// ViewNames lists the names of a module's views.
func (m *Module) ViewNames() []string {
	var out []string
	for _, v := range m.Views() {
		out = append(out, v.Name)
	}
	return out
}

// AccessorView is a pair of methods of an accessor type.
type AccessorView struct {
	GoName string
	Name   string // in the spec
	Doc    string // "0 to 48 of axis -1 in 4 heads of the output: float32 [batch, 4, seq, 12]"
}

// views gives the methods of the views of a type's first module, and reserves
// their names.
func (n *accessorNode) views(names *namer) []AccessorView {
	var out []AccessorView
	for _, v := range n.m.Views() {
		t, err := v.Type(v.Point.Type)
		doc := fmt.Sprintf("%s of the %s", v.text(), v.Side)
		if err == nil {
			doc += ": " + typeText(t)
		}
		out = append(out, AccessorView{GoName: v.GoName(), Name: v.Name, Doc: doc})
		names.used[v.GoName()], names.used["Set"+v.GoName()] = true, true
	}
	return out
}
