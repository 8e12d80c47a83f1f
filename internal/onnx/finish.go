package onnx

import "fmt"

// Finish makes the graph whole again after changes: every graph output gets,
// under its own name, the value that it is to give; names and cycles are
// checked; nodes are put in order, which ends the life of node indexes. It gives
// the values that had to be renamed: the old name and the new.
func (ix *Index) Finish() (renamed map[string]string, err error) {
	if err := ix.Check(); err != nil {
		return nil, err
	}
	renamed = map[string]string{}
	if err := ix.freeOutputNames(renamed); err != nil {
		return nil, err
	}
	ix.nameOutputs(renamed)
	order, err := ix.TopoOrder()
	if err != nil {
		return nil, err
	}
	nodes := make([]*Node, len(order))
	for k, i := range order {
		nodes[k] = ix.g.Nodes[i]
	}
	ix.g.Nodes = nodes
	ix.retype(renamed)
	ix.Rebuild()
	return renamed, nil
}

// freeOutputNames gives the values that are named as an output which now gives
// another value fresh names.
func (ix *Index) freeOutputNames(renamed map[string]string) error {
	for _, v := range ix.g.Outputs {
		if ix.bound[v.Name] == v.Name || !ix.defined(v.Name) {
			continue
		}
		if ix.inputs[v.Name] != nil {
			return fmt.Errorf("%q is a graph input and a graph output at once and cannot be written", v.Name)
		}
		ix.renameValue(v.Name, ix.FreshName(v.Name+"_raw"), renamed)
	}
	return nil
}

// nameOutputs lets each output's value take the output's name, by renaming it
// where nothing else needs its name, by an Identity otherwise.
func (ix *Index) nameOutputs(renamed map[string]string) {
	wanted := map[string]int{}
	for _, value := range ix.bound {
		wanted[value]++
	}
	for _, v := range ix.g.Outputs {
		value := ix.bound[v.Name]
		if value == v.Name {
			continue
		}
		_, made := ix.producers[value]
		if _, isOutput := ix.bound[value]; made && !isOutput && wanted[value] == 1 {
			ix.renameValue(value, v.Name, renamed)
			continue
		}
		ix.Insert(NewNode("Identity", ix.FreshName(v.Name+"_out"), []string{value}, []string{v.Name}))
		ix.bound[v.Name] = v.Name
	}
}

// renameValue renames what a node makes, or a weight, everywhere.
func (ix *Index) renameValue(from, to string, renamed map[string]string) {
	if i, ok := ix.producers[from]; ok {
		replaceAll(ix.g.Nodes[i].Outputs, map[string]string{from: to})
		delete(ix.producers, from)
		ix.producers[to] = i
	}
	if t := ix.inits[from]; t != nil {
		c := *t
		c.Name = to
		for i, old := range ix.g.Initializers {
			if old == t {
				ix.g.Initializers[i] = &c
			}
		}
		delete(ix.inits, from)
		ix.inits[to] = &c
	}
	for _, u := range ix.uses[from] {
		ix.redirect(u, from, to)
	}
	uses := ix.uses[from]
	delete(ix.uses, from)
	ix.addUses(to, uses)
	for output, value := range ix.bound {
		if value == from {
			ix.bound[output] = to
		}
	}
	for first, name := range renamed {
		if name == from {
			renamed[first] = to
		}
	}
	renamed[from] = to
}

// retype lets the types of renamed values follow them; outputs have their own.
func (ix *Index) retype(renamed map[string]string) {
	if len(renamed) == 0 {
		return
	}
	var list []*ValueInfo
	have := map[string]bool{}
	add := func(v *ValueInfo, name string) {
		if _, isOutput := ix.bound[name]; isOutput || have[name] {
			return
		}
		if v.Name != name {
			c := *v
			c.Name = name
			v = &c
		}
		have[name] = true
		list = append(list, v)
	}
	for _, v := range ix.g.ValueInfo {
		name := v.Name
		if to, ok := renamed[name]; ok {
			name = to
		}
		add(v, name)
	}
	for _, v := range ix.g.Outputs {
		if to, ok := renamed[v.Name]; ok {
			add(v, to)
		}
	}
	ix.g.ValueInfo = list
}
