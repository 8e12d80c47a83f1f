package oracletest

import "fmt"

// leave ends an invoke, or the function, early.
func (w *writer) leave() {
	if w.invoke < 0 || w.depth == 0 && w.r.IntN(3) == 0 {
		return
	}
	cond, uses := w.goCondition()
	s := step{lines: []string{"if " + cond + " {"}, uses: uses, lo: -1, hi: -1, cond: true, end: []string{"\treturn", "}"}}
	if w.one(2) && w.depth < 2 {
		s.body = w.block()
	}
	w.add(s)
}

// deferred runs Go when the invoke ends, whichever way.
func (w *writer) deferred() {
	if w.invoke < 0 {
		return
	}
	h, s := w.number("float32"), step{lo: -1, hi: -1, defs: []string{"n", "text"}}
	mark := w.name("k")
	switch {
	case w.one(3):
		s.lines = []string{fmt.Sprintf("defer func() { text += %q }()", mark), "n++"}
	case w.one(2) && h != nil:
		s.lines, s.uses = []string{"defer func(x float32) {", "\tif x > 0.1237 {", "\t\tn = n*2%101 + 1", "\t}", "\ttext += \"d\"", "}(" + h.name + ")"}, []string{h.name}
	default:
		s.lines = []string{"defer func() {", "\tif e := recover(); e != nil {", "\t\ttext += fmt.Sprint(e)", "\t\tn++", "\t}", "}()"}
	}
	w.add(s)
}

// deferringHelper calls a function that takes a tensor and defers: what it
// defers is done when it is over, with arguments of when it was deferred.
func (w *writer) deferringHelper() {
	v := w.floats()
	if v == nil || w.invoke < 0 {
		return
	}
	h := w.name("h")
	s := step{lo: -1, hi: -1, defs: []string{h}, sets: []string{"n", "text"}, uses: []string{v.name}}
	s.lines = []string{
		h + " := func(x nn.Tensor) (y float32) {", "\tdefer func() {", "\t\ty += 0.25", "\t\ttext += \"h\"", "\t}()",
		"\tdefer func(k int) { n = (n + k) % 101 }(n + 1)", "\tn++",
	}
	if w.one(2) {
		s.lines, s.cond = append(s.lines, "\tif y = x.Mean().Item(); y > 0.1237 {", "\t\treturn 0.5", "\t}"), true
	}
	s.lines = append(s.lines, "\treturn x.Abs().Max().Item() / 8", "}("+v.name+")")
	w.add(s)
	w.hosts = append(w.hosts, &hostVal{name: h, typ: "float32", owner: w.invoke, taint: v.taint})
}

// panics panics when a number of the run, or a parameter, says so; a deferred
// function of the same invoke may catch it.
func (w *writer) panics() {
	if w.invoke < 0 {
		return
	}
	cond, uses := w.goCondition()
	w.add(step{lines: []string{"if " + cond + " {", fmt.Sprintf("\tpanic(%q)", w.name("boom ")), "}"}, uses: uses, lo: -1, hi: -1, cond: true})
}

// fail makes the function give an error, at once or when it is over.
func (w *writer) fail() {
	if w.invoke < 0 {
		return
	}
	cond, uses := w.goCondition()
	s := step{lines: []string{"if " + cond + " {", "\terr = fmt.Errorf(\"%d is wrong\", n+" + fmt.Sprint(w.r.IntN(3)) + ")"}, lo: -1, hi: -1}
	if w.one(2) {
		s.lines, s.cond = append(s.lines, "\treturn"), true
	}
	s.lines, s.uses, s.sets = append(s.lines, "}"), uses, []string{"err", "n"}
	w.add(s)
}
