package nn

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/internal/onnx"
	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/schedule"
	"github.com/nngen-go/nngen/runtime/backend"
)

// editedAs is what edits have made of a tensor at one moment of the run: what
// reads it there, or later, sees it under a name of its own.
type editedAs struct {
	moment int
	name   string
}

// versionsOf is what edits have made of the model's tensors, by tensor, in the
// order of the run.
type versionsOf struct {
	in   *specInfo
	list map[string][]editedAs
}

// applyEdits puts the session's edits into the graph, one after the other. To
// what comes on top they are part of the model.
func (sp *splice) applyEdits() error {
	in, err := sp.s.spec()
	if err != nil {
		return err
	}
	sp.versions = &versionsOf{in, map[string][]editedAs{}}
	for i, e := range sp.s.set.edits {
		for _, w := range e.plan.Writes {
			if sp.versions.momentOf(w) < 0 {
				return misuse("NN3183", "the edit %s writes %q to %q, and there is no such point in %s", e.plan.Name, w.Tensor, w.At, sp.s.info.Name)
			}
		}
		sub := &splice{
			s: sp.s, p: e.plan, model: sp.model, ix: sp.ix, versions: sp.versions, isEdit: true,
			e:      &emitter{ix: sp.ix, opset: sp.e.opset, stem: fmt.Sprintf("%sedit%d/", nodeStem, i)},
			values: map[string]ops.Operand{}, args: map[string]ops.Operand{},
		}
		if err := sub.edit(i, e); err != nil {
			return fmt.Errorf("edit %s: %w", e.plan.Name, err)
		}
		sp.edits = append(sp.edits, sub)
		sp.ending = append(sp.ending, sub.ending...)
	}
	plans := []*Plan{sp.p}
	for _, sub := range sp.edits {
		plans = append(plans, sub.p)
	}
	for _, p := range plans {
		for _, other := range plans {
			if p == other {
				continue
			}
			if err := besideSkips(p, other.Skips); err != nil {
				return err
			}
		}
	}
	return sp.agree()
}

// edit puts one edit into the graph.
func (sp *splice) edit(i int, e Edit) error {
	if err := sp.agree(); err != nil {
		return err
	}
	sp.redirect()
	for k, p := range e.plan.Params {
		name := sp.ix.FreshName(fmt.Sprintf("nngen.edit.%d.%s", i, p.Name))
		t := e.args[k]
		sp.ix.AddInitializer(&onnx.Tensor{
			Name: name, DType: int32(t.h.dtype), Dims: slices.Clone(t.h.shape), Data: slices.Clone(t.Bytes()), Offset: -1, Lent: true,
		})
		sp.args[p.Name] = sp.atSteps(p, ops.Operand{Name: name, Type: t.h.typ()})
	}
	sp.addWeights(e.arrays)
	for k, n := range e.plan.Nodes {
		if err := sp.node(n); err != nil {
			return fmt.Errorf("node %d (line %d): %w", k, n.Line, err)
		}
	}
	if sp.e.err != nil {
		return sp.e.err
	}
	if err := sp.carryOut(); err != nil {
		return err
	}
	sp.ix.Settle()
	return nil
}

// momentOf finds the moment of a write.
func (v *versionsOf) momentOf(w plan.Write) int {
	return slices.IndexFunc(v.in.moments, func(m schedule.Moment) bool { return m.Address == w.At && m.Tensor == w.Tensor })
}

// at gives the name under which a tensor is known at a moment.
func (v *versionsOf) at(tensor string, moment int) string {
	name, m := tensor, v.in.moments[moment]
	for _, e := range v.list[tensor] {
		w := v.in.moments[e.moment]
		if e.moment <= moment && (w.Exit || !m.Exit && len(m.Consumers) > 0 && slices.Contains(w.Consumers, m.Consumers[0])) {
			name = e.name
		}
	}
	return name
}

// last gives the name under which a tensor is known behind all moments.
func (v *versionsOf) last(tensor string) string { return v.at(tensor, len(v.in.moments)-1) }

