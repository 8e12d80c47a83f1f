package modelspec

import (
	"fmt"
	"strings"
)

// AccessorSource is the Go struct of the operations that modules of one accessor
// type have: one field each, named as in the spec.
type AccessorSource struct {
	Name   string
	Fields []AccessorOperation
}

// AccessorOperation is one field.
type AccessorOperation struct {
	Name string
	Doc  string // "Softmax of Add: float32 [batch, 4, seq, seq]"
	Some bool   // not all modules of the type have it
}

// sources plans the structs of all types, in the order of the types. Types whose
// modules have no operations get none.
func (a *accessors) sources() {
	modules := map[*AccessorType][]*accessorNode{}
	for _, m := range a.all {
		if t := a.types[m.key]; t != nil && !m.list {
			modules[t] = append(modules[t], m)
		}
	}
	for _, t := range a.tree.Types {
		src := &AccessorSource{}
		have := map[string]int{}
		at := map[string]int{}
		for _, n := range modules[t] {
			for _, o := range n.m.Operations {
				if o.Visit != 0 {
					continue
				}
				if _, ok := at[o.Name]; !ok {
					at[o.Name] = len(src.Fields)
					src.Fields = append(src.Fields, AccessorOperation{Name: o.Name, Doc: a.operationDoc(n, o)})
				}
				have[o.Name]++
			}
		}
		if len(src.Fields) == 0 {
			continue
		}
		for i, f := range src.Fields {
			src.Fields[i].Some = have[f.Name] < len(modules[t])
		}
		src.Name = a.names.typ(t.Name + "Source")
		t.Source = src
	}
}

// operationDoc says what an operation takes and gives: "MatMul of Softmax,
// Transpose2: float32 [batch, seq, 768]".
func (a *accessors) operationDoc(n *accessorNode, o *Operation) string {
	var from, gives []string
	for _, p := range o.Inputs {
		from = append(from, a.giver(n, o, p))
	}
	for _, p := range o.Outputs {
		gives = append(gives, typeText(p.Type))
	}
	text := oneLine(o.Op)
	if len(from) > 0 {
		text += " of " + join(from)
	}
	return text + ": " + strings.Join(gives, " and ")
}

// giver names where an operation's input comes from: another operation, a module
// inside, what the module is given, else the tensor.
func (a *accessors) giver(n *accessorNode, o *Operation, in *Point) string {
	if n.givers == nil {
		n.givers = map[string]string{}
		for _, p := range n.m.Inputs {
			if p.Role != RoleUnknown && p.Role != RoleOther {
				n.givers[p.Tensor] = "the " + string(p.Role)
			}
		}
		for _, c := range n.children {
			for _, p := range c.m.Outputs {
				n.givers[p.Tensor] = oneLine(lastPart(c.path))
			}
		}
		for _, other := range n.m.Operations {
			for i, p := range other.Outputs {
				n.givers[p.Tensor] = other.Name
				if len(other.Outputs) > 1 {
					n.givers[p.Tensor] = fmt.Sprintf("%s[%d]", other.Name, i)
				}
			}
		}
	}
	if name := n.givers[in.Tensor]; name != "" {
		return name
	}
	return oneLine(in.Tensor[strings.LastIndexByte(in.Tensor, '/')+1:])
}
