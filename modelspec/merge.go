package modelspec

import (
	"fmt"
	"sort"

	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec/shapes"
)

// Merge puts the hand edits of an old spec into a newly inferred one, and says
// what changed. A hand edit is what differs from inference where a user may
// write: rename, map, views, the class of a module, the role of a tensor that is still
// there (unless it was unknown), the name of a symbol, and a dimension given
// where inference has none. To undo one, take the key out of the file.
func Merge(old, fresh *Spec) (*Spec, []string) {
	m := &merger{old: old, s: fresh, same: old.Fingerprint == fresh.Fingerprint, tried: map[string]bool{}}
	for _, mod := range fresh.Modules {
		mod.Points(func(p *Point) { m.tried[p.Tensor] = m.tried[p.Tensor] || p.Checked })
	}
	m.symbols()
	m.s.Rename, m.s.places = old.Rename, old.places
	m.s.Map = old.Map
	if !m.same {
		m.say("the model's graph is another one: %s", short(fresh.Fingerprint))
	}
	m.values("input", old.Inputs, m.s.Inputs)
	m.values("output", old.Outputs, m.s.Outputs)
	m.modules()
	m.s.Counts = m.s.Count()
	if old.Counts != m.s.Counts {
		c := m.s.Counts
		m.say("counts: %d found, %d sure, %d unsure, %d without nodes", c.Found, c.Sure, c.Unsure, c.WithoutNodes)
	}
	return m.s, m.changes
}

type merger struct {
	old, s  *Spec
	same    bool            // whether the graph is
	tried   map[string]bool // tensors that were written now, at whichever point, and moved the result
	changes []string
}

func (m *merger) say(format string, args ...any) {
	m.changes = append(m.changes, fmt.Sprintf(format, args...))
}

// symbols gives symbols that stand for the same axis the names that the old spec has.
func (m *merger) symbols() {
	type axis struct {
		input string
		n     int
	}
	was := map[axis]string{}
	for _, s := range m.old.Symbols {
		was[axis{s.Input, s.Axis}] = s.Name
	}
	taken := map[string]bool{}
	for _, s := range m.s.Symbols {
		taken[s.Name] = true
	}
	by := map[string]tensor.Dim{}
	for i, s := range m.s.Symbols {
		name := was[axis{s.Input, s.Axis}]
		if name == "" || name == s.Name || taken[name] {
			continue
		}
		by[s.Name] = tensor.Dim(name)
		m.s.Symbols[i].Name = name
		m.say("kept the symbol %s for %s", name, s.Name)
	}
	if len(by) == 0 {
		return
	}
	if d, ok := by[m.s.Batch]; ok {
		m.s.Batch = string(d)
	}
	for _, list := range [][]Value{m.s.Inputs, m.s.Outputs} {
		for i := range list {
			list[i].Type = renameType(list[i].Type, by)
		}
	}
	for _, mod := range m.s.Modules {
		mod.Points(func(p *Point) { p.Type = renameType(p.Type, by) })
	}
}

func renameType(t tensor.Type, by map[string]tensor.Dim) tensor.Type {
	t.Shape = t.Shape.Clone()
	for i, d := range t.Shape {
		t.Shape[i] = shapes.Substitute(d, by)
	}
	return t
}

func (m *merger) values(what string, old, fresh []Value) {
	was := map[string]Value{}
	for _, v := range old {
		was[v.Name] = v
	}
	for i := range fresh {
		v := &fresh[i]
		o, ok := was[v.Name]
		delete(was, v.Name)
		switch {
		case !ok:
			m.say("new %s %s", what, quoted(v.Name))
			continue
		case o.Role != v.Role && o.Role != RoleUnknown:
			m.say("kept the role %s of %s %s (inferred: %s)", o.Role, what, quoted(v.Name), v.Role)
			v.Role = o.Role
		}
		if o.Class != v.Class && o.Class != "" {
			v.Class = o.Class
		}
		if o.Pair != "" && v.Pair == "" {
			v.Pair = o.Pair
		}
		m.fill(what+" "+quoted(v.Name), o.Type, &v.Type)
		m.order(what+" "+quoted(v.Name), o.Rows, &v.Rows, v.Type)
	}
	for _, name := range sortedKeys(was) {
		m.say("%s %s is gone", what, quoted(name))
	}
}

