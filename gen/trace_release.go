package gen

import (
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"
)

// tapCall begins a reference to a tap in the user's Go after the run.
const tapCall = "nn_taps.Tensor("

// copies are the methods of a tensor that give Go values of their own: what
// they return outlives the tensor.
var copies = []string{
	".Item()", ".Int()", ".Bool()", ".Float32s()", ".Float64s()", ".Ints()", ".Bools()", ".Shape()", ".Bytes()", ".Len()", ".DType()", ".String()",
}

// releaseHeld frees the taps that are no results as soon as the user's Go is
// done with them. Where that Go keeps a tensor itself (in a slice that it
// returns, say) they are left to the garbage collector.
func (f *traceFunc) releaseHeld(g *jen.Group, held string) {
	if !f.onlyCopies() {
		return
	}
	g.Defer().Func().Params().Block(
		jen.For(jen.List(jen.Id("_"), jen.Id("nn_t")).Op(":=").Range().Id(held)).Block(
			jen.Id("nn_t").Dot("Release").Call(),
		),
	).Call()
}

// onlyCopies reports whether every reference to a tap is copied out of at once.
func (f *traceFunc) onlyCopies() bool {
	var texts []string
	for _, st := range f.t.After {
		texts = append(texts, st.Code.String())
	}
	for _, r := range f.t.Results {
		if computed(r) {
			texts = append(texts, r.Expr.String())
		}
	}
	texts = append(texts, f.t.Err.String())
	return !slices.ContainsFunc(texts, keepsTap)
}

// keepsTap reports whether a text uses a tap other than by copying from it.
func keepsTap(text string) bool {
	for {
		_, rest, found := strings.Cut(text, tapCall)
		if !found {
			return false
		}
		end := closing(rest)
		if !slices.ContainsFunc(copies, func(m string) bool { return strings.HasPrefix(rest[end:], m) }) {
			return true
		}
		text = rest
	}
}

// closing gives the place after the parenthesis that ends an argument; the
// argument is an index, so that it holds no strings.
func closing(s string) int {
	depth := 1
	for i, c := range s {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 {
			return i + 1
		}
	}
	return len(s)
}
