package shapes

import (
	"sort"
	"strings"

	"github.com/nngen-go/nngen/internal/tensor"
)

// Substitute replaces symbols of d.
func Substitute(d tensor.Dim, by map[string]tensor.Dim) tensor.Dim {
	if len(by) == 0 || !d.Known() {
		return d
	}
	touched := false
	for _, s := range d.Symbols() {
		if _, ok := by[s]; ok {
			touched = true
		}
	}
	if !touched {
		return d
	}
	sum := tensor.N(0)
	for _, t := range termsOf(d) {
		prod := tensor.N(t.k)
		for _, s := range t.syms {
			if r, ok := by[s]; ok {
				prod = prod.Mul(r)
			} else {
				prod = prod.Mul(tensor.Dim(s))
			}
		}
		sum = sum.Add(prod)
	}
	return sum
}

// term is k times a product of symbols.
type term struct {
	k    int64
	syms []string
}

// termsOf splits a canonical dimension into its terms.
func termsOf(d tensor.Dim) []term {
	var out []term
	s := string(d)
	for start := 0; start < len(s); {
		end := start + 1
		for end < len(s) && s[end] != '+' && s[end] != '-' {
			end++
		}
		out = append(out, oneTerm(s[start:end]))
		start = end
	}
	return out
}

func oneTerm(s string) term {
	t := term{k: 1}
	switch s[0] {
	case '-':
		t.k, s = -1, s[1:]
	case '+':
		s = s[1:]
	}
	for _, f := range strings.Split(s, "*") {
		if n, ok := tensor.Dim(f).Const(); ok {
			t.k *= n
		} else if f != "" {
			t.syms = append(t.syms, f)
		}
	}
	return t
}

// broadcast is the dimension of two that ONNX's rules join. Both known and
// different means that they must be equal for all sizes: that is noted.
func (p *pass) broadcast(a, b tensor.Dim) tensor.Dim {
	one := tensor.N(1)
	switch {
	case a == b:
		return a
	case a == one:
		return b
	case b == one:
		return a
	}
	_, ca := a.Const()
	_, cb := b.Const()
	switch {
	case ca && !cb:
		return a // b is 1 or a
	case cb && !ca:
		return b
	}
	return p.same(a, b)
}

// same notes that a and b are one dimension and gives the one to go on with.
func (p *pass) same(a, b tensor.Dim) tensor.Dim {
	switch {
	case a == b:
		return a
	case !a.Known():
		return b
	case !b.Known():
		return a
	}
	if name, d, ok := p.solve(a, b); ok {
		p.equal[name] = d
		return Substitute(a, p.equal)
	}
	if _, ok := a.Const(); ok {
		return a
	}
	if _, ok := b.Const(); ok {
		return b
	}
	return tensor.Unknown
}

// solve turns a = b into symbol = dimension, for the input symbol that came last
// of those for which the dimension has no negative term.
func (p *pass) solve(a, b tensor.Dim) (string, tensor.Dim, bool) {
	diff := a.Sub(b)
	if !diff.Known() {
		return "", "", false
	}
	type candidate struct {
		name string
		d    tensor.Dim
	}
	var found []candidate
	for _, t := range termsOf(diff) {
		if len(t.syms) != 1 || t.k != 1 && t.k != -1 {
			continue
		}
		name := t.syms[0]
		if _, input := p.order[name]; !input {
			continue
		}
		rest := tensor.Dim(name).Sub(diff.Mul(tensor.N(t.k)))
		if contains(rest.Symbols(), name) || !positive(rest) {
			continue
		}
		found = append(found, candidate{name, rest})
	}
	if len(found) == 0 {
		return "", "", false
	}
	sort.Slice(found, func(i, j int) bool { return p.order[found[i].name] > p.order[found[j].name] })
	return found[0].name, found[0].d, true
}

// positive reports that d holds a symbol and has no negative term.
func positive(d tensor.Dim) bool {
	if len(d.Symbols()) == 0 {
		return false
	}
	for _, t := range termsOf(d) {
		if t.k < 0 {
			return false
		}
	}
	return true
}

// quotient is a product of dimensions divided by another, Unknown if it is not exact.
func quotient(over, under []tensor.Dim) tensor.Dim {
	num, den := factors{k: 1}, factors{k: 1}
	if !num.addAll(over) || !den.addAll(under) || den.k == 0 {
		return tensor.Unknown
	}
	for s, n := range den.syms {
		if num.syms[s] < n {
			return tensor.Unknown
		}
		num.syms[s] -= n
	}
	if num.k%den.k != 0 {
		return tensor.Unknown
	}
	out := tensor.N(num.k / den.k)
	for s, n := range num.syms {
		for ; n > 0; n-- {
			out = out.Mul(tensor.Dim(s))
		}
	}
	return out
}

// factors is a product taken apart: a constant, and how often each symbol or sum occurs.
type factors struct {
	k    int64
	syms map[string]int
}

func (f *factors) addAll(dims []tensor.Dim) bool {
	f.syms = map[string]int{}
	for _, d := range dims {
		if !d.Known() {
			return false
		}
		terms := termsOf(d)
		if len(terms) != 1 {
			f.syms[string(d)]++
			continue
		}
		f.k *= terms[0].k
		for _, s := range terms[0].syms {
			f.syms[s]++
		}
	}
	return true
}
