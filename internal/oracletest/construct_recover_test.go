package oracletest

import "fmt"

// recovering calls a function that touches points and recovers: what panics in
// it ends it alone. Half of them panic themselves, somewhere in the middle.
func (w *writer) recovering() {
	if w.depth > 1 || w.invoke < 0 {
		return
	}
	s := step{lo: -1, hi: -1, cond: true, sets: []string{"n", "text"}, end: []string{"}()"}}
	s.lines = []string{"func() {", "\tdefer func() {", "\t\tif e := recover(); e != nil {", "\t\t\ttext += fmt.Sprint(e)", "\t\t\tn = (n + 3) % 101", "\t\t}", "\t}()"}
	if w.one(3) {
		s.lines = append(s.lines, fmt.Sprintf("\tdefer func() { text += %q }()", w.name("k")))
	}
	s.body = w.block()
	if w.one(2) {
		w.depth++
		sink := w.sink
		w.sink = &s.body
		w.panics()
		w.sink = sink
		w.depth--
		s.body = append(s.body, w.block()...)
	}
	if len(s.body) > 0 {
		w.add(s)
	}
}