// fill keeps dimensions that only the old spec knows, and says where both know and differ.
func (m *merger) fill(what string, old tensor.Type, fresh *tensor.Type) bool {
	if len(old.Shape) != len(fresh.Shape) || old.Shape == nil {
		if old.Shape != nil {
			m.say("%s is %s (was %s)", what, typeText(*fresh), typeText(old))
		}
		return false
	}
	kept := false
	for i, d := range fresh.Shape {
		if !d.Known() && old.Shape[i].Known() {
			fresh.Shape[i] = old.Shape[i]
			kept = true
		}
	}
	if !kept && !old.Shape.Equal(fresh.Shape) && typeText(old) != typeText(*fresh) {
		m.say("%s is %s (was %s)", what, typeText(*fresh), typeText(old))
	}
	return kept
}

func (m *merger) modules() {
	was := map[string]*Module{}
	for _, mod := range m.old.Modules {
		was[mod.Path] = mod
	}
	for _, mod := range m.s.Modules {
		o := was[mod.Path]
		delete(was, mod.Path)
		if o == nil {
			m.say("new module %s", display(mod.Path))
			continue
		}
		if o.Class != "" && o.Class != mod.Class {
			if mod.Class != "" {
				m.say("kept the class %s of %s (inferred: %s)", o.Class, display(mod.Path), mod.Class)
			}
			mod.Class = o.Class
		}
		if o.Absent != mod.Absent && mod.Absent != "" {
			m.say("module %s is absent: %s", display(mod.Path), mod.Absent)
		}
		m.points(mod, "input", o.Inputs, mod.Inputs)
		m.points(mod, "output", o.Outputs, mod.Outputs)
		m.operations(mod, o.Operations)
	}
	gone := sortedKeys(was)
	sort.Strings(gone)
	for _, path := range gone {
		m.say("module %s is gone", display(path))
	}
}

type pointKey struct {
	tensor string
	visit  int
}

func (m *merger) points(mod *Module, what string, old, fresh []*Point) {
	was := map[pointKey]*Point{}
	for _, p := range old {
		was[pointKey{p.Tensor, p.Visit}] = p
	}
	kept := map[int]*Point{} // visit → the point that a user made the main one
	for _, p := range fresh {
		k := pointKey{p.Tensor, p.Visit}
		o := was[k]
		delete(was, k)
		name := fmt.Sprintf("%s %s of %s", what, quoted(p.Tensor), display(mod.Path))
		if o == nil {
			if len(old) > 0 {
				m.say("new %s", name)
			}
			continue
		}
		if o.Role != p.Role && o.Role != RoleUnknown {
			m.say("kept the role %s of %s (inferred: %s)", o.Role, name, p.Role)
			p.Role = o.Role
			if mainRole(p.Role) {
				kept[p.Visit] = p
			}
		}
		if m.same && !p.Checked && p.Absent == "" { // not tried again: what was seen still holds
			p.Checked, p.Absent = o.Checked, o.Absent
		}
		if len(o.Views) > 0 {
			p.Views = o.Views
		}
		if m.fill(name, o.Type, &p.Type) {
			p.Measured = o.Measured
		}
		m.order(name, o.Rows, &p.Rows, p.Type)
	}
	for _, p := range fresh { // one main tensor a visit: the user's
		if k := kept[p.Visit]; k != nil && k != p && p.Role == k.Role {
			p.Role = RoleOther
		}
	}
	for _, o := range old {
		if was[pointKey{o.Tensor, o.Visit}] == o {
			m.say("%s %s of %s is gone", what, quoted(o.Tensor), display(mod.Path))
		}
	}
}

// order keeps the order of rows that nobody has seen anew: it is the user's, or of
// a check before.
func (m *merger) order(name string, old Order, fresh *Order, t tensor.Type) {
	switch {
	case old == *fresh || old == OrderUnknown || !rowsIn(t.Shape, m.s.Batch).Folded():
	case *fresh == OrderUnknown:
		*fresh = old
	default:
		m.say("the rows of %s are %s (were %s)", name, *fresh, old)
	}
}

func mainRole(r Role) bool { return r == RoleInput || r == RoleOutput }

func short(fingerprint string) string {
	const shown = 19 // "sha256:" and twelve digits
	if len(fingerprint) > shown {
		return fingerprint[:shown] + "…"
	}
	return fingerprint
}
