package modelspec

import (
	"fmt"
	"sort"

	"github.com/nngen-go/nngen/internal/tensor"
)

// Runner runs the model, to see sizes that inference leaves open.
type Runner interface {
	// Shapes runs the model once with inputs of the given sizes of symbols and
	// gives the shapes of the named tensors. Inputs are made up by the runner:
	// ids within range, masks of ones.
	Shapes(sizes map[string]int64, tensors []string) (map[string][]int64, error)
}

// primes are sizes that no formula confuses: coprime, small, none of them a
// usual width. The first run's batch is 2, so that 1 never hides a factor.
var primes = []int64{2, 3, 5, 7, 11, 13, 17, 19, 23}

// Measure runs the model at several sizes and fits what is open in the shapes of
// its points to the symbols: a constant, k·symbol, sums and products of two, each
// with a constant. What three runs do not agree on stays open. It changes s and
// gives the number of dimensions found.
func Measure(s *Spec, r Runner) (int, error) {
	open := s.openTensors()
	if len(open) == 0 {
		return 0, nil
	}
	var runs []measured
	for k := 0; k < 3+len(s.Symbols); k++ {
		sizes := s.sizesOf(k)
		got, err := r.Shapes(sizes, open)
		if err != nil {
			return 0, fmt.Errorf("measure shapes at %v: %w", sizes, err)
		}
		runs = append(runs, measured{sizes, got})
		if len(s.Symbols) == 0 {
			break
		}
	}
	found := 0
	fits := map[string]tensor.Shape{}
	for _, name := range open {
		fits[name] = s.fitShape(name, runs)
	}
	for _, m := range s.Modules {
		m.Points(func(p *Point) { found += p.take(fits[p.Tensor]) })
	}
	for _, list := range [][]Value{s.Inputs, s.Outputs} {
		for i := range list {
			p := &Point{Type: list[i].Type}
			found += p.take(fits[list[i].Name])
			list[i].Type = p.Type
		}
	}
	return found, nil
}

// measured is one run: the sizes that went in and the shapes that came out.
type measured struct {
	sizes  map[string]int64
	shapes map[string][]int64
}

// openTensors are those of points and outputs with an unknown dimension or rank, sorted.
func (s *Spec) openTensors() []string {
	seen := map[string]bool{}
	add := func(name string, shape tensor.Shape) {
		if shape == nil {
			seen[name] = true
		}
		for _, d := range shape {
			if !d.Known() {
				seen[name] = true
			}
		}
	}
	for _, v := range s.Outputs {
		add(v.Name, v.Type.Shape)
	}
	for _, m := range s.Modules {
		m.Points(func(p *Point) {
			if p.Absent == "" {
				add(p.Tensor, p.Type.Shape)
			}
		})
	}
	return sortedKeys(seen)
}

// sizesOf gives each symbol a prime, another one in each run.
func (s *Spec) sizesOf(run int) map[string]int64 {
	out := map[string]int64{}
	for i, sym := range s.Symbols {
		out[sym.Name] = primes[(i+run*(len(s.Symbols)+1))%len(primes)]
	}
	return out
}

// fitShape finds a formula for each axis that all runs agree with.
func (s *Spec) fitShape(name string, runs []measured) tensor.Shape {
	first := runs[0].shapes[name]
	if first == nil {
		return nil
	}
	out := make(tensor.Shape, len(first))
	for axis := range first {
		var sizes []int64
		for _, r := range runs {
			got := r.shapes[name]
			if len(got) != len(first) {
				return nil
			}
			sizes = append(sizes, got[axis])
		}
		out[axis] = s.fit(sizes, runs)
	}
	return out
}

// fit tries formulas, the simplest first.
func (s *Spec) fit(want []int64, runs []measured) tensor.Dim {
	constant := true
	for _, w := range want {
		constant = constant && w == want[0]
	}
	if constant {
		return tensor.N(want[0])
	}
	for _, base := range s.formulas() {
		if d, ok := linearFit(base, want, runs); ok {
			return d
		}
	}
	return tensor.Unknown
}

// formulas are single symbols, then sums, differences and products of two.
func (s *Spec) formulas() []tensor.Dim {
	var one, two []tensor.Dim
	for _, a := range s.Symbols {
		one = append(one, tensor.Dim(a.Name))
	}
	for i, a := range one {
		for j, b := range one {
			if i < j {
				two = append(two, a.Add(b), a.Mul(b))
			}
			if i != j {
				two = append(two, a.Sub(b))
			}
		}
	}
	for _, a := range one {
		two = append(two, a.Mul(a))
	}
	return append(one, two...)
}

// linearFit finds whole k and c with want = k·base + c in every run.
func linearFit(base tensor.Dim, want []int64, runs []measured) (tensor.Dim, bool) {
	x := make([]int64, len(want))
	for i, r := range runs {
		v, err := base.Eval(r.sizes)
		if err != nil {
			return "", false
		}
		x[i] = v
	}
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	sort.Slice(order, func(a, b int) bool { return x[order[a]] < x[order[b]] })
	lo, hi := order[0], order[len(order)-1]
	dx, dy := x[hi]-x[lo], want[hi]-want[lo]
	if dx == 0 || dy%dx != 0 || dy == 0 {
		return "", false
	}
	k := dy / dx
	c := want[lo] - k*x[lo]
	for i := range x {
		if k*x[i]+c != want[i] {
			return "", false
		}
	}
	return base.Mul(tensor.N(k)).Add(tensor.N(c)), true
}

// take fills a point's open dimensions.
func (p *Point) take(fit tensor.Shape) int {
	n := 0
	if p.Type.Shape == nil && fit != nil {
		p.Type.Shape = make(tensor.Shape, len(fit))
		for i := range fit {
			p.Type.Shape[i] = tensor.Unknown
		}
	}
	if len(fit) != len(p.Type.Shape) {
		return 0
	}
	p.Type.Shape = p.Type.Shape.Clone()
	for i, d := range p.Type.Shape {
		if !d.Known() && fit[i].Known() {
			p.Type.Shape[i] = fit[i]
			p.Measured = true
			n++
		}
	}
	return n
}
