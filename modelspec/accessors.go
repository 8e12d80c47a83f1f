package modelspec

import (
	"fmt"
	"strconv"
	"strings"
)

// AccessorTree is the shape of a model's accessor package: which Go types there
// are, and which fields lead to which modules.
type AccessorTree struct {
	Root  string // the type of the whole model
	Types []*AccessorType
}

// AccessorType is a Go struct type that modules of one structure share.
type AccessorType struct {
	Name    string
	Class   string // of its modules, "" where not known
	Path    string // of the first of its modules
	Count   int    // how many modules have it
	Fields  []AccessorField
	Aliases bool // whether some of the fields are aliases
	Views   []AccessorView
	Source  *AccessorSource // nil: its modules have no operations
}

// AccessorField is a child module, an array of them, or an alias of one.
type AccessorField struct {
	GoName string
	Tag    string // path from the module that holds the field, "h.%d" for an array
	Len    int    // of the array, 0 for a single module
	Type   string
	Alias  bool
	Doc    string // "Output: float32 [batch, seq, 768]"
}

// Accessors plans the accessor package of a spec. It is linear in the number of
// modules, and the same for the same spec.
func Accessors(s *Spec) *AccessorTree {
	aliases, _, _ := Aliases(s)
	a := &accessors{
		nodes: make(map[string]*accessorNode, len(s.Modules)), aliases: map[string][]aliasAt{},
		types: map[string]*AccessorType{}, names: newNamer(packageNames), tree: &AccessorTree{Root: "Model"},
	}
	a.grow(s)
	for _, full := range sortedKeys(aliases) {
		host := parentPath(full)
		a.aliases[host] = append(a.aliases[host], aliasAt{lastPart(full), aliases[full]})
	}
	if root := a.nodes[""]; root != nil {
		a.visit(root)
		a.name(root)
		a.finish(root)
		a.sources()
	}
	return a.tree
}

type aliasAt struct{ name, target string }

type accessorNode struct {
	path     string
	m        *Module
	children []*accessorNode
	key      string            // the structure: equal keys share a type
	list     bool              // stands in its parent as an array, without a type of its own
	items    bool              // has a type whose numbered children are an array
	givers   map[string]string // tensor → what makes it, for the documentation of operations
}

type accessors struct {
	nodes   map[string]*accessorNode
	aliases map[string][]aliasAt
	ids     map[string]int // structure → number, so that keys stay short
	types   map[string]*AccessorType
	names   *namer
	tree    *AccessorTree
	order   []*accessorNode // first module of each type
	all     []*accessorNode
}

func (a *accessors) grow(s *Spec) {
	a.ids = map[string]int{}
	for _, m := range s.Modules {
		n := &accessorNode{path: m.Path, m: m}
		a.nodes[m.Path] = n
		a.all = append(a.all, n)
		if m.Path == "" {
			continue
		}
		if p := a.nodes[parentPath(m.Path)]; p != nil {
			p.children = append(p.children, n)
		}
	}
}

// visit works out structures, children first.
func (a *accessors) visit(n *accessorNode) {
	for _, c := range n.children {
		a.visit(c)
	}
	alike := numbered(n)
	for _, c := range n.children {
		alike = alike && c.key == n.children[0].key && !c.list
	}
	bare := len(n.m.Inputs)+len(n.m.Outputs)+len(n.m.Weights) == 0
	n.list = alike && bare && n.path != "" && len(a.aliases[n.path]) == 0
	n.items = alike && !n.list
	var b strings.Builder
	fmt.Fprintf(&b, "%q", a.baseName(n))
	for i, c := range n.children {
		if (n.items || n.list) && i > 0 {
			break
		}
		name := strconv.Quote(lastPart(c.path))
		if n.items || n.list {
			name = "%d*" + strconv.Itoa(len(n.children))
		}
		fmt.Fprintf(&b, " %s=%s", name, c.key)
		if c.list {
			fmt.Fprintf(&b, "[%d]", len(c.children))
		}
	}
	for _, v := range n.m.Views() {
		fmt.Fprintf(&b, " %s/%s(%s)", v.Side, v.Name, v.text())
	}
	for _, al := range a.aliases[n.path] {
		fmt.Fprintf(&b, " %q>%q", al.name, strings.TrimPrefix(al.target, n.path))
	}
	id, ok := a.ids[b.String()]
	if !ok {
		id = len(a.ids)
		a.ids[b.String()] = id
	}
	n.key = strconv.Itoa(id)
}

