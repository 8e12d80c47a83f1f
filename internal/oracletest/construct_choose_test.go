package oracletest

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/internal/tensor"
)

// choosable picks a point of a block that no candidate of has been passed.
func (w *writer) choosable(written bool) (inBlock, bool) {
	if w.invoke < 0 {
		return inBlock{}, false
	}
	points := slices.DeleteFunc(w.blockPoints(0), func(p inBlock) bool {
		return p.first < w.now() || p.typ.DType != tensor.Float32 || written && !p.rowed && len(w.p.empty) > 1
	})
	if len(points) == 0 {
		return inBlock{}, false
	}
	return points[w.r.IntN(len(points))], true
}

// chosenRead reads a point of a block that a parameter chooses.
func (w *writer) chosenRead() {
	p, ok := w.choosable(false)
	if !ok {
		return
	}
	w.cur[w.invoke] = p.last
	w.define(expr{text: fmt.Sprintf("%s[layer]%s()", w.net.blocks, p.rel), typ: p.typ, uses: []string{"layer"}, taint: w.exotic}, p.first, p.last)
}

// chosenWrite writes one.
func (w *writer) chosenWrite() {
	p, ok := w.choosable(true)
	if !ok {
		return
	}
	block := w.net.blocks + "[layer]"
	rel := p.rel[:len(p.rel)-len(p.side)]
	e := w.sameShape(expr{text: block + p.rel + "()", typ: p.typ, taint: w.exotic})
	if v := w.any(func(v *val) bool {
		return v.typ.DType == p.typ.DType && v.typ.Shape.Equal(p.typ.Shape) && (w.exotic || !v.taint)
	}); v != nil && w.one(2) {
		e = v.expr()
	}
	w.cur[w.invoke] = p.last
	w.add(step{lines: []string{fmt.Sprintf("%s%sSet%s(%s)", block, rel, p.side, e.text)}, uses: append(e.uses, "layer"), lo: p.first, hi: p.last})
}

// chosenRange changes the blocks between parameters.
func (w *writer) chosenRange() {
	p, ok := w.choosable(true)
	if !ok {
		return
	}
	rel := p.rel[:len(p.rel)-len(p.side)]
	s := step{lo: p.first, hi: p.last, cond: true, uses: []string{"pos", "layer"}}
	s.lines = []string{
		"for i := pos; i <= layer; i++ {", fmt.Sprintf("\t%[1]s[i]%[2]sSet%[3]s(%[1]s[i]%[2]s%[3]s().Scale(1 + 0.25*float32(i)))", w.net.blocks, rel, p.side), "}",
	}
	w.cur[w.invoke] = p.last
	w.add(s)
}
