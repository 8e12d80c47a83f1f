package oracletest

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/tensor"
)

// operation defines a variable by an operator.
func (w *writer) operation() {
	if e, ok := w.randomExpr(); ok {
		w.define(e, -1, -1)
		return
	}
	if w.invoke >= 0 {
		w.read()
	}
}

// randomExpr is an operator on a variable, and perhaps another on that.
func (w *writer) randomExpr() (expr, bool) {
	v := w.any(nil)
	if v == nil {
		return expr{}, false
	}
	e, ok := w.apply(v.expr())
	for ok && w.one(3) {
		next, more := w.apply(e)
		if !more {
			break
		}
		e = next
	}
	return e, ok
}

// share gives a variable to all invokes.
func (w *writer) share() {
	v := w.any(func(v *val) bool { return v.owner == w.invoke && !v.shared })
	if v == nil || w.p.single {
		w.result()
		return
	}
	if old := w.any(func(o *val) bool {
		return o.shared && o.typ.DType == v.typ.DType && o.typ.DType.IsFloat() && o.typ.Shape.Equal(v.typ.Shape)
	}); old != nil && w.one(2) {
		w.add(step{lines: []string{old.name + " = " + old.name + ".Add(" + v.name + ")"}, sets: []string{old.name}, uses: []string{v.name, old.name}, lo: -1, hi: -1})
		old.taint = old.taint || v.taint
		return
	}
	if w.depth > 0 {
		return // others would find it unset
	}
	c := w.name("c")
	w.add(step{lines: []string{c + " = " + v.name}, defs: []string{c}, uses: []string{v.name}, lo: -1, hi: -1})
	w.vals = append(w.vals, &val{name: c, typ: v.typ, owner: w.invoke, shared: true, phase: w.phase, time: w.now(), taint: v.taint})
}

// result returns a variable.
func (w *writer) result() {
	if v := w.any(func(v *val) bool { return v.owner == w.invoke }); v != nil {
		w.giveResult(v)
	}
}

func (w *writer) giveResult(v *val) {
	s := step{uses: []string{v.name}, lo: -1, hi: -1}
	switch w.r.IntN(6) {
	case 0:
		s.lines, s.defs = []string{"ts = append(ts, " + v.name + ")"}, []string{"ts"}
	case 1:
		s.lines, s.defs = []string{fmt.Sprintf("tm[%q] = %s", w.name("k"), v.name)}, []string{"tm"}
	default:
		r := w.name("r")
		s.lines, s.defs = []string{r + " = " + v.name}, []string{r}
	}
	w.add(s)
}

// host adds Go on values that have left the run.
func (w *writer) host() {
	v := w.any(func(v *val) bool { return v.typ.DType == tensor.Float32 && v.owner != -1 })
	if v == nil {
		return
	}
	x, uses := v.name, []string{v.name}
	var s step
	switch w.r.IntN(9) {
	case 0:
		s = step{lines: []string{"fs = append(fs, " + x + ".Norm().Item())"}, defs: []string{"fs"}}
	case 1:
		s = step{lines: []string{"text += fmt.Sprint(" + x + ".Shape())"}, defs: []string{"text"}}
	case 2:
		s = step{lines: []string{"if " + x + ".Mean().Item() > 0.125 {", "\tn++", "} else {", "\tn += 2", "}"}, defs: []string{"n"}}
	case 3:
		if v.taint || len(v.typ.Shape) == 0 {
			return
		}
		s = step{lines: []string{"for _, k := range " + x + ".ArgMax(-1).Ints() {", "\tn = n*3%1000 + int(k)", "}"}, defs: []string{"n"}}
	case 4:
		s = step{lines: []string{"for i, y := range " + x + ".Float32s() {", "\tif i%2 == 0 {", "\t\tcontinue", "\t}", "\tf += y / 64", "}"}, defs: []string{"f"}}
	case 5:
		s = step{lines: []string{"if alpha > 0.5 {", "\tn += 10", "}"}, defs: []string{"n"}}
		uses = []string{"alpha"}
	case 6:
		s = step{lines: []string{"n += len(" + x + ".Shape())", "fs = append(fs, float32(n))"}, defs: []string{"n", "fs"}}
	case 7:
		s = step{lines: []string{"f = largest(f, " + x + ".Abs().Max().Item())"}, defs: []string{"f"}}
	case 8:
		s = step{lines: []string{"fs = append(fs, " + x + ".Float32s()...)", "n = len(fs)"}, defs: []string{"fs", "n"}}
	}
	s.uses, s.lo, s.hi = uses, -1, -1
	w.add(s)
}

