package ops

import (
	"slices"
	"sort"
	"strings"
)

// table holds every operator, in the order of the documentation.
var table = guard(slices.Concat(
	arithmetic, integers, unary, functions, further, scalars, comparison, activations, normalisation,
	reductions, selections, cumulative, sorting, matrix, products, shaping, rearranging, joining, indexing, making, noise, constants, rows,
))

var byName = index(table)

func index(t []Op) map[string]*Op {
	m := make(map[string]*Op, len(t))
	for i := range t {
		m[t[i].Name] = &t[i]
	}
	return m
}

// All gives every operator, hidden ones included, in the order of the documentation.
func All() []*Op {
	out := make([]*Op, len(table))
	for i := range table {
		out[i] = &table[i]
	}
	return out
}

// Lookup finds an operator by its name.
func Lookup(name string) (*Op, bool) {
	op, ok := byName[name]
	return op, ok
}

// Names lists the operators that have a Go form, sorted.
func Names() []string {
	var out []string
	for _, o := range All() {
		if !o.Hidden {
			out = append(out, o.Name)
		}
	}
	sort.Strings(out)
	return out
}

// GoForm is how a user calls the operator: "x.TopK(k int, axis int) (values, indices Tensor)",
// or with Func "nn.Where(cond Tensor, a Tensor, b Tensor) Tensor".
func (o *Op) GoForm() string {
	var args []string
	for _, p := range o.Params {
		args = append(args, p.Name+" "+p.Type)
	}
	recv := "x."
	if o.Func {
		recv = "nn."
	}
	result := "Tensor"
	switch {
	case o.Slice:
		result = "[]Tensor"
	case len(o.Results) > 1:
		result = "(" + strings.Join(o.Results, ", ") + " Tensor)"
	}
	return recv + o.Name + "(" + strings.Join(args, ", ") + ") " + result
}
