package modelspec

import (
	"fmt"
	"strconv"
	"strings"
)

const header = `# The module spec of %s, written by nngen spec. It is all that generating code
# reads of the model: commit it. Edit it by hand where it is wrong or unsure
# (role: unknown); nngen spec keeps such edits: class and role of what is there,
# rename, map and the names of symbols.
`

const renameHelp = `# rename gives modules more names: {transformer.h: layers, attn: [attention, self_attn]}
`

const mapHelp = `# map gives modules to models whose file names none: {block.0: "/Add_3_output_0"}
`

// Write gives the spec as YAML, the same bytes for the same spec: one line for
// each point, so that changes show well in a diff.
func Write(s *Spec) []byte {
	w := &writer{}
	w.printf(header, oneLine(s.Model))
	w.key("nnspec", strconv.Itoa(s.Version))
	w.key("model", scalar(s.Model))
	w.key("fingerprint", plainHash(s.Fingerprint))
	w.key("opset", strconv.FormatInt(s.Opset, 10))
	w.key("ir", strconv.FormatInt(s.IR, 10))
	w.key("source", string(s.Source))
	if s.Batch != "" {
		w.key("batch", scalar(s.Batch))
	}
	w.symbols(s.Symbols)
	w.values("inputs", s.Inputs)
	w.values("outputs", s.Outputs)
	w.printf("%s", renameHelp)
	w.rename(s.Rename)
	w.printf("%s", mapHelp)
	w.byName("map", "", s.Map)
	if len(s.Notes) > 0 {
		w.printf("notes:\n")
		for _, n := range s.Notes {
			w.printf("- %s\n", scalar(n))
		}
	}
	w.printf("counts: {found: %d, sure: %d, unsure: %d, without_nodes: %d}\n", s.Counts.Found, s.Counts.Sure, s.Counts.Unsure, s.Counts.WithoutNodes)
	kinds, uses := operationKinds(s)
	w.kinds(kinds)
	if len(s.Modules) == 0 {
		w.printf("modules: []\n")
	} else {
		w.printf("modules:\n")
	}
	for _, m := range s.Modules {
		w.module(m)
		w.uses(uses[m])
	}
	return []byte(w.String())
}

type writer struct{ strings.Builder }

func (w *writer) printf(format string, args ...any) { fmt.Fprintf(w, format, args...) }

func (w *writer) key(k, v string) { w.printf("%s: %s\n", k, v) }

func (w *writer) symbols(list []Symbol) {
	if len(list) == 0 {
		return
	}
	w.printf("symbols:\n")
	for _, s := range list {
		w.printf("- {name: %s, input: %s, axis: %d}\n", scalar(s.Name), scalar(s.Input), s.Axis)
	}
}

func (w *writer) values(key string, list []Value) {
	if len(list) == 0 {
		return
	}
	w.printf("%s:\n", key)
	for _, v := range list {
		w.printf("- {name: %s, role: %s, type: %s", scalar(v.Name), v.Role, scalar(typeText(v.Type)))
		if v.Class != "" {
			w.printf(", class: %s", scalar(v.Class))
		}
		if v.Pair != "" {
			w.printf(", pair: %s", scalar(v.Pair))
		}
		if v.Rows != OrderUnknown {
			w.printf(", rows: %s", v.Rows)
		}
		w.printf("}\n")
	}
}

func (w *writer) rename(names map[string][]string) {
	if len(names) == 0 {
		w.printf("rename: {}\n")
		return
	}
	w.printf("rename:\n")
	for _, k := range sortedKeys(names) {
		list := names[k]
		if len(list) == 1 {
			w.printf("  %s: %s\n", scalar(k), scalar(list[0]))
			continue
		}
		parts := make([]string, len(list))
		for i, a := range list {
			parts[i] = scalar(a)
		}
		w.printf("  %s: [%s]\n", scalar(k), strings.Join(parts, ", "))
	}
}

// byName writes a mapping of names to names in block form.
func (w *writer) byName(key, indent string, m map[string]string) {
	if len(m) == 0 {
		w.printf("%s%s: {}\n", indent, key)
		return
	}
	w.printf("%s%s:\n", indent, key)
	for _, k := range sortedKeys(m) {
		w.printf("%s  %s: %s\n", indent, scalar(k), scalar(m[k]))
	}
}

func (w *writer) module(m *Module) {
	w.printf("- path: %s\n", scalar(m.Path))
	if m.Class != "" {
		w.printf("  class: %s\n", scalar(m.Class))
	}
	w.printf("  nodes: %d\n", m.Nodes)
	if m.Visits != 1 {
		w.printf("  visits: %d\n", m.Visits)
	}
	if m.Absent != "" {
		w.printf("  absent: %s\n", scalar(m.Absent))
	}
	if len(m.Weights) > 0 {
		w.weights(m)
	}
	w.points("inputs", m.Inputs)
	w.points("outputs", m.Outputs)
}

func (w *writer) weights(m *Module) {
	w.printf("  weights:\n")
	for _, k := range sortedKeys(m.Weights) {
		if t, ok := m.Sizes[k]; ok {
			w.printf("    %s: {tensor: %s, type: %s}\n", scalar(k), scalar(m.Weights[k]), scalar(typeText(t)))
		} else {
			w.printf("    %s: %s\n", scalar(k), scalar(m.Weights[k]))
		}
	}
}

func (w *writer) points(key string, list []*Point) {
	if len(list) == 0 {
		return
	}
	w.printf("  %s:\n", key)
	for _, p := range list {
		w.printf("  - {role: %s, tensor: %s, type: %s", p.Role, scalar(p.Tensor), scalar(typeText(p.Type)))
		if p.Visit > 0 {
			w.printf(", visit: %d", p.Visit)
		}
		w.printf(", node: %d", p.Node)
		if len(p.Consumers) > 0 {
			w.printf(", consumers: [%s]", joinInts(p.Consumers))
		}
		if p.Measured {
			w.printf(", measured: true")
		}
		if p.Checked {
			w.printf(", checked: true")
		}
		if p.Absent != "" {
			w.printf(", absent: %s", scalar(p.Absent))
		}
		if p.Rows != OrderUnknown {
			w.printf(", rows: %s", p.Rows)
		}
		w.views(p.Views)
		w.printf("}\n")
	}
}

func (w *writer) views(list []View) {
	if len(list) == 0 {
		return
	}
	parts := make([]string, len(list))
	for i, v := range list {
		var keys []string
		if v.Axis != -1 {
			keys = append(keys, fmt.Sprintf("axis: %d", v.Axis))
		}
		if v.To > 0 {
			keys = append(keys, fmt.Sprintf("from: %d, to: %d", v.From, v.To))
		}
		if v.Heads > 0 {
			keys = append(keys, fmt.Sprintf("heads: %d", v.Heads))
		}
		parts[i] = scalar(v.Name) + ": {" + strings.Join(keys, ", ") + "}"
	}
	w.printf(", views: {%s}", strings.Join(parts, ", "))
}
