package oracletest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/internal/tensor"
)

// limit writes a loop over blocks in which a number of the run decides what is
// written.
func (w *writer) limit() {
	if w.invoke < 0 {
		return
	}
	from := w.r.IntN(w.net.depth)
	points := slices.DeleteFunc(w.blockPoints(from), func(p inBlock) bool {
		return p.first < w.now() || p.typ.DType != tensor.Float32 || !p.rowed && len(w.p.empty) > 1
	})
	if len(points) == 0 {
		return
	}
	p := points[w.r.IntN(len(points))]
	s := step{lo: p.first, hi: p.last, cond: true, defs: []string{"n", "f"}}
	w.loopHead(&s, from)
	get := "b" + p.rel + "()"
	set := "b" + strings.TrimSuffix(p.rel, p.side) + "Set" + p.side
	max := pick(w, "3.713", "0.417", "11.93")
	var body []string
	switch w.r.IntN(5) {
	case 0:
		body = []string{"x := " + get, fmt.Sprintf("if k := x.Norm().Item(); k > %s {", max), "\tn++", fmt.Sprintf("\t%s(x.Scale(%s / k))", set, max), "}"}
	case 1:
		body = []string{"k := " + get + ".Mean().Item()", "if k > 0.0117 {", "\tn += i", "\tcontinue", "}", fmt.Sprintf("%s(%s.AddScalar(k))", set, get), "f += k"}
	case 2:
		body = []string{"k := " + get + ".Norm().Item()", fmt.Sprintf("if k > %s {", max), "\tbreak", "}", fmt.Sprintf("%s(%s.Scale(0.5))", set, get), "f = k"}
	case 3:
		body = []string{
			"fs := " + get + ".Float32s()", "var sum float32", "for j := range fs {", "\tsum += fs[j] / float32(len(fs))", "}",
			fmt.Sprintf("%s(%s.AddScalar(-sum))", set, get), "f += sum",
		}
	case 4:
		body = []string{
			"x := " + get, "y := x.Abs().Max().Item()", "if y > 0.6131 && i%2 == 0 {", fmt.Sprintf("\t%s(x.Neg())", set),
			"} else if y < 0.1237 {", fmt.Sprintf("\t%s(nn.Where(x.Gt(nn.Scalar(y/2)), x, x.Scale(2)))", set), "\tn--", "}",
		}
	}
	for _, l := range append(body, "_ = i") {
		s.lines = append(s.lines, "\t"+l)
	}
	s.lines = append(s.lines, "}")
	w.cur[w.invoke] = s.hi
	w.add(s)
}