// made notes what an edit has written.
func (sp *splice) made(w plan.Write, name string) {
	v := sp.versions
	list := append(v.list[w.Tensor], editedAs{v.momentOf(w), name})
	slices.SortStableFunc(list, func(a, b editedAs) int { return a.moment - b.moment })
	v.list[w.Tensor] = list
}

// touched gives the moments at which a plan reads or writes each tensor.
func (v *versionsOf) touched(p *Plan) map[string][]int {
	out := map[string][]int{}
	for _, m := range p.Mediators {
		for _, st := range m {
			at := st.At
			if st.Event == plan.Skip {
				at += ".output"
			}
			for i, x := range v.in.moments {
				if _, used := p.Tensors[x.Tensor]; used && x.Address == at && x.Visit == st.Visit {
					out[x.Tensor] = append(out[x.Tensor], i)
				}
			}
		}
	}
	v.kept(p, out)
	return out
}

// kept adds the moments at which the plan's caches take the model's tensors.
func (v *versionsOf) kept(p *Plan, out map[string][]int) {
	for _, c := range p.Caches {
		add := func(taps []int, address string) {
			for _, t := range taps {
				r := p.Taps[c.First+t].Value
				if r.Kind != plan.Model {
					continue
				}
				for i, m := range v.in.moments {
					if m.Tensor == r.Name && m.Address == address {
						out[r.Name] = append(out[r.Name], i)
					}
				}
			}
		}
		for _, e := range c.Entries {
			add(e.Outputs, e.Module+".output")
			add(e.Inputs, e.Module+".input")
		}
	}
}

// agree refuses a plan that uses one tensor both ahead of an edit and behind it:
// as data, it does not tell the two apart.
func (sp *splice) agree() error {
	sp.seen = map[string]string{}
	for name, moments := range sp.versions.touched(sp.p) {
		for k, m := range moments {
			now := sp.versions.at(name, m)
			if k > 0 && now != sp.seen[name] {
				a, b := sp.versions.in.moments[moments[0]].Address, sp.versions.in.moments[m].Address
				e := fault("NN3184", "%s uses one tensor as %s and as %s, and an edit stands between the two", sp.p.Name, a, b)
				e.Hint = "use one of the two, or interpret the trace; a cache is told which of them with nn.Modules"
				return e
			}
			sp.seen[name] = now
		}
	}
	return nil
}

// known as the plan sees it: behind the edits of what stands ahead of its reads.
func (sp *splice) editedName(tensor string) string {
	if sp.versions == nil || len(sp.versions.list[tensor]) == 0 {
		return tensor
	}
	if name, ok := sp.seen[tensor]; ok {
		return name
	}
	return sp.versions.last(tensor)
}

// targets are the names whose uses a write replaces: at an exit what stands
// there, at an enter whatever its consumers have.
func (sp *splice) targets(w plan.Write, own []string) []string {
	if w.Consumers != nil {
		out := []string{w.Tensor}
		for _, e := range sp.versions.list[w.Tensor] {
			out = append(out, e.name)
		}
		return append(out, own...)
	}
	return append([]string{sp.versions.at(w.Tensor, sp.versions.momentOf(w))}, own...)
}

// besideSkips refuses plans that use what another plan of the run skips.
func besideSkips(p *Plan, skips []plan.Skipped) error {
	for _, k := range skips {
		for _, m := range p.Mediators {
			for _, st := range m {
				if strings.HasPrefix(st.At, k.Module+".") && st.At != k.Module+".output" && st.At != k.Module+".input" {
					e := fault("NN3106", "%s is not there: %s is skipped", st.At, k.Module)
					e.Hint = "an edit and a trace do not go together where one skips what the other uses"
					return &spliceError{p.Name, "", st.Line, e}
				}
			}
		}
	}
	return nil
}

// buildEdited is the session of the model with the edits, and no trace.
func (s *Session) buildEdited() (backend.Session, error) {
	if len(s.set.edits) == 0 {
		return s.raw()
	}
	var outputs []string
	for _, o := range s.info.Outputs {
		outputs = append(outputs, o.Name)
	}
	m, err := s.graphOf(&Plan{Name: "the model with its edits"}, nil, outputs, nil, false)
	if err != nil {
		return nil, err
	}
	return s.build(m, s.set)
}
