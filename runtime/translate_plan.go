package nn

import (
	"maps"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
	"github.com/nngen-go/nngen/modelspec/shapes"
)

// plan gives p as the other model can run it. Taps are left out: generation
// fetches none.
func (t *translation) plan(p *Plan) (*Plan, error) {
	t.missing, t.order = nil, map[string]int{}
	out := *p
	out.Model, out.Taps = t.hash, nil
	out.Params = slices.Clone(p.Params)
	for i := range out.Params {
		out.Params[i].Type = t.renamed(out.Params[i].Type)
	}
	out.Nodes = t.nodes(p.Nodes)
	out.Writes = slices.Clone(p.Writes)
	for i := range out.Writes {
		t.write(&out.Writes[i])
	}
	slices.SortStableFunc(out.Writes, func(a, b plan.Write) int { return t.order[a.At] - t.order[b.At] })
	out.Checks = slices.Clone(p.Checks)
	for i := range out.Checks {
		c := &out.Checks[i]
		c.Value, c.Tensor = t.ref(c.Value), t.tensor(c.Tensor)
		c.Want = t.types[c.Tensor]
	}
	out.Orders = slices.Clone(p.Orders)
	for i := range out.Orders {
		o := &out.Orders[i]
		t.access(&o.First)
		t.access(&o.Then)
	}
	out.Skips = t.skips(p.Skips)
	out.Stops = slices.Clone(p.Stops)
	for i, s := range out.Stops {
		if s.When != nil {
			when := t.ref(*s.When)
			out.Stops[i].When = &when
		}
	}
	out.Tensors = map[string]tensor.Type{}
	for name := range p.Tensors {
		if to, ok := t.tensors[name]; ok {
			out.Tensors[to] = t.types[to]
		}
	}
	return &out, t.lacking(p.Name)
}

// taps gives what leaves a run in the other model, by points that it has: a
// tensor may have several names, and another one of those there.
func (t *translation) taps(name string, list []Tap, by []Mediator) ([]Tap, error) {
	t.missing = nil
	for _, m := range by {
		for _, st := range m {
			if st.Event == plan.Value && st.Placement == plan.TapOut && !slices.ContainsFunc(t.moments, func(m modelspec.Moment) bool { return m.Address() == st.At }) {
				t.lacks(st.At)
			}
		}
	}
	out := slices.Clone(list)
	for i := range out {
		out[i].Value, out[i].Choices = t.ref(out[i].Value), t.refs(out[i].Choices)
	}
	return out, t.lacking(name)
}

// lacking is the error of a trace that uses what the other model has not.
func (t *translation) lacking(name string) error {
	if len(t.missing) == 0 {
		return nil
	}
	slices.Sort(t.missing)
	return misuse("NN3143", "%s uses %s, which %s, the model of later steps, has not: leave it out, or run the trace without generating",
		name, strings.Join(slices.Compact(t.missing), ", "), t.model)
}

// tensor gives the other's name of a tensor, and notes that there is none.
func (t *translation) tensor(name string) string {
	to, ok := t.tensors[name]
	if !ok {
		t.lacks(t.addressOf(name))
	}
	return to
}

// addressOf names a tensor as people know it.
func (t *translation) addressOf(name string) string {
	for _, k := range slices.SortedFunc(maps.Keys(t.from), func(a, b writeKey) int { return strings.Compare(a.at, b.at) }) {
		if k.tensor == name {
			return k.at
		}
	}
	return name
}

func (t *translation) lacks(what string) { t.missing = append(t.missing, what) }

func (t *translation) ref(r plan.Ref) plan.Ref {
	if r.Kind == plan.Model {
		r.Name = t.tensor(r.Name)
	}
	return r
}

func (t *translation) refs(list []plan.Ref) []plan.Ref {
	out := slices.Clone(list)
	for i := range out {
		out[i] = t.ref(out[i])
	}
	return out
}

func (t *translation) nodes(list []Node) []Node {
	out := slices.Clone(list)
	for i := range out {
		n := &out[i]
		n.In = t.refs(n.In)
		n.Types = slices.Clone(n.Types)
		for k := range n.Types {
			n.Types[k] = t.renamed(n.Types[k])
		}
		n.Then, n.Else = t.body(n.Then), t.body(n.Else)
		if n.Op == opCall {
			n.Attrs = t.call(n.Attrs)
		}
	}
	return out
}

func (t *translation) body(b *plan.Body) *plan.Body {
	if b == nil {
		return nil
	}
	return &plan.Body{Nodes: t.nodes(b.Nodes), Out: t.refs(b.Out)}
}

// call renames the tensors between which a module is copied.
func (t *translation) call(attrs map[string]any) map[string]any {
	out := maps.Clone(attrs)
	for _, key := range []string{"input", "output", "sides", "written"} {
		text, _ := out[key].(string)
		if text == "" {
			continue
		}
		names := strings.Split(text, "\n")
		for i := range names {
			names[i] = t.tensor(names[i])
		}
		out[key] = strings.Join(names, "\n")
	}
	return out
}

// write finds the point that a write means, and who sees it there.
func (t *translation) write(w *plan.Write) {
	i, ok := t.at[t.from[writeKey{w.At, w.Tensor}]]
	if !ok {
		t.lacks(w.At)
		return
	}
	t.order[w.At] = i
	p := t.moments[i].Point
	w.Tensor, w.Value = p.Tensor, t.ref(w.Value)
	if w.Consumers != nil {
		w.Consumers = p.Consumers
	}
}

// access numbers the places of an access anew: they are compared with each other.
func (t *translation) access(a *plan.Access) {
	a.Moments = slices.Clone(a.Moments)
	for i, m := range a.Moments {
		at, ok := t.at[t.names[m]]
		if !ok {
			t.lacks(a.At[i])
			continue
		}
		a.Moments[i] = at
	}
}

// renamed gives a type in the other's symbols.
func (t *translation) renamed(typ tensor.Type) tensor.Type {
	typ.Shape = typ.Shape.Clone()
	for i, d := range typ.Shape {
		for _, s := range d.Symbols() {
			if _, ok := t.symbols[s]; !ok {
				continue
			}
			if !t.symbols[s].Known() {
				d = tensor.Unknown
				break
			}
		}
		typ.Shape[i] = shapes.Substitute(d, t.symbols)
	}
	return typ
}

// skips gives skips with the other's tensors: what it lacks of their inputs, and
// of outputs that nobody gave, is no part of them there.
func (t *translation) skips(list []plan.Skipped) []plan.Skipped {
	known := func(names []string) (out []string) {
		for _, name := range names {
			if to, ok := t.tensors[name]; ok {
				out = append(out, to)
			}
		}
		return out
	}
	out := slices.Clone(list)
	for i := range out {
		k := &out[i]
		var given []string
		for _, name := range k.Outputs[:k.Given] {
			given = append(given, t.tensor(name))
		}
		k.Inputs, k.Outputs = known(k.Inputs), append(given, known(k.Outputs[k.Given:])...)
	}
	return out
}