// helper calls a function of the user's, or a closure.
func (w *writer) helper() {
	v := w.any(func(v *val) bool { return v.typ.DType == tensor.Float32 && len(v.typ.Shape) > 0 })
	if v == nil {
		return
	}
	e := v.expr()
	wrap := func(format string, uses ...string) {
		w.define(expr{text: fmt.Sprintf(format, v.name), typ: e.typ, uses: append(e.uses, uses...), taint: e.taint}, -1, -1)
	}
	switch w.r.IntN(7) {
	case 0:
		wrap("centred(%s)", v.name)
	case 1:
		wrap("mix(%[1]s, %[1]s.Neg(), alpha)", "alpha")
	case 2:
		wrap("twice(func(x nn.Tensor) nn.Tensor { return x.AddScalar(alpha) }, %s)", "alpha")
	case 3:
		wrap("pair{%[1]s, %[1]s.OnesLike()}.sum()")
	case 4:
		wrap("one(%[1]s, %[1]s)")
	case 5:
		f := w.name("x")
		w.add(step{
			lines: []string{f + " := func(k float32) nn.Tensor { return " + v.name + ".Scale(k) }"}, defs: []string{f}, uses: e.uses, lo: -1, hi: -1,
		})
		w.define(expr{text: f + "(2).Sub(" + f + "(float32(pos)))", typ: e.typ, uses: []string{f, "pos"}, taint: e.taint}, -1, -1)
	case 6:
		w.blockHelper()
	}
}

// blockHelper calls a function that takes a module.
func (w *writer) blockHelper() {
	points := w.blockPoints(0)
	i := w.r.IntN(w.net.depth)
	for _, p := range points {
		if p.rel != ".MLP.Output" || p.places[i].moment < w.now() {
			continue
		}
		at := p.places[i].moment
		w.cur[w.invoke] = at
		if w.one(2) {
			w.add(step{lines: []string{fmt.Sprintf("damp(%s[%d], alpha)", w.net.blocks, i)}, uses: []string{"alpha"}, lo: at, hi: at})
			return
		}
		w.define(expr{text: fmt.Sprintf("outOf(%s[%d].MLP)", w.net.blocks, i), typ: p.typ, taint: w.exotic}, at, at)
		return
	}
}

// call runs a module on another value.
func (w *writer) call() {
	for range 30 {
		p := w.net.places[w.r.IntN(len(w.net.places))]
		if p.side != "Input" || p.typ.DType != tensor.Float32 {
			continue
		}
		t := w.typeAt(p)
		v := w.any(func(v *val) bool { return v.typ.DType == t.DType && v.typ.Shape.Equal(t.Shape) })
		if v == nil {
			continue
		}
		for _, o := range w.net.places {
			if o.path == p.path && o.side == "Output" {
				w.define(expr{text: fmt.Sprintf("%s.Call(%s)", p.expr, v.name), typ: w.typeAt(o), uses: []string{v.name}, taint: v.taint}, -1, -1)
				return
			}
		}
	}
}

// rare adds what is seldom right.
func (w *writer) rare() {
	v := w.any(func(v *val) bool { return v.typ.DType == tensor.Float32 && v.owner != -1 })
	p, ok := w.next(false, func(p place) bool { return p.rowed() && p.typ.DType == tensor.Float32 && !p.inner })
	if v == nil || !ok || w.invoke < 0 {
		return
	}
	at := w.pointExpr(p).text
	set := fmt.Sprintf("%s.Set%s", p.expr, p.side)
	s := step{lo: p.moment, hi: p.moment}
	switch w.r.IntN(9) {
	case 0: // Go in mid-run
		s.lines, s.uses = []string{fmt.Sprintf("%s(%s.Scale(%s.Mean().Item()))", set, at, v.name)}, []string{v.name}
	case 1: // a parameter decides
		s.lines, s.uses = []string{"if pos > 0 {", fmt.Sprintf("\t%s(%s.Neg())", set, at), "}"}, []string{"pos"}
	case 2:
		s.lines = []string{"if 2 > 1 {", fmt.Sprintf("\t%s(%s.Neg())", set, at), "}"}
	case 3:
		x := w.name("x")
		s.lines, s.defs = []string{x + ", err := m.Get(" + fmt.Sprintf("%q", p.path) + ")", "if err != nil {", "\tpanic(err)", "}", "ts = append(ts, " + x + "." + p.side + "())"}, []string{x, "ts"}
	case 4:
		norm := pick(w, w.net.norms...)
		w.define(expr{text: norm + `.Weight("weight")`, typ: tensor.Type{DType: tensor.Float32, Shape: tensor.Dims(48)}}, -1, -1)
		return
	case 6: // a point under a condition
		s.lines = []string{fmt.Sprintf("if %s.Mean().Item() > 0 {", v.name), fmt.Sprintf("\tfs = append(fs, %s.Norm().Item())", at), "}"}
		s.uses, s.defs, s.cond = []string{v.name}, []string{"fs"}, true
	case 7:
		if w.p.single {
			return
		}
		s = step{lines: []string{fmt.Sprintf("if %s.Mean().Item() > 0 {", v.name), "\treturn", "}"}, uses: []string{v.name}, lo: -1, hi: -1, cond: true}
		w.add(s)
		return
	case 8:
		s.lines = []string{"switch k := 2; k {", "case 1:", fmt.Sprintf("\t%s(%s.Neg())", set, at), "default:", fmt.Sprintf("\t%s(%s.Scale(float32(k)))", set, at), "}"}
	case 5:
		s.lines, s.uses = []string{"for i := range 2 {", fmt.Sprintf("\t%s(%s.AddScalar(float32(i) + alpha))", set, at), "}"}, []string{"alpha"}
	}
	w.cur[w.invoke] = p.moment
	w.add(s)
}
