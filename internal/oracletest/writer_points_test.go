package oracletest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/internal/tensor"
)

// places gives the points that the program may touch.
func (w *writer) places() []place {
	if w.has["source"] {
		return w.net.inner
	}
	return w.net.places
}

// next picks a point that the present invoke has not passed; late: one that it has.
func (w *writer) next(late bool, fits func(p place) bool) (place, bool) {
	var list []place
	for _, p := range w.places() {
		if (p.moment < w.now()) == late && (fits == nil || fits(p)) {
			list = append(list, p)
		}
	}
	if len(list) == 0 {
		return place{}, false
	}
	// Points that share a tensor with one that was written see its versions.
	shared := slices.DeleteFunc(slices.Clone(list), func(p place) bool { return !w.wrote[p.tensor] })
	if len(shared) > 0 && w.one(2) {
		return shared[w.r.IntN(len(shared))], true
	}
	if !late && len(list) > 10 && !w.one(6) {
		list = list[:10]
	}
	return list[w.r.IntN(len(list))], true
}

// typeAt is the type of a point for the present invoke.
func (w *writer) typeAt(p place) tensor.Type { return p.at(w.rows[w.invoke], w.seq) }

// pointExpr is the reading of a point.
func (w *writer) pointExpr(p place) expr {
	return expr{text: p.expr + "." + p.side + "()", typ: w.typeAt(p), taint: w.exotic}
}

// read reads a point, seldom one that has passed.
func (w *writer) read() {
	late := w.depth == 0 && w.one(16)
	p, ok := w.next(late, nil)
	if !ok {
		if late = !late; late && w.depth > 0 {
			return
		}
		if p, ok = w.next(late, nil); !ok {
			return
		}
	}
	if late {
		x := w.name("x")
		w.add(step{lines: []string{x + " := " + w.pointExpr(p).text}, defs: []string{x}, lo: p.moment, hi: p.moment, late: true})
		w.vals = append(w.vals, &val{name: x, typ: w.typeAt(p), owner: w.invoke, phase: w.phase, time: w.now(), taint: w.exotic})
		return
	}
	w.cur[w.invoke] = p.moment
	w.define(w.pointExpr(p), p.moment, p.moment)
}

// write writes a point: what was there, changed, or a variable that fits.
func (w *writer) write() {
	own := w.mistake() && w.one(2)
	writable := func(p place) bool { return p.rowed() || own || len(w.p.empty) == 1 }
	if w.mistake() {
		if p, ok := w.next(true, writable); ok {
			if v := w.any(func(v *val) bool { return v.typ.DType == p.typ.DType && v.typ.Shape.Equal(w.typeAt(p).Shape) }); v != nil {
				w.setPoint(p, v.expr())
				return
			}
		}
	}
	p, ok := w.next(false, writable)
	if !ok {
		return
	}
	t := w.typeAt(p)
	fits := func(v *val) bool {
		return v.typ.DType == t.DType && v.typ.Shape.Equal(t.Shape) && (w.exotic || !v.taint) && t.DType != tensor.Int64
	}
	if v := w.any(fits); v != nil && w.one(2) {
		e := v.expr()
		if w.one(2) {
			e = w.sameShape(e)
		}
		w.setPoint(p, e)
	} else if v := w.any(nil); v != nil && w.mistake() {
		w.setPoint(p, v.expr())
	} else {
		w.setPoint(p, w.sameShape(w.pointExpr(p)))
	}
	w.cur[w.invoke] = max(w.cur[w.invoke], p.moment)
}

func (w *writer) setPoint(p place, e expr) {
	w.wrote[p.tensor] = true
	w.add(step{lines: []string{fmt.Sprintf("%s.Set%s(%s)", p.expr, p.side, e.text)}, uses: e.uses, lo: p.moment, hi: p.moment})
}

// sameShape changes a value without changing its type.
func (w *writer) sameShape(e expr) expr {
	if e.typ.DType == tensor.Int64 {
		return expr{text: e.text + pick(w, ".ZerosLike()", ".OnesLike()"), typ: e.typ, uses: e.uses}
	}
	for range 20 {
		out, ok := w.apply(e)
		if ok && out.typ.DType == e.typ.DType && out.typ.Shape.Equal(e.typ.Shape) && (w.exotic || !out.taint) {
			if w.one(3) {
				return w.sameShape(out)
			}
			return out
		}
	}
	return expr{text: e.text + ".Scale(1.5)", typ: e.typ, uses: e.uses, taint: e.taint}
}

// inBlock is a point of every block, from the block on.
type inBlock struct {
	rel    string // ".MLP.Output"
	side   string
	first  int // moment in the first block of the loop
	last   int
	typ    tensor.Type
	rowed  bool
	places []place
}

// blockPoints gives the points of the blocks from the given one on.
func (w *writer) blockPoints(from int) []inBlock {
	by := map[string]*inBlock{}
	var order []string
	for _, p := range w.places() {
		rest, ok := strings.CutPrefix(p.expr, w.net.blocks+"[")
		if !ok || int(rest[0]-'0') < from {
			continue
		}
		rel := rest[2:] + "." + p.side
		if by[rel] == nil {
			by[rel] = &inBlock{rel: rel, side: p.side, first: p.moment, typ: w.typeAt(p), rowed: p.rowed()}
			order = append(order, rel)
		}
		by[rel].last = max(by[rel].last, p.moment)
		by[rel].first = min(by[rel].first, p.moment)
		by[rel].places = append(by[rel].places, p)
	}
	var out []inBlock
	for _, rel := range order {
		out = append(out, *by[rel])
	}
	return out
}

