package modelspec

import "strings"

const operationsHelp = `# operations are what modules compute themselves: points of Source(). Modules of one
# kind share a list; each says its nodes and, behind *, what its tensors' names begin with.
`

// kinds writes the operations that modules share.
func (w *writer) kinds(kinds []*opKind) {
	if len(kinds) == 0 {
		return
	}
	w.printf("%soperations:\n", operationsHelp)
	for _, k := range kinds {
		w.printf("- kind: %s\n  tensors:\n", scalar(k.name))
		for _, t := range k.tensors {
			w.printf("  - {")
			if t.pattern != "" {
				w.printf("tensor: %s, ", scalar(t.pattern))
			}
			w.printf("type: %s", scalar(typeText(t.typ)))
			if t.mask {
				w.printf(", role: %s", RoleMask)
			}
			if t.measured {
				w.printf(", measured: true")
			}
			if t.checked {
				w.printf(", checked: true")
			}
			if t.rows != OrderUnknown {
				w.printf(", rows: %s", t.rows)
			}
			if t.absent != "" {
				w.printf(", absent: %s", scalar(t.absent))
			}
			w.printf("}\n")
		}
		w.printf("  list:\n")
		for _, o := range k.list {
			w.printf("  - {name: %s, op: %s, in: [%s], out: [%s]}\n", scalar(o.name), scalar(o.op), joinInts(o.in), joinInts(o.out))
		}
	}
}

// uses writes of which kind a module's operations are, call by call.
func (w *writer) uses(list []*opUse) {
	if len(list) == 0 {
		return
	}
	w.printf("  operations:\n")
	for _, u := range list {
		w.printf("  - {kind: %s, ", scalar(u.kind.name))
		if u.prefix != "" {
			w.printf("prefix: %s, ", scalar(u.prefix))
		}
		w.printf("nodes: [%s]", joinInts(u.nodes))
		var own []string
		for i, name := range u.tensors {
			if p := u.kind.tensors[i].pattern; p == "" || u.expand(p) != name {
				own = append(own, itoa(i)+": "+scalar(name))
			}
		}
		if len(own) > 0 {
			w.printf(", tensors: {%s}", strings.Join(own, ", "))
		}
		w.printf("}\n")
	}
}