// numbered reports children 0, 1, … and nothing else.
func numbered(n *accessorNode) bool {
	for i, c := range n.children {
		if lastPart(c.path) != strconv.Itoa(i) {
			return false
		}
	}
	return len(n.children) > 0
}

// baseName is what a module's type is called after: its class, else its own
// name, else, for an element of a list, the list's in the singular.
func (a *accessors) baseName(n *accessorNode) string {
	if n.path == "" {
		return "Model"
	}
	if len(n.m.Views()) > 0 && !isNumber(lastPart(n.path)) {
		return lastPart(n.path) // it has methods that others of its class lack
	}
	if n.m.Class != "" && n.m.Class != "ModuleList" && n.m.Class != "Sequential" && n.m.Class != "ModuleDict" {
		return n.m.Class
	}
	own := lastPart(n.path)
	if !isNumber(own) {
		return own
	}
	list := lastPart(parentPath(n.path))
	switch list {
	case "h", "layer", "layers", "block", "blocks", "resblocks":
		return "block"
	}
	if isNumber(list) || list == "" {
		return "item"
	}
	if singular := strings.TrimSuffix(list, "s"); singular != list {
		return singular
	}
	return list + "_item"
}

// name gives types their names from the root down, so that the outermost module
// of a kind has the plain one.
func (a *accessors) name(root *accessorNode) {
	todo := []*accessorNode{root}
	for len(todo) > 0 {
		n := todo[0]
		todo = append(todo[1:], n.children...)
		if n.list {
			continue
		}
		if t := a.types[n.key]; t != nil {
			t.Count++
			continue
		}
		t := &AccessorType{Name: "Model", Class: n.m.Class, Path: n.path, Count: 1}
		if n.path != "" {
			t.Name = a.names.typ(a.baseName(n))
		}
		a.types[n.key] = t
		a.tree.Types = append(a.tree.Types, t)
		a.order = append(a.order, n)
	}
}

// finish gives each type the fields of its first module.
func (a *accessors) finish(*accessorNode) {
	for i, n := range a.order {
		t := a.tree.Types[i]
		names := newNamer(envoyNames)
		t.Views = n.views(names)
		if n.items {
			t.Fields = append(t.Fields, a.field(n, names, "items", n, false))
		} else {
			for _, c := range n.children {
				t.Fields = append(t.Fields, a.field(n, names, lastPart(c.path), c, false))
			}
		}
		for _, al := range a.aliases[n.path] {
			if target := a.nodes[al.target]; target != nil {
				t.Fields = append(t.Fields, a.field(n, names, al.name, target, true))
				t.Aliases = true
			}
		}
	}
}

// indexMark ends the tag of a list of modules, where an element's index goes.
const indexMark = "%d"

// Element gives the path of element i of a list of modules from the list's tag,
// "h.%d". Only the end counts: a name from a model's file may hold %d too.
func Element(tag string, i int) string {
	return strings.TrimSuffix(tag, indexMark) + strconv.Itoa(i)
}

// field is the way from a module to one below it.
func (a *accessors) field(from *accessorNode, names *namer, name string, to *accessorNode, alias bool) AccessorField {
	f := AccessorField{GoName: names.field(name), Tag: relative(from.path, to.path), Alias: alias}
	if to.list || to == from {
		f.Len = len(to.children)
		f.Tag = Join(f.Tag, indexMark)
		to = to.children[0]
	}
	f.Type = a.types[to.key].Name
	f.Doc = pointDoc(to.m)
	return f
}

func relative(from, to string) string {
	if from == "" {
		return to
	}
	return strings.TrimPrefix(strings.TrimPrefix(to, from), ".")
}

// pointDoc says what a module gives: "Output: float32 [batch, seq, 768]".
func pointDoc(m *Module) string {
	if m.Absent != "" {
		return "Absent: " + oneLine(m.Absent)
	}
	for _, p := range m.Outputs {
		if p.Role == RoleOutput {
			return "Output: " + typeText(p.Type)
		}
	}
	var side []string
	for _, p := range m.Outputs {
		side = append(side, string(p.Role)+" "+typeText(p.Type))
	}
	if len(side) > 0 {
		return "Outputs: " + join(side)
	}
	return "Output: not known"
}

func itoa(n int) string { return strconv.Itoa(n) }
