// Package caching decides what a cache holds: which tensors of which modules,
// and how the values that a run gives, in the order of the run, become entries.
// The interpreter uses it while a model runs, the compiler when code is
// generated, so that both give the same caches.
package caching

import (
	"fmt"

	"github.com/nngen-go/nngen/modelspec"
)

// Options say what a cache keeps.
type Options struct {
	All     bool     // every module
	Modules []string // paths, where not All
	Inputs  bool
	Outputs bool
}

// Group is what enters or leaves a module in one call of it: one event of a run.
type Group struct {
	Module *modelspec.Module
	Side   modelspec.Side
	Points []*modelspec.Point // in the order in which the spec lists them
	Main   int                // of Points, what Input() or Output() means; -1 where the spec does not tell
}

// Groups gives what a cache keeps. A model's own key-value cache is left out: it
// belongs to the decode loop. A module that is named and has nothing to keep is
// an error, one that merely is among all is not.
func Groups(spec *modelspec.Spec, o Options) ([]*Group, error) {
	wanted := map[string]bool{}
	for _, p := range o.Modules {
		wanted[p] = true
	}
	var out []*Group
	for _, m := range spec.Modules {
		if !o.All && !wanted[m.Path] {
			continue
		}
		n := len(out)
		if o.Inputs {
			out = append(out, groups(m, modelspec.SideInput)...)
		}
		if o.Outputs {
			out = append(out, groups(m, modelspec.SideOutput)...)
		}
		if n == len(out) && !o.All {
			return nil, fmt.Errorf("%s has nothing to keep: %s", modelspec.PathName(m.Path), reason(m))
		}
	}
	return out, nil
}

func reason(m *modelspec.Module) string {
	if m.Absent != "" {
		return m.Absent
	}
	return "the spec knows no tensor there"
}

// groups gives one side of a module, call by call.
func groups(m *modelspec.Module, side modelspec.Side) []*Group {
	if m.Absent != "" {
		return nil
	}
	list, role := m.Outputs, modelspec.RoleOutput
	if side == modelspec.SideInput {
		list, role = m.Inputs, modelspec.RoleInput
	}
	var out []*Group
	of := map[int]*Group{}
	for _, p := range list {
		if p.Absent != "" || p.Role == modelspec.RolePast || p.Role == modelspec.RolePresent {
			continue
		}
		g := of[p.Visit]
		if g == nil {
			g = &Group{Module: m, Side: side, Main: -1}
			of[p.Visit] = g
			out = append(out, g)
		}
		if p.Role == role && g.Main < 0 {
			g.Main = len(g.Points)
		}
		g.Points = append(g.Points, p)
	}
	return out
}

// Record is one entry: places of values in the order in which Recorder numbers them.
type Record struct {
	Module  string
	Inputs  []int
	Outputs []int
	Input   int // of Inputs, -1 for none
	Output  int // of Outputs, -1 for none
}

// Recorder makes entries of what a run gives. What enters a module opens a new
// entry; what leaves it fills the module's last entry if that has no outputs
// yet, and else opens one.
type Recorder struct {
	Records []*Record
	Slots   int // how many places there are so far

	last map[string]*Record
	open map[*Group]int // first place of what is under way
}

// Add takes in point i of a group and gives the place of its value.
func (r *Recorder) Add(g *Group, i int) int {
	if r.open == nil {
		r.open, r.last = map[*Group]int{}, map[string]*Record{}
	}
	first, ok := r.open[g]
	if !ok {
		first = r.begin(g)
		r.open[g] = first
	}
	return first + i
}

// begin finds or opens the entry of an event.
func (r *Recorder) begin(g *Group) int {
	first := r.Slots
	r.Slots += len(g.Points)
	places := make([]int, len(g.Points))
	for i := range places {
		places[i] = first + i
	}
	path := g.Module.Path
	rec := r.last[path]
	if g.Side == modelspec.SideInput || rec == nil || rec.Outputs != nil {
		rec = &Record{Module: path, Input: -1, Output: -1}
		r.Records = append(r.Records, rec)
		r.last[path] = rec
	}
	if g.Side == modelspec.SideInput {
		rec.Inputs, rec.Input = places, g.Main
	} else {
		rec.Outputs, rec.Output = places, g.Main
	}
	return first
}

// Again begins another run over the same modules, whose entries follow.
func (r *Recorder) Again() { clear(r.open) }
