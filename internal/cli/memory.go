package cli

import (
	"fmt"
	"maps"
	"slices"

	"github.com/nngen-go/nngen/internal/ops"
	"github.com/nngen-go/nngen/internal/plan"
	"github.com/nngen-go/nngen/internal/tensor"
	"github.com/nngen-go/nngen/modelspec"
)

// memory tells what a run of a plan needs beyond the model itself, in symbols:
// what leaves the run, and the values that are computed on the way.
func memory(p *plan.Plan, spec *modelspec.Spec, sizes map[string]int64) []string {
	types := planTypes(p, spec)
	taps, nodes := total{sizes: sizes}, total{sizes: sizes}
	caches := make([]total, len(p.Caches))
	for i, t := range p.Taps {
		taps.add(types[t.Value])
		for k := range p.Caches {
			if p.CacheAt(i) == &p.Caches[k] {
				caches[k].sizes = sizes
				caches[k].add(types[t.Value])
			}
		}
	}
	for _, n := range p.Nodes {
		for _, out := range n.Out {
			nodes.add(types[plan.Ref{Kind: plan.Result, Name: out}])
		}
	}
	out := []string{
		fmt.Sprintf("memory beyond the model's: %s the run: %s", count(taps.n, "value leaves", "values leave"), taps),
		fmt.Sprintf("  %s computed in the graph: %s, each freed at its last use", count(nodes.n, "value is", "values are"), nodes),
	}
	for k, c := range p.Caches {
		out = append(out, fmt.Sprintf("  cache %s holds %s: %s", c.Name, &c, caches[k]))
	}
	return out
}

// total sums sizes of tensors as a polynomial over the input symbols.
type total struct {
	sum     tensor.Dim
	n       int
	unknown int
	sizes   map[string]int64 // of symbols, where they are given
}

func (t *total) add(typ tensor.Type) {
	t.n++
	size := tensor.N(int64(typ.DType.Size()))
	for _, d := range typ.Shape {
		size = size.Mul(d)
	}
	if !size.Known() || !typ.Shape.RankKnown() || typ.DType.Size() == 0 {
		t.unknown++
		return
	}
	if t.sum == "" {
		t.sum = tensor.N(0)
	}
	t.sum = t.sum.Add(size)
}

func (t total) String() string {
	text := "0 bytes"
	if t.sum != "" {
		text = string(t.sum) + " bytes"
		if n, err := t.sum.Eval(t.sizes); err == nil && len(t.sizes) > 0 {
			text += " = " + megabytes(n)
		}
	}
	if t.unknown > 0 {
		text += fmt.Sprintf(" and %s whose size only a run can tell", count(t.unknown, "value", "values"))
	}
	return text
}

// planSizes reads "batch=2", with symbols of the plan's tensors only.
func planSizes(p *plan.Plan, list []string) (map[string]int64, error) {
	s := &modelspec.Spec{}
	seen := map[string]bool{}
	see := func(t tensor.Type) {
		for _, d := range t.Shape {
			for _, name := range d.Symbols() {
				seen[name] = true
			}
		}
	}
	for _, t := range p.Tensors {
		see(t)
	}
	for _, a := range p.Params {
		see(a.Type)
	}
	for _, name := range slices.Sorted(maps.Keys(seen)) {
		s.Symbols = append(s.Symbols, modelspec.Symbol{Name: name})
	}
	return s.ParseSizes(list)
}

// megabytes prints a size as people read it.
func megabytes(n int64) string {
	for _, u := range []struct {
		name string
		size int64
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}} {
		if n >= u.size {
			return fmt.Sprintf("%.1f %s", float64(n)/float64(u.size), u.name)
		}
	}
	return fmt.Sprintf("%d bytes", n)
}

// planTypes infers the type of every value of a plan from the spec's points.
func planTypes(p *plan.Plan, spec *modelspec.Spec) map[plan.Ref]tensor.Type {
	types := map[plan.Ref]tensor.Type{}
	if spec != nil {
		for _, m := range spec.Modules {
			for _, pt := range append(append([]*modelspec.Point(nil), m.Inputs...), m.Outputs...) {
				types[plan.Ref{Kind: plan.Model, Name: pt.Tensor}] = pt.Type
			}
		}
		for _, v := range append(append([]modelspec.Value(nil), spec.Inputs...), spec.Outputs...) {
			types[plan.Ref{Kind: plan.Model, Name: v.Name}] = v.Type
		}
	}
	for name, t := range p.Tensors {
		types[plan.Ref{Kind: plan.Model, Name: name}] = t
	}
	for _, a := range p.Params {
		types[plan.Ref{Kind: plan.Arg, Name: a.Name}] = a.Type
	}
	for _, n := range p.Nodes {
		for i, t := range nodeTypes(n, types) {
			if i < len(n.Out) {
				types[plan.Ref{Kind: plan.Result, Name: n.Out[i]}] = t
			}
		}
	}
	return types
}

// nodeTypes gives the types of a node's outputs, none where they cannot be told.
func nodeTypes(n plan.Node, types map[plan.Ref]tensor.Type) []tensor.Type {
	in := make([]tensor.Type, len(n.In))
	for i, r := range n.In {
		in[i] = types[r]
	}
	if n.Op == "Call" {
		return []tensor.Type{types[plan.Ref{Kind: plan.Model, Name: ops.Attrs(n.Attrs).String("output")}]}
	}
	if n.Op == plan.Fit {
		return n.Types
	}
	op, ok := ops.Lookup(n.Op)
	if !ok || op.Infer == nil {
		return nil
	}
	out, err := op.Infer(in, n.Attrs)
	if err != nil {
		return nil
	}
	return out
}
