package onnx

import (
	"fmt"
	"strings"
)

// IsSorted reports whether every node stands behind those whose values it uses.
func (ix *Index) IsSorted() bool {
	for i := range ix.g.Nodes {
		sorted := true
		ix.eachSource(i, func(p int) { sorted = sorted && p < i })
		if !sorted {
			return false
		}
	}
	return true
}

// eachSource visits the nodes whose values node i or its bodies use.
func (ix *Index) eachSource(i int, visit func(p int)) {
	n := ix.g.Nodes[i]
	for _, name := range n.Inputs {
		if p, ok := ix.producers[name]; ok {
			visit(p)
		}
	}
	for _, name := range n.Captures() {
		if p, ok := ix.producers[name]; ok {
			visit(p)
		}
	}
}

// TopoOrder gives the node indexes in an order in which values are made before
// they are used. Nodes keep their order in the file; one that stands too late is
// pulled up to just before the first that needs it. A cycle is an error that names it.
func (ix *Index) TopoOrder() ([]int, error) {
	s := sorter{ix: ix, state: make([]byte, len(ix.g.Nodes)), order: make([]int, 0, len(ix.g.Nodes))}
	for i := range ix.g.Nodes {
		if err := s.visit(i); err != nil {
			return nil, err
		}
	}
	return s.order, nil
}

// sorter walks sources depth first, with a stack of its own: chains are as long as the graph.
type sorter struct {
	ix    *Index
	state []byte // 0 not seen, 1 on the stack, 2 placed
	order []int
	stack []frame
}

type frame struct {
	node    int
	sources []int
	next    int
}

func (s *sorter) push(i int) {
	f := frame{node: i}
	s.ix.eachSource(i, func(p int) {
		if s.state[p] != 2 {
			f.sources = append(f.sources, p)
		}
	})
	s.state[i] = 1
	s.stack = append(s.stack, f)
}

func (s *sorter) visit(root int) error {
	if s.state[root] != 0 {
		return nil
	}
	s.push(root)
	for len(s.stack) > 0 {
		f := &s.stack[len(s.stack)-1]
		if f.next == len(f.sources) {
			s.state[f.node] = 2
			s.order = append(s.order, f.node)
			s.stack = s.stack[:len(s.stack)-1]
			continue
		}
		p := f.sources[f.next]
		f.next++
		switch s.state[p] {
		case 0:
			s.push(p)
		case 1:
			return s.cycle(p)
		}
	}
	return nil
}

// cycle describes the cycle that closes at node p, in the direction of the data.
func (s *sorter) cycle(p int) error {
	const most = 8
	var names []string
	for i := len(s.stack) - 1; i >= 0; i-- {
		names = append(names, s.ix.label(s.stack[i].node))
		if s.stack[i].node == p {
			break
		}
	}
	first := names[0]
	if len(names) > most {
		names = append(names[:most], fmt.Sprintf("… %d more", len(names)-most))
	}
	return fmt.Errorf("the graph has a cycle: %s → %s", strings.Join(names, " → "), first)
}
