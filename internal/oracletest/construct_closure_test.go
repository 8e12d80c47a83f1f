package oracletest

import "fmt"

// closure writes what Go has besides statements: functions that capture and
// change, method values, shadows, named results, evaluation in order.
func (w *writer) closure() {
	h := w.number("float32")
	if h == nil || w.invoke < 0 {
		w.item()
		return
	}
	f, s := w.name("h"), step{lo: -1, hi: -1, uses: []string{h.name}}
	out := &hostVal{name: f, typ: "float32", owner: w.invoke, taint: h.taint}
	switch w.r.IntN(7) {
	case 0: // a function that changes what it captures
		s.lines = []string{f + " := " + h.name, "for _, g := range []func(){func() { " + f + " *= 0.5 }, func() { " + f + " += 0.25 }} {", "\tg()", "}"}
	case 1: // shadows
		s.lines = []string{f + " := " + h.name, "{", "\t" + f + " := " + f + " + 1", "\tf += " + f, "}"}
		s.sets = []string{"f"}
	case 2: // named results, changed by a deferred function
		s.lines = []string{f + ", _ := halves(" + h.name + ")"}
	case 3: // order of evaluation
		s.lines = []string{f + " := " + h.name, fmt.Sprintf("%s = ordered(func() float32 { %[1]s += 0.5; return %[1]s }(), func() float32 { %[1]s *= 0.5; return %[1]s }())", f)}
	case 4: // one variable an iteration
		s.lines = []string{
			"var " + f + " float32", "{", "\tvar late []func() float32", "\tfor i := 0; i < 3; i++ {",
			"\t\tlate = append(late, func() float32 { return " + h.name + " * float32(i) })", "\t}",
			"\tfor _, g := range late {", "\t\t" + f + " += g() / 8", "\t}", "}",
		}
	case 5: // generic
		s.lines = []string{f + " := one(" + h.name + ", alpha) * 0.5"}
		s.uses = append(s.uses, "alpha")
	case 6: // a loop that the number bounds
		s.lines = []string{f + " := float32(0)", "for k := 0; float32(k) < " + h.name + "*4 && k < 9; k++ {", "\tif k == 4 {", "\t\tcontinue", "\t}", "\t" + f + " += 0.0625", "}"}
	}
	s.defs = []string{f}
	w.add(s)
	w.hosts = append(w.hosts, out)
}