// loop writes a loop over the blocks.
func (w *writer) loop() {
	from := w.r.IntN(w.net.depth)
	points := slices.DeleteFunc(w.blockPoints(from), func(p inBlock) bool { return p.first < w.now() })
	if len(points) == 0 {
		return
	}
	s := step{lo: 1 << 30, hi: -1}
	start := w.loopHead(&s, from)
	var acc *val
	var body []string
	last := -1
	for range 1 + w.r.IntN(3) {
		p := points[w.r.IntN(len(points))]
		if p.first < last {
			continue
		}
		lines := w.loopBody(&s, p, start, &acc)
		if len(lines) == 0 {
			continue
		}
		body = append(body, lines...)
		last = p.first
		s.lo, s.hi = min(s.lo, p.first), max(s.hi, p.last)
	}
	if len(body) == 0 {
		return
	}
	body = append(body, "_ = i")
	if w.one(6) {
		body = append([]string{"if i > " + fmt.Sprint(w.net.depth-1) + " {", "\tbreak", "}"}, body...)
	}
	for _, l := range body {
		s.lines = append(s.lines, "\t"+l)
	}
	s.lines = append(s.lines, "}")
	w.cur[w.invoke] = s.hi
	w.add(s)
	if acc != nil {
		acc.time = w.now()
		w.vals = append(w.vals, acc)
	}
}

// loopBody uses a point of each block: adds it up, writes it or returns it.
func (w *writer) loopBody(s *step, p inBlock, start string, acc **val) []string {
	switch k := w.r.IntN(4); {
	case k == 0 && *acc == nil && p.typ.DType != tensor.Bool:
		x := w.name("x")
		s.lines = append([]string{"var " + x + " nn.Tensor"}, s.lines...)
		s.defs = append(s.defs, x)
		*acc = &val{name: x, typ: p.typ, owner: w.invoke, phase: w.phase, taint: w.exotic}
		return []string{"if i == " + start + " {", "\t" + x + " = b" + p.rel + "()", "} else {", "\t" + x + " = " + x + ".Add(b" + p.rel + "())", "}"}
	case k == 1 && (p.rowed || len(w.p.empty) == 1) && p.typ.DType == tensor.Float32:
		return []string{w.loopWrite(s, p)}
	case k == 2:
		s.defs = append(s.defs, "ts")
		return []string{"ts = append(ts, b" + p.rel + "())"}
	case k == 3 && p.typ.DType == tensor.Float32:
		s.defs = append(s.defs, "fs")
		return []string{"fs = append(fs, b" + p.rel + "().Norm().Item())"}
	}
	return nil
}

// loopHead opens a loop in one of its forms, where b is the block, and gives
// what i begins with.
func (w *writer) loopHead(s *step, from int) string {
	blocks, f := w.net.blocks, fmt.Sprint(from)
	switch w.r.IntN(3) {
	case 0:
		s.lines = append(s.lines, fmt.Sprintf("for i, b := range %s[%s:] {", blocks, f))
		return "0"
	case 1:
		s.lines = append(s.lines, fmt.Sprintf("for i := %s; i < len(%s); i++ {", f, blocks), "\tb := "+blocks+"[i]")
		return f
	}
	if from == 0 {
		s.lines = append(s.lines, "for i, b := range "+blocks+" {")
		return "0"
	}
	s.lines = append(s.lines, fmt.Sprintf("for i := range %d {", w.net.depth-from), fmt.Sprintf("\tb := %s[i+%s]", blocks, f))
	return "0"
}

// loopWrite changes a point of each block.
func (w *writer) loopWrite(s *step, p inBlock) string {
	set := strings.TrimSuffix(p.rel, p.side) + "Set" + p.side
	switch w.r.IntN(3) {
	case 0:
		s.uses = append(s.uses, "alpha")
		return fmt.Sprintf("b%s(b%s().Scale(alpha))", set, p.rel)
	case 1:
		return fmt.Sprintf("b%s(b%s().Scale(1 + 0.25*float32(i)))", set, p.rel)
	}
	e := w.sameShape(expr{text: "b" + p.rel + "()", typ: p.typ, taint: w.exotic})
	s.uses = append(s.uses, e.uses...)
	return fmt.Sprintf("b%s(%s)", set, e.text)
}

// all reads every tensor of a module's side.
func (w *writer) all() {
	p, ok := w.next(false, func(p place) bool { return !p.inner })
	if !ok {
		return
	}
	lo, hi := 1<<30, -1
	for i, m := range w.net.spec.SourceTimeline() {
		if m.Operation == nil && m.Module.Path == p.path && string(m.Side) == strings.ToLower(p.side) {
			lo, hi = min(lo, i), max(hi, i)
		}
	}
	if lo < w.now() && !w.mistake() {
		return
	}
	w.cur[w.invoke] = max(hi, w.now())
	w.add(step{lines: []string{fmt.Sprintf("ts = append(ts, %s.%ss()...)", p.expr, p.side)}, defs: []string{"ts"}, lo: lo, hi: hi})
}
