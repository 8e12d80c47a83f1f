package modelspec

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/nngen-go/nngen/internal/onnx"
)

// Operation is one node of a module's own: those of the modules inside it are
// theirs. Its points are the tensors that it takes and makes, weights, constants
// and sizes left out.
type Operation struct {
	Name    string // in the module: "Softmax", "MatMul1"
	Op      string // the node's operator
	Node    int
	Visit   int
	Inputs  []*Point // in the node's order, each tensor once
	Outputs []*Point
}

// operations lists what modules compute themselves, call by call. Left out is what no intervention means: sizes and constants, and nodes
// that hand their input on as it is, which one exporter writes and another does not.
func (t *builder) operations() {
	for i, n := range t.g.nodes {
		m := t.modules[t.s.of[i]]
		if m == nil || m.Absent != "" || t.g.identity(i) {
			continue
		}
		visit := 0
		if calls := t.v.of[m.Path]; calls != nil {
			visit = calls[i]
		}
		o := &Operation{Op: n.Op, Node: i, Visit: visit}
		for _, name := range n.Outputs {
			if name != "" && t.g.kinds[name].level >= isSide && t.g.crosses(name) && t.g.looked(name) {
				o.Outputs = append(o.Outputs, t.operationPoint(name, RoleOutput, i, visit))
			}
		}
		if len(o.Outputs) == 0 {
			continue
		}
		seen := map[string]bool{}
		for _, name := range t.g.reads[i] {
			if seen[name] || !t.g.crosses(name) {
				continue
			}
			seen[name] = true
			p := t.operationPoint(name, RoleInput, i, visit)
			p.Consumers = []int{i}
			o.Inputs = append(o.Inputs, p)
		}
		m.Operations = append(m.Operations, o)
	}
	w := &walk{t: t, seen: make([]int, len(t.g.nodes))}
	for _, m := range t.modules {
		w.arrange(m)
		nameOperations(m.Operations, t.g.nodes)
	}
}

// looked reports whether anything takes the elements of a tensor, not its sizes alone.
func (g *graph) looked(name string) bool {
	for _, u := range g.uses[name] {
		if !onlySizes(g.nodes[u]) {
			return true
		}
	}
	return g.outputs[name]
}

func (t *builder) operationPoint(name string, role Role, node, visit int) *Point {
	if k := t.g.kinds[name]; k.level != isActive && k.marks&markMask != 0 {
		role = RoleMask
	}
	p := &Point{Tensor: name, Role: role, Type: t.g.types[name], Visit: visit, Node: node}
	if !p.Type.DType.Known() {
		p.Absent = reasonNoType
	}
	return p
}

const reasonNoType = "the file does not say of which type its elements are"

// nameOperations gives each operation of a call the name of its operator, with
// what the exporter says of it behind; those that would share a name are numbered
// in their order. So a second Softmax makes Softmax0 and Softmax1 of
// Softmax, and code that means the one there was does not compile any more.
func nameOperations(list []*Operation, nodes []*onnx.Node) {
	type key struct {
		visit int
		base  string
	}
	count := map[key]int{}
	bases := make([]string, len(list))
	for i, o := range list {
		bases[i] = GoName(o.Op)
		if said := telling(nodes[o.Node]); said != "" {
			bases[i] += GoName(said)
		}
		count[key{o.Visit, bases[i]}]++
	}
	names := map[int]*namer{}
	next := map[key]int{}
	for i, o := range list {
		if names[o.Visit] == nil {
			names[o.Visit] = newNamer(nil)
		}
		k := key{o.Visit, bases[i]}
		if count[k] == 1 {
			o.Name = names[o.Visit].unique(bases[i], "_")
			continue
		}
		o.Name = names[o.Visit].unique(bases[i]+itoa(next[k]), "_")
		next[k]++
	}
}

// plainWord is a name that a person gave: exporters count and capitalise.
var plainWord = regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)

// telling is the last part of a node's name where it says more than the operator.
// PyTorch's dynamo exporter writes the name of its own function there, which
// TorchScript does not: names would differ for the same operation.
func telling(n *onnx.Node) string {
	at := strings.LastIndexByte(n.Name, '/')
	if at <= 0 || strings.HasPrefix(n.Name[at+1:], "node_") {
		return ""
	}
	last := n.Name[at+1:]
	if !plainWord.MatchString(last) || strings.EqualFold(strings.ReplaceAll(last, "_", ""), n.Op) {
		return ""
	}
	return last
}

// Operation finds an operation of a module's visit by its name.
func (m *Module) Operation(name string, visit int) *Operation {
	for _, o := range m.Operations {
		if o.Name == name && o.Visit == visit {
			return o
		}
	}
	return nil
}

// OperationNames lists the operations of a visit.
func (m *Module) OperationNames(visit int) []string {
	var out []string
	for _, o := range m.Operations {
		if o.Visit == visit {
			out = append(out, o.Name)
		}
	}
	return out
}

// Tensors lists what the operation takes, or what it makes.
func (o *Operation) Tensors(side Side) []*Point {
	if side == SideInput {
		return o.Inputs
	}
	return o.Outputs
}

// Point finds input or output i of an operation of m. A negative i means the only one.
func (o *Operation) Point(m *Module, side Side, i int) (*Point, error) {
	list := o.Tensors(side)
	switch {
	case len(list) == 0:
		return nil, fmt.Errorf("%s has no %s that depends on what the model is given", o.Address(m), side)
	case i < 0 && len(list) > 1:
		return nil, fmt.Errorf("%s has %d %ss: choose one with %s", o.Address(m), len(list), side, chooser(side))
	case i >= len(list):
		return nil, fmt.Errorf("%s has no %s %d: there are %d, counted from 0", o.Address(m), side, i, len(list))
	}
	p := list[max(i, 0)]
	if p.Absent != "" {
		return nil, fmt.Errorf("the %s of %s is absent: %s", side, o.Address(m), p.Absent)
	}
	return p, nil
}

// chooser names the method that chooses among the tensors of a side.
func chooser(side Side) string {
	if side == SideInput {
		return "InputAt"
	}
	return "OutputAt"
}

// HasOperations reports whether the spec lists operations at all: those of
// earlier versions do not.
func (s *Spec) HasOperations() bool {
	for _, m := range s.Modules {
		if len(m.Operations) > 0 {
			return true
		}
	}
	return false
}

// Points calls f for every point of the module: its own and its operations'.
func (m *Module) Points(f func(*Point)) {
	for _, list := range [][]*Point{m.Inputs, m.Outputs} {
		for _, p := range list {
			f(p)
		}
	}
	for _, o := range m.Operations {
		for _, list := range [][]*Point{o.Inputs, o.Outputs} {
			for _, p := range list {
				f(p)
			}
		}
	}
}
