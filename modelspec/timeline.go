package modelspec

import (
	"slices"
	"sort"
	"strings"
)

// Moment is one place in the run at which mediators can be served: a tensor
// leaves a module or one of its operations, or enters one.
type Moment struct {
	Module    *Module
	Operation *Operation // whose point it is; nil: the module's own
	Point     *Point
	Side      Side
}

// Address is the moment's name: "transformer.h.5.output", "model.output" for the
// root, "transformer.h.5.attn.source.Softmax.output" inside a module, where tensors
// after the first have their number behind: "….source.Split.output.1".
func (m Moment) Address() string {
	if m.Operation != nil {
		return m.Operation.PointAddress(m.Module, m.Side, m.Point)
	}
	return PathName(m.Module.Path) + "." + string(m.Side)
}

// Address is the operation's name in messages and plans.
func (o *Operation) Address(m *Module) string { return PathName(m.Path) + ".source." + o.Name }

// PathName is how messages and addresses name a module: by its path, the root
// as "model".
func PathName(path string) string {
	if path == "" {
		return "model"
	}
	return path
}

// PointAddress names one of the operation's points.
func (o *Operation) PointAddress(m *Module, side Side, p *Point) string {
	list := o.Outputs
	if side == SideInput {
		list = o.Inputs
	}
	text := o.Address(m) + "." + string(side)
	if i := slices.Index(list, p); i > 0 {
		text += "." + itoa(i)
	}
	return text
}

// key orders moments by the nodes of the graph: a tensor exits right after its
// producer and enters right before its first consumer in the module.
func (m Moment) key() int {
	if m.Side == SideOutput {
		return 2*m.Point.Node + 1
	}
	return 2 * m.Point.Node
}

// depth is the distance from the root, of an operation one more than its module's.
func (m Moment) depth() int {
	d := 0
	if m.Operation != nil {
		d = 1
	}
	if m.Module.Path == "" {
		return d
	}
	return d + 1 + strings.Count(m.Module.Path, ".")
}

// Timeline gives every moment of one forward in the order of the run. It is a
// linear extension of the graph with a hook at every moment: at one node first
// the enters (outer to inner), then the node, then the exits (inner to outer).
// Points marked absent have no moment. It leaves out what is inside of modules.
func (s *Spec) Timeline() []Moment { return s.moments(false) }

// SourceTimeline is Timeline with the points of operations among those of modules.
func (s *Spec) SourceTimeline() []Moment { return s.moments(true) }

func (s *Spec) moments(operations bool) []Moment {
	var out []Moment
	add := func(m *Module, o *Operation, inputs, outputs []*Point) {
		for _, p := range inputs {
			if p.Absent == "" {
				out = append(out, Moment{m, o, p, SideInput})
			}
		}
		for _, p := range outputs {
			if p.Absent == "" {
				out = append(out, Moment{m, o, p, SideOutput})
			}
		}
	}
	for _, m := range s.Modules {
		add(m, nil, m.Inputs, m.Outputs)
		if !operations {
			continue
		}
		for _, o := range m.Operations {
			add(m, o, o.Inputs, o.Outputs)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return before(out[i], out[j]) })
	return out
}

func before(a, b Moment) bool {
	if a.key() != b.key() {
		return a.key() < b.key()
	}
	if a.Side == SideOutput {
		return a.depth() > b.depth()
	}
	return a.depth() < b.depth()
}
