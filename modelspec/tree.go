package modelspec

import (
	"fmt"
	"strconv"
	"strings"
)

// TreeOptions say what Tree prints beside names and classes.
type TreeOptions struct {
	Points bool // each module's inputs and outputs, with tensors and shapes
	Ops    bool // each module's operations, with what they take and give
}

// Tree prints the module tree as torch prints a model: repeated elements of a
// list folded, aliases before the name they stand for. What is unsure, absent or
// called several times is said behind a #. The counts follow.
func Tree(s *Spec, o TreeOptions) string {
	aliases, _, _ := Aliases(s)
	p := &printer{o: o, children: map[string][]*Module{}, aliases: map[string][]aliasAt{}, known: map[string]*Module{}, texts: map[string]string{}}
	for _, m := range s.Modules {
		p.known[m.Path] = m
		if m.Path != "" {
			p.children[parentPath(m.Path)] = append(p.children[parentPath(m.Path)], m)
		}
	}
	for _, full := range sortedKeys(aliases) {
		host := parentPath(full)
		p.aliases[host] = append(p.aliases[host], aliasAt{lastPart(full), aliases[full]})
	}
	var b strings.Builder
	if root := p.known[""]; root != nil {
		b.WriteString(p.module(root))
		b.WriteByte('\n')
	}
	c := s.Counts
	fmt.Fprintf(&b, "\n%d modules found: %d sure, %d unsure, %d without nodes (from %s)\n", c.Found, c.Sure, c.Unsure, c.WithoutNodes, s.Source)
	for _, n := range s.Notes {
		fmt.Fprintf(&b, "note: %s\n", oneLine(n))
	}
	return b.String()
}

type printer struct {
	o        TreeOptions
	children map[string][]*Module
	aliases  map[string][]aliasAt // host → aliases bound there
	known    map[string]*Module
	texts    map[string]string // what module gave, by path
}

// module prints a module and all below it, unindented.
func (p *printer) module(m *Module) string {
	text, ok := p.texts[m.Path]
	if !ok {
		text = p.print(m)
		p.texts[m.Path] = text
	}
	return text
}

func (p *printer) print(m *Module) string {
	var lines []string
	if p.o.Points {
		lines = append(lines, pointLines(m)...)
	}
	if p.o.Ops {
		lines = append(lines, p.operationLines(m)...)
	}
	lines = append(lines, p.childLines(m)...)
	head := shownClass(m) + "("
	mark := remark(m)
	if len(lines) == 0 {
		return head + ")" + mark
	}
	return head + mark + "\n  " + strings.Join(lines, "\n  ") + "\n)"
}

// shownClass is the class as printed: a stand-in where it is not known.
func shownClass(m *Module) string {
	switch {
	case m.Class != "":
		return printable(m.Class)
	case m.Path == "":
		return "Model"
	}
	return "Module"
}

// childLines folds neighbours that print the same.
func (p *printer) childLines(m *Module) []string {
	direct := map[string][]string{}
	var mounts []aliasAt
	for _, a := range p.aliases[m.Path] {
		if parentPath(a.target) == m.Path {
			direct[a.target] = append(direct[a.target], a.name)
		} else {
			mounts = append(mounts, a)
		}
	}
	var out []string
	kids := p.children[m.Path]
	for i := 0; i < len(kids); {
		text := p.module(kids[i])
		j := i + 1
		if isNumber(lastPart(kids[i].Path)) && len(direct[kids[i].Path]) == 0 {
			for j < len(kids) && follows(kids[j-1], kids[j]) && len(direct[kids[j].Path]) == 0 && p.module(kids[j]) == text {
				j++
			}
		}
		label := printable(lastPart(kids[i].Path))
		if j > i+1 {
			label = fmt.Sprintf("%s-%s): %d x ", label, lastPart(kids[j-1].Path), j-i)
		} else {
			label = strings.Join(append(direct[kids[i].Path], label), "/") + "): "
		}
		out = append(out, indent("("+label+text))
		i = j
	}
	for _, a := range mounts {
		if t := p.known[a.target]; t != nil {
			out = append(out, indent("("+printable(a.name)+"): "+p.module(t)))
		}
	}
	return out
}

// follows reports neighbouring elements of a list.
func follows(a, b *Module) bool {
	x, errX := strconv.Atoi(lastPart(a.Path))
	y, errY := strconv.Atoi(lastPart(b.Path))
	return errX == nil && errY == nil && y == x+1
}

func indent(s string) string { return strings.ReplaceAll(s, "\n", "\n  ") }

// printable keeps a name on its line.
func printable(s string) string {
	q := strconv.Quote(s)
	return q[1 : len(q)-1]
}

// remark says what a user should know before using a module.
func remark(m *Module) string {
	var parts []string
	if m.Visits > 1 {
		parts = append(parts, fmt.Sprintf("%d visits", m.Visits))
	}
	if m.Absent != "" && m.Absent != reasonList {
		parts = append(parts, "absent: "+oneLine(m.Absent))
	}
	unknown, gone := map[string]bool{}, map[string]bool{}
	for _, list := range [][]*Point{m.Inputs, m.Outputs} {
		for _, p := range list {
			if p.Absent != "" {
				gone[oneLine(p.Absent)] = true
			} else if p.Role == RoleUnknown {
				unknown[printable(p.Tensor)] = true
			}
		}
	}
	if len(unknown) > 0 {
		parts = append(parts, "role unknown: "+someOf(sortedKeys(unknown)))
	}
	for _, reason := range sortedKeys(gone) {
		parts = append(parts, "absent point: "+reason)
	}
	if len(parts) == 0 {
		return ""
	}
	return "  # " + strings.Join(parts, "; ")
}

func pointLines(m *Module) []string {
	var out []string
	for _, side := range []struct {
		arrow string
		list  []*Point
	}{{"<-", m.Inputs}, {"->", m.Outputs}} {
		for _, p := range side.list {
			line := fmt.Sprintf("%s %s %s %s", side.arrow, p.Role, typeText(p.Type), printable(p.Tensor))
			if m.Visits > 1 {
				line += fmt.Sprintf(" visit %d", p.Visit)
			}
			if p.Absent != "" {
				line += " absent"
			}
			out = append(out, line)
		}
	}
	return out
}

// operationLines prints what a module computes itself, of its first call.
func (p *printer) operationLines(m *Module) []string {
	by := givers(m, p.children[m.Path])
	var out []string
	for _, o := range m.Operations {
		if o.Visit == 0 {
			out = append(out, fmt.Sprintf("* %s = %s", o.Name, o.describe(by)))
		}
	}
	return out
}
