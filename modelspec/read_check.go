package modelspec

import (
	"sort"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/nngen-go/nngen/internal/diag"
	"github.com/nngen-go/nngen/internal/tensor"
)

// typed is a type with where it stands.
type typed struct {
	t tensor.Type
	n *yaml.Node
}

func (r *reader) typ(n *yaml.Node, set func(typed)) {
	text := ""
	r.text(n, "type", &text)
	t, err := parseType(text)
	if err != nil {
		r.fail(n, "NN1006", "bad type %s: %s", quoted(text), err).Hint = `write it like "float32 [batch, seq, 768]"; ? is an open dimension`
		return
	}
	r.types = append(r.types, typed{t, n})
	set(typed{t, n})
}

// path checks a module's address: names joined by dots, the root's is empty.
func (r *reader) path(n *yaml.Node, path string) {
	if path == "" {
		return
	}
	for _, part := range strings.Split(path, ".") {
		if part == "" {
			r.fail(n, "NN1007", "bad module path %s: there is no name between two dots", quoted(path)).Hint = "write names joined by single dots"
			return
		}
	}
}

// check finds what is wrong between the parts of a spec.
func (r *reader) check(s *Spec) {
	symbols := map[string]bool{}
	for _, sym := range s.Symbols {
		if symbols[sym.Name] {
			r.fail(r.at[[2]string{"symbol", sym.Name}], "NN1005", "symbol %s is given twice", quoted(sym.Name))
		}
		symbols[sym.Name] = true
	}
	for _, t := range r.types {
		r.checkSymbols(t, symbols)
	}
	if s.Batch != "" && !symbols[s.Batch] {
		r.fail(r.keys["batch"], "NN1014", "batch is %s, which is none of the symbols", quoted(s.Batch))
	}
	seen := map[string]*Module{}
	for _, m := range s.Modules {
		r.checkModule(m, seen)
	}
	if seen[""] == nil && len(s.Modules) > 0 {
		r.fail(r.at[s.Modules[0]], "NN1015", `the first module is the root, whose path is ""`)
	}
	r.checkCaches(s)
	r.checkOrders(s)
}

// checkSymbols holds dimensions to the declared symbols.
func (r *reader) checkSymbols(t typed, symbols map[string]bool) {
	for _, d := range t.t.Shape {
		for _, name := range d.Symbols() {
			if symbols[name] {
				continue
			}
			e := r.fail(t.n, "NN1014", "dimension %s uses %s, which is none of the symbols", d, quoted(name))
			if near := Closest(name, sortedKeys(symbols)); near != "" {
				e.Hint = "write " + near
			} else {
				e.Hint = "list it under symbols with the input and axis where a run finds its size"
			}
		}
	}
}

func (r *reader) checkModule(m *Module, seen map[string]*Module) {
	at := r.at[m]
	if first := seen[m.Path]; first != nil {
		d := r.fail(at, "NN1005", "module %s is given twice", quoted(m.Path))
		d.Related = append(d.Related, diag.Related{Pos: r.pos(r.at[first]), Message: "the first is here"})
		return
	}
	if m.Path != "" && seen[parentPath(m.Path)] == nil {
		r.fail(at, "NN1015", "module %s comes before its parent %s", quoted(m.Path), quoted(parentPath(m.Path))).Hint = "put parents before children"
	}
	seen[m.Path] = m
	if m.Visits < 1 {
		r.fail(at, "NN1015", "module %s is visited %d times: write 1 or more", quoted(m.Path), m.Visits)
	}
	r.checkViews(m)
	for _, list := range [][]*Point{m.Inputs, m.Outputs} {
		main := map[int]*Point{}
		for _, p := range list {
			r.checkPoint(m, p, main)
		}
	}
}

func (r *reader) checkPoint(m *Module, p *Point, main map[int]*Point) {
	at := r.at[p]
	if p.Visit >= m.Visits && m.Visits > 0 {
		r.fail(at, "NN1015", "visit %d of a module that is visited %d times", p.Visit, m.Visits)
	}
	if !sort.IntsAreSorted(p.Consumers) {
		r.fail(at, "NN1015", "consumers are listed in ascending order")
	}
	if p.Role != RoleInput && p.Role != RoleOutput {
		return
	}
	if first := main[p.Visit]; first != nil {
		d := r.fail(at, "NN1015", "module %s has two tensors of the role %s in visit %d", quoted(m.Path), p.Role, p.Visit)
		d.Related = append(d.Related, diag.Related{Pos: r.pos(r.at[first]), Message: "the first is here"})
		d.Hint = "give one of them the role other"
		return
	}
	main[p.Visit] = p
}

// checkCaches holds pairs of past and present to each other.
func (r *reader) checkCaches(s *Spec) {
	out := map[string]Value{}
	for _, v := range s.Outputs {
		out[v.Name] = v
	}
	for _, v := range s.Inputs {
		if v.Pair == "" {
			continue
		}
		if o, ok := out[v.Pair]; !ok || o.Pair != v.Name {
			r.fail(r.at[[2]string{"an input", v.Name}], "NN1015", "input %s is paired with %s, which is no output paired with it", quoted(v.Name), quoted(v.Pair))
		}
	}
}
