package modelspec

import (
	"sort"
	"strings"
)

// Moment is one place in the run at which mediators can be served: a tensor
// leaves a module, or enters one.
type Moment struct {
	Module *Module
	Point  *Point
	Side   Side
}

// Address is the moment's name: "transformer.h.5.output", "model.output" for the root.
func (m Moment) Address() string {
	return PathName(m.Module.Path) + "." + string(m.Side)
}

// PathName is how messages and addresses name a module: by its path, the root
// as "model".
func PathName(path string) string {
	if path == "" {
		return "model"
	}
	return path
}

// key orders moments by the nodes of the graph: a tensor exits right after its
// producer and enters right before its first consumer in the module.
func (m Moment) key() int {
	if m.Side == SideOutput {
		return 2*m.Point.Node + 1
	}
	return 2 * m.Point.Node
}

// depth is the module's distance from the root.
func (m Moment) depth() int {
	if m.Module.Path == "" {
		return 0
	}
	return 1 + strings.Count(m.Module.Path, ".")
}

// Timeline gives every moment of one forward in the order of the run. It is a
// linear extension of the graph with a hook at every moment: at one node first
// the enters (outer to inner), then the node, then the exits (inner to outer).
// Points marked absent have no moment.
func (s *Spec) Timeline() []Moment {
	var out []Moment
	for _, mod := range s.Modules {
		for _, p := range mod.Inputs {
			if p.Absent == "" {
				out = append(out, Moment{mod, p, SideInput})
			}
		}
		for _, p := range mod.Outputs {
			if p.Absent == "" {
				out = append(out, Moment{mod, p, SideOutput})
			}
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
