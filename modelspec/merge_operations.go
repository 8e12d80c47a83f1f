package modelspec

import "fmt"

// operations keeps what a user or a verification said of a module's operations,
// and says where a name means another tensor now: code that uses it still
// compiles. A spec of before there were operations has nothing to compare.
func (m *merger) operations(mod *Module, old []*Operation) {
	if len(old) == 0 {
		return
	}
	type key struct {
		name  string
		visit int
	}
	was := map[key]*Operation{}
	for _, o := range old {
		was[key{o.Name, o.Visit}] = o
	}
	var added, gone []string
	for _, o := range mod.Operations {
		k := key{o.Name, o.Visit}
		before := was[k]
		delete(was, k)
		if before == nil {
			added = append(added, o.Name)
			continue
		}
		m.operationPoints(mod, o, "input", before.Inputs, o.Inputs)
		m.operationPoints(mod, o, "output", before.Outputs, o.Outputs)
	}
	for _, o := range old {
		if was[key{o.Name, o.Visit}] == o {
			gone = append(gone, o.Name)
		}
	}
	if len(added) > 0 {
		m.say("new operations of %s: %s", display(mod.Path), someOf(added))
	}
	if len(gone) > 0 {
		m.say("operations of %s are gone: %s", display(mod.Path), someOf(gone))
	}
}

func (m *merger) operationPoints(mod *Module, o *Operation, what string, old, fresh []*Point) {
	for i, p := range fresh {
		name := fmt.Sprintf("%s %d of operation %s of %s", what, i, o.Name, display(mod.Path))
		if i >= len(old) {
			m.say("new %s", name)
			continue
		}
		if old[i].Tensor != p.Tensor {
			m.say("%s is %s (was %s)", name, quoted(p.Tensor), quoted(old[i].Tensor))
			continue
		}
		if m.same && !m.tried[p.Tensor] && p.Absent == "" {
			p.Checked, p.Absent = old[i].Checked, old[i].Absent
		}
		if m.fill(name, old[i].Type, &p.Type) {
			p.Measured = old[i].Measured
		}
		m.order(name, old[i].Rows, &p.Rows, p.Type)
	}
}
