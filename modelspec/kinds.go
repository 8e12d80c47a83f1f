package modelspec

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/internal/tensor"
)

// opKind is the operations that calls of same-shaped modules have in common: all
// but the numbers of nodes and the names of tensors. A file holds each once.
type opKind struct {
	name    string
	tensors []kindTensor
	list    []kindOp
	uses    []*opUse
}

// kindTensor is one tensor of a kind's operations.
type kindTensor struct {
	// pattern is its name in most modules of the kind; * in front stands for the
	// prefix of the module's names. Empty: each module says it.
	pattern           string
	typ               tensor.Type
	mask              bool
	measured, checked bool
	rows              Order
	absent            string
}

// kindOp is one operation; in and out are indexes of the kind's tensors.
type kindOp struct {
	name, op string
	in, out  []int
}

// opUse is a call of a module whose operations are of a kind.
type opUse struct {
	kind    *opKind
	module  *Module
	visit   int
	prefix  string
	nodes   []int
	tensors []string // names, by the kind's tensors
}

// operationKinds groups the calls of all modules by their operations. The calls
// of a module are given in order, none where it has no operations.
func operationKinds(s *Spec) (kinds []*opKind, uses map[*Module][]*opUse) {
	uses = map[*Module][]*opUse{}
	byKey := map[string]*opKind{}
	names := map[string]int{}
	for _, m := range s.Modules {
		if len(m.Operations) == 0 {
			continue
		}
		for visit := range m.Visits {
			k, u := kindOf(m, visit)
			key := k.key()
			if known := byKey[key]; known != nil {
				k = known
			} else {
				byKey[key] = k
				kinds = append(kinds, k)
				k.name = nameOfKind(m)
				names[k.name]++
				if n := names[k.name]; n > 1 {
					k.name += "." + itoa(n)
				}
			}
			u.kind = k
			k.uses = append(k.uses, u)
			uses[m] = append(uses[m], u)
		}
	}
	for _, k := range kinds {
		k.choosePatterns()
	}
	return kinds, uses
}

// kindOf takes the operations of one call apart.
func kindOf(m *Module, visit int) (*opKind, *opUse) {
	k, u := &opKind{}, &opUse{module: m, visit: visit}
	slots := map[string]int{}
	slot := func(p *Point, out bool) int {
		i, ok := slots[p.Tensor]
		if !ok {
			i = len(k.tensors)
			slots[p.Tensor] = i
			k.tensors = append(k.tensors, kindTensor{typ: p.Type, mask: p.Role == RoleMask, measured: p.Measured})
			u.tensors = append(u.tensors, p.Tensor)
		}
		if k.tensors[i].absent == "" {
			k.tensors[i].absent = p.Absent
		}
		if out {
			k.tensors[i].checked = p.Checked
		}
		if k.tensors[i].rows == OrderUnknown {
			k.tensors[i].rows = p.Rows
		}
		return i
	}
	for _, o := range m.Operations {
		if o.Visit != visit {
			continue
		}
		op := kindOp{name: o.Name, op: o.Op}
		for _, p := range o.Inputs {
			op.in = append(op.in, slot(p, false))
		}
		for _, p := range o.Outputs {
			op.out = append(op.out, slot(p, true))
		}
		k.list = append(k.list, op)
		u.nodes = append(u.nodes, o.Node)
	}
	u.prefix = usualPrefix(m, visit)
	return k, u
}

// key tells kinds apart.
func (k *opKind) key() string {
	var b strings.Builder
	for _, o := range k.list {
		fmt.Fprintf(&b, "%s %q %v %v\n", o.name, o.op, o.in, o.out)
	}
	for _, t := range k.tensors {
		fmt.Fprintf(&b, "%s %t %t %t %s %q\n", typeText(t.typ), t.mask, t.measured, t.checked, t.rows, t.absent)
	}
	return b.String()
}

// nameOfKind is a name for a kind from the path of the first module that has it:
// classes may be edited, and a file would change with them.
func nameOfKind(m *Module) string {
	if m.Path == "" {
		return "model"
	}
	for p := m.Path; p != ""; p = parentPath(p) {
		if last := lastPart(p); !isNumber(last) {
			return last
		}
	}
	return "module"
}

// usualPrefix is what most of the names of the tensors that a module's operations
// make begin with, up to a slash; TorchScript writes a module's path there.
func usualPrefix(m *Module, visit int) string {
	count := map[string]int{}
	for _, o := range m.Operations {
		for _, p := range o.Outputs {
			if at := strings.LastIndexByte(p.Tensor, '/'); at >= 0 && o.Visit == visit {
				count[p.Tensor[:at+1]]++
			}
		}
	}
	best := ""
	for _, prefix := range sortedKeys(count) {
		if count[prefix] > count[best] {
			best = prefix
		}
	}
	return best
}

// choosePatterns gives each tensor the name that most modules have for it.
func (k *opKind) choosePatterns() {
	for i := range k.tensors {
		count := map[string]int{}
		for _, u := range k.uses {
			if p := u.pattern(u.tensors[i]); p != "" {
				count[p]++
			}
		}
		best := ""
		for _, p := range sortedKeys(count) {
			if count[p] > count[best] {
				best = p
			}
		}
		if len(k.uses) == 1 || count[best] > 1 {
			k.tensors[i].pattern = best
		}
	}
}

// pattern is a tensor's name with the prefix left out; empty if that could not be undone.
func (u *opUse) pattern(name string) string {
	if rest, ok := strings.CutPrefix(name, u.prefix); ok && u.prefix != "" {
		return "*" + rest
	}
	if strings.HasPrefix(name, "*") {
		return ""
	}
	return name
}

// expand is the name that a pattern stands for in a module.
func (u *opUse) expand(pattern string) string {
	if rest, ok := strings.CutPrefix(pattern, "*"); ok {
		return u.prefix + rest
	}
	return pattern
}

// build makes the operations of the call again.
func (u *opUse) build() []*Operation {
	var out []*Operation
	point := func(i int, role Role, node int) *Point {
		t := u.kind.tensors[i]
		if t.mask {
			role = RoleMask
		}
		return &Point{Tensor: u.tensors[i], Role: role, Type: t.typ, Visit: u.visit, Node: node, Measured: t.measured, Rows: t.rows, Absent: t.absent}
	}
	for i, k := range u.kind.list {
		o := &Operation{Name: k.name, Op: k.op, Node: u.nodes[i], Visit: u.visit}
		for _, slot := range k.in {
			p := point(slot, RoleInput, o.Node)
			p.Consumers = []int{o.Node}
			o.Inputs = append(o.Inputs, p)
		}
		for _, slot := range k.out {
			p := point(slot, RoleOutput, o.Node)
			p.Checked = u.kind.tensors[slot].checked
			o.Outputs = append(o.Outputs, p)
		}
		out = append(out, o)
	}
	return out
}
