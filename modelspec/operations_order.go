package modelspec

import "sort"

// walk orders operations by how results depend on them, not by where exporters
// put nodes: from what leaves the module back to what enters it, each node after
// its inputs, these in the node's own order, sizes left aside. So numbers in names mean the same in
// files of several exporters: of an attention's transposes that of the queries
// comes first, then the keys', then the values'.
type walk struct {
	t    *builder
	seen []int // per node: the number of the walk that met it last
	id   int
	own  map[int]*Operation
	out  []*Operation
}

// arrange orders a module's operations, call by call.
func (w *walk) arrange(m *Module) {
	if len(m.Operations) == 0 {
		return
	}
	exits := append([]*Point(nil), m.Outputs...)
	sort.SliceStable(exits, func(i, j int) bool { return exits[i].Role == RoleOutput && exits[j].Role != RoleOutput })
	w.out = nil
	for visit := range m.Visits {
		w.id++
		w.own = map[int]*Operation{}
		for _, o := range m.Operations {
			if o.Visit == visit {
				w.own[o.Node] = o
			}
		}
		for _, p := range exits {
			if p.Visit == visit {
				w.node(instance{m.Path, visit}, p.Node)
			}
		}
		for _, o := range m.Operations { // what leads to no exit comes last
			if o.Visit == visit {
				w.node(instance{m.Path, visit}, o.Node)
			}
		}
	}
	m.Operations = w.out
}

// node adds what node i depends on inside the call, then i itself if it is one of
// the call's operations.
func (w *walk) node(at instance, i int) {
	if i < 0 || w.seen[i] == w.id || !w.holds(at, i) {
		return
	}
	w.seen[i] = w.id
	for _, name := range w.t.g.reads[i] {
		if p, ok := w.t.g.producer[name]; ok && w.t.g.crosses(name) {
			w.node(at, p)
		}
	}
	if o := w.own[i]; o != nil {
		w.out = append(w.out, o)
	}
}

// holds reports whether a node is in a call of a module or below it.
func (w *walk) holds(at instance, i int) bool {
	if !inside(w.t.s.of[i], at.path) {
		return false
	}
	calls := w.t.v.of[at.path]
	return calls == nil || calls[i] == at.visit
}
