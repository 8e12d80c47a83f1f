package tensor

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// Dim is one symbolic dimension: an integer polynomial over the input symbols
// of a model, held in canonical text ("batch", "768", "past+seq", "2*batch+1"),
// so that equal dimensions are equal strings. Unknown is equal to nothing, not
// even to itself: nothing can be proven about it.
type Dim string

// Unknown is a dimension of which nothing is known.
const Unknown Dim = "?"

// N is a constant dimension.
func N(n int64) Dim { return Dim(strconv.FormatInt(n, 10)) }

// Const gives the value of a constant dimension.
func (d Dim) Const() (int64, bool) {
	n, err := strconv.ParseInt(string(d), 10, 64)
	return n, err == nil
}

// Known reports whether d is not Unknown.
func (d Dim) Known() bool { return d != Unknown && d != "" }

// Equal reports whether both dimensions are provably the same.
func (d Dim) Equal(o Dim) bool { return d.Known() && d == o }

// Add is d+o; Unknown if either is.
func (d Dim) Add(o Dim) Dim { return combine(d, o, addTerms) }

// Sub is d-o; Unknown if either is.
func (d Dim) Sub(o Dim) Dim { return combine(d, o, subTerms) }

// Mul is d·o; Unknown if either is.
func (d Dim) Mul(o Dim) Dim { return combine(d, o, mulTerms) }

// Div is the exact quotient d/n for a constant n, Unknown when it is not exact.
func (d Dim) Div(n int64) Dim {
	t, err := parseDim(d)
	if err != nil || n == 0 {
		return Unknown
	}
	for k, c := range t {
		if c%n != 0 {
			return Unknown
		}
		t[k] = c / n
	}
	return t.dim()
}

// Symbols are the names that d is built from, sorted.
func (d Dim) Symbols() []string {
	t, err := parseDim(d)
	if err != nil {
		return nil
	}
	seen := map[string]bool{}
	var out []string
	for k := range t {
		for _, s := range strings.Split(k, "*") {
			if s != "" && !seen[s] {
				seen[s] = true
				out = append(out, s)
			}
		}
	}
	sort.Strings(out)
	return out
}

// Coefficient gives k where d is exactly k·symbol.
func (d Dim) Coefficient(symbol string) (int64, bool) {
	t, err := parseDim(d)
	if err != nil || len(t) != 1 {
		return 0, false
	}
	k, ok := t[symbol]
	return k, ok
}

// Quotient gives q where d is exactly symbol·q, and q does not depend on symbol
// again: "seq" of "batch*seq" for batch.
func (d Dim) Quotient(symbol string) (Dim, bool) {
	t, err := parseDim(d)
	if err != nil {
		return Unknown, false
	}
	out := terms{}
	for k, c := range t {
		syms := strings.Split(k, "*")
		at := slices.Index(syms, symbol)
		if at < 0 || slices.Contains(syms[at+1:], symbol) {
			return Unknown, false
		}
		out[strings.Join(slices.Delete(syms, at, at+1), "*")] += c
	}
	return out.dim(), len(out) > 0
}

// Mentions reports whether the size of d depends on a symbol.
func (d Dim) Mentions(symbol string) bool {
	return slices.Contains(d.Symbols(), symbol)
}

// Eval gives the size of d under the given symbol values.
func (d Dim) Eval(symbols map[string]int64) (int64, error) {
	t, err := parseDim(d)
	if err != nil {
		return 0, err
	}
	var sum int64
	for k, c := range t {
		for _, s := range strings.Split(k, "*") {
			if s == "" {
				continue
			}
			v, ok := symbols[s]
			if !ok {
				return 0, fmt.Errorf("dimension %s: the size of %q is not known", d, s)
			}
			c *= v
		}
		sum += c
	}
	return sum, nil
}

// ParseDim reads a dimension in any order of terms and gives its canonical form.
func ParseDim(s string) (Dim, error) {
	if s == string(Unknown) {
		return Unknown, nil
	}
	t, err := parseDim(Dim(s))
	if err != nil {
		return Unknown, err
	}
	return t.dim(), nil
}

// terms maps a monomial (sorted symbols joined by "*", "" for the constant) to its coefficient.
type terms map[string]int64

func combine(a, b Dim, f func(a, b terms) terms) Dim {
	x, err := parseDim(a)
	if err != nil {
		return Unknown
	}
	y, err := parseDim(b)
	if err != nil {
		return Unknown
	}
	return f(x, y).dim()
}

func addTerms(a, b terms) terms {
	for k, c := range b {
		a[k] += c
	}
	return a
}

func subTerms(a, b terms) terms {
	for k, c := range b {
		a[k] -= c
	}
	return a
}

func mulTerms(a, b terms) terms {
	out := terms{}
	for k, c := range a {
		for l, d := range b {
			var syms []string
			for _, s := range strings.Split(k+"*"+l, "*") {
				if s != "" {
					syms = append(syms, s)
				}
			}
			sort.Strings(syms)
			out[strings.Join(syms, "*")] += c * d
		}
	}
	return out
}

// dim prints t: symbols before the constant, terms sorted.
func (t terms) dim() Dim {
	keys := make([]string, 0, len(t))
	for k, c := range t {
		if c != 0 && k != "" {
			keys = append(keys, k)
		}
	}
	sort.Strings(keys)
	var b strings.Builder
	for _, k := range keys {
		writeTerm(&b, t[k], k)
	}
	if c := t[""]; c != 0 || b.Len() == 0 {
		writeTerm(&b, c, "")
	}
	return Dim(b.String())
}

func writeTerm(b *strings.Builder, c int64, mono string) {
	if b.Len() > 0 && c >= 0 {
		b.WriteByte('+')
	}
	switch {
	case mono == "":
		b.WriteString(strconv.FormatInt(c, 10))
	case c == 1:
		b.WriteString(mono)
	case c == -1:
		b.WriteString("-" + mono)
	default:
		b.WriteString(strconv.FormatInt(c, 10) + "*" + mono)
	}
}

// parseDim reads sums and differences of products of integers and names.
func parseDim(d Dim) (terms, error) {
	if !d.Known() {
		return nil, fmt.Errorf("dimension is unknown")
	}
	s := strings.ReplaceAll(string(d), " ", "")
	out := terms{}
	for i := 0; i < len(s); {
		sign := int64(1)
		if s[i] == '+' || s[i] == '-' {
			if s[i] == '-' {
				sign = -1
			}
			i++
		}
		j := i
		for j < len(s) && s[j] != '+' && s[j] != '-' {
			j++
		}
		if err := out.addProduct(sign, s[i:j]); err != nil {
			return nil, fmt.Errorf("dimension %q: %w", string(d), err)
		}
		i = j
	}
	return out, nil
}

func (t terms) addProduct(c int64, s string) error {
	var syms []string
	for _, f := range strings.Split(s, "*") {
		if n, err := strconv.ParseInt(f, 10, 64); err == nil {
			c *= n
			continue
		}
		if !isSymbol(f) {
			return fmt.Errorf("%q is neither a number nor a name", f)
		}
		syms = append(syms, f)
	}
	sort.Strings(syms)
	t[strings.Join(syms, "*")] += c
	return nil
}

func isSymbol(s string) bool {
	for i, r := range s {
		letter := r == '_' || r == '.' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}
