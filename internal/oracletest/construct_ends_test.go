package oracletest

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/internal/tensor"
)

// skip leaves a module out: what it takes, changed, or a variable is its output.
// In several invokes that is a mistake, unless all of them do it.
func (w *writer) skip() {
	if w.invoke < 0 || len(w.p.empty) > 1 && !w.mistake() {
		return
	}
	type module struct{ in, out place }
	var list []module
	for _, in := range w.net.places {
		for _, out := range w.net.places {
			if in.path == out.path && in.path != "" && in.side == "Input" && out.side == "Output" && in.moment >= w.now() &&
				in.typ.DType == tensor.Float32 && out.typ.DType == tensor.Float32 && out.typ.Shape.Equal(in.typ.Shape) {
				list = append(list, module{in, out})
			}
		}
	}
	if len(list) == 0 {
		return
	}
	m := list[w.r.IntN(min(len(list), 6))]
	e := w.pointExpr(m.in)
	if w.one(2) {
		e = w.sameShape(e)
	} else if v := w.any(func(v *val) bool {
		return v.typ.DType == e.typ.DType && v.typ.Shape.Equal(e.typ.Shape) && (w.exotic || !v.taint)
	}); v != nil && w.one(2) {
		e = v.expr()
	}
	w.wrote[m.out.tensor] = true
	w.add(step{lines: []string{fmt.Sprintf("%s.Skip(%s)", m.in.expr, e.text)}, uses: slices.Clone(e.uses), lo: m.in.moment, hi: m.out.moment})
	w.cur[w.invoke] = m.out.moment // what is inside is not there any more
}

// stop ends the run where a number of the run, or a parameter, says so.
func (w *writer) stop() {
	if w.invoke < 0 || len(w.p.empty) > 1 && !w.mistake() {
		return
	}
	cond, uses := w.goCondition()
	w.add(step{lines: []string{"if " + cond + " {", "\tm.Stop()"}, uses: uses, lo: -1, hi: -1, cond: true, end: []string{"\treturn", "}"}})
}
