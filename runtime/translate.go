package nn

import (
	"strings"

	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// translation carries plans from one file of a model to another that has the
// same modules: tensors, nodes and moments are found by what the specs call them,
// never by their names in the graph, which are free to mean something else there.
type translation struct {
	model   string // the other's name
	hash    string // and fingerprint
	tensors map[string]string
	types   map[string]tensor.Type // of the other's tensors
	at      map[string]int         // the other's moments by their full name
	moments []modelspec.Moment
	from    map[writeKey]string // full names of the first's moments
	names   map[int]string      // the same, by their index
	symbols map[string]tensor.Dim
	order   map[string]int // the other's moments of the writes of a plan, by address
	missing []string       // what was asked for and is not there
}

// writeKey is what a plan says of a moment.
type writeKey struct{ at, tensor string }

// translationTo compares this model with another.
func (s *Session) translationTo(other *Session) (*translation, error) {
	a, err := s.spec()
	if err != nil {
		return nil, err
	}
	b, err := other.spec()
	if err != nil {
		return nil, err
	}
	return newTranslation(a, b), nil
}

// newTranslation compares two specs.
func newTranslation(a, b *specInfo) *translation {
	t := &translation{
		model: b.spec.Model, hash: b.spec.Fingerprint, moments: b.timeline,
		tensors: map[string]string{}, types: map[string]tensor.Type{}, at: map[string]int{},
		from: map[writeKey]string{}, names: map[int]string{},
	}
	t.symbols = sameSymbols(a.spec, b.spec)
	for i, name := range fullNames(b.timeline) {
		t.at[name] = i
		t.types[b.timeline[i].Point.Tensor] = b.timeline[i].Point.Type
	}
	for i, name := range fullNames(a.timeline) {
		m := a.timeline[i]
		t.from[writeKey{m.Address(), m.Point.Tensor}] = name
		t.names[i] = name
		if k, ok := t.at[name]; ok && t.tensors[m.Point.Tensor] == "" {
			t.tensors[m.Point.Tensor] = b.timeline[k].Point.Tensor
		}
	}
	t.addWeights(a, b)
	return t
}

// fullNames tells apart what Address does not: calls of one module, and several
// tensors on one side of it.
func fullNames(timeline []modelspec.Moment) []string {
	seen := map[string]int{}
	out := make([]string, len(timeline))
	for i, m := range timeline {
		name := m.Address() + "\n" + strings.Repeat("+", m.Point.Visit) + "\n" + string(m.Point.Role)
		seen[name]++
		out[i] = name + strings.Repeat("\n", seen[name]-1)
	}
	return out
}

// addWeights pairs parameters of the same modules, and graph inputs of the same names.
func (t *translation) addWeights(a, b *specInfo) {
	for path, m := range a.modules {
		other := b.modules[path]
		if other == nil {
			continue
		}
		for param, name := range m.Weights {
			if to := other.Weights[param]; to != "" && t.tensors[name] == "" {
				t.tensors[name] = to
				if typ, ok := other.Sizes[param]; ok {
					t.types[to] = typ
				}
			}
		}
	}
	for _, in := range b.spec.Inputs {
		for _, mine := range a.spec.Inputs {
			if mine.Name == in.Name && t.tensors[in.Name] == "" {
				t.tensors[in.Name], t.types[in.Name] = in.Name, in.Type
			}
		}
	}
}

// sameSymbols pairs sizes that the same axis of the same input tells; those that
// the other model has not are unknown there.
func sameSymbols(a, b *modelspec.Spec) map[string]tensor.Dim {
	types := map[string]tensor.Type{}
	for _, in := range b.Inputs {
		types[in.Name] = in.Type
	}
	out := map[string]tensor.Dim{}
	for _, s := range a.Symbols {
		out[s.Name] = tensor.Unknown
		if t, ok := types[s.Input]; ok && s.Axis < len(t.Shape) {
			out[s.Name] = t.Shape[s.Axis]
		}
	}
	return out
}
