package oracletest

import "fmt"

// branch writes an if with steps inside, and perhaps an else.
func (w *writer) branch() {
	if w.depth > 1 || w.invoke < 0 {
		return
	}
	cond, uses := w.goCondition()
	s := step{lines: []string{"if " + cond + " {"}, uses: uses, lo: -1, hi: -1, cond: true, bare: true, end: []string{"}"}}
	if v := w.floats(); v != nil && w.has["hook"] && w.one(4) {
		s.lines[0] = fmt.Sprintf("if k := %s.Mean().Item(); k > %s && k < 1000 {", v.name, pick(w, thresholds...))
		s.uses = []string{v.name}
	}
	s.body = w.block()
	if w.one(2) {
		s.mid, s.other = []string{"} else {"}, w.block()
	}
	if len(s.body) > 0 {
		w.add(s)
	}
}

// choice writes a switch with steps in one or two of its cases.
func (w *writer) choice() {
	if w.depth > 1 || w.invoke < 0 {
		return
	}
	s := step{lo: -1, hi: -1, cond: true, end: []string{"}"}}
	h, k := w.number("float32"), w.number("int")
	switch {
	case w.has["hook"] && k != nil && w.one(2):
		s.lines, s.mid, s.uses = []string{"switch " + k.name + " {", "case 1, 2:"}, []string{"default:"}, []string{k.name}
	case w.has["hook"] && h != nil:
		s.lines = []string{"switch {", "case " + h.name + " > 1.3771:", "\tn += 7", "case " + h.name + " > 0.1237:"}
		s.mid, s.uses = []string{pick(w, "default:", "case "+h.name+" > -0.0713:")}, []string{h.name, "n"}
		if w.one(3) {
			s.lines[2] += "\n\t\tfallthrough" // into the body
		}
	case w.has["cond"]:
		s.lines, s.mid, s.uses = []string{"switch pos {", "case 1:"}, []string{pick(w, "case 0:", "default:")}, []string{"pos"}
	default:
		return
	}
	s.body = w.block()
	if w.one(2) {
		s.other = w.block()
	}
	if len(s.body) > 0 {
		w.add(s)
	}
}

// assign gives a variable another value of its type; in a block, what follows
// it sees one or the other.
func (w *writer) assign() {
	v := w.any(func(v *val) bool { return v.owner == w.invoke && !v.shared })
	if v == nil || w.invoke < 0 {
		return
	}
	e := w.sameShape(v.expr())
	if o := w.any(func(o *val) bool { return o.typ.DType == v.typ.DType && o.typ.Shape.Equal(v.typ.Shape) && o != v }); o != nil && w.one(2) {
		e = o.expr()
	}
	if !w.exotic && e.taint {
		return
	}
	v.taint = v.taint || e.taint
	w.add(step{lines: []string{v.name + " = " + e.text}, sets: []string{v.name}, uses: e.uses, lo: -1, hi: -1})
}
