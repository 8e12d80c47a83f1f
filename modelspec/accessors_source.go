package modelspec

// AccessorSource is the Go struct of the operations that modules of one accessor
// type have: one field each, named as in the spec.
type AccessorSource struct {
	Name   string
	Fields []AccessorOperation
}

// AccessorOperation is one field.
type AccessorOperation struct {
	Name string
	Doc  string // "MatMul of Softmax, Transpose2: float32 [batch, 12, seq, 64]"
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
					src.Fields = append(src.Fields, AccessorOperation{Name: o.Name, Doc: n.operationDoc(o)})
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

// operationDoc says what an operation takes and gives.
func (n *accessorNode) operationDoc(o *Operation) string {
	if n.givers == nil {
		var children []*Module
		for _, c := range n.children {
			children = append(children, c.m)
		}
		n.givers = givers(n.m, children)
	}
	return o.describe(n.givers)
}
