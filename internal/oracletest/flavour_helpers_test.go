package oracletest

import (
	"fmt"
	"strings"
)

// helper writes a loop that stands in a function of its own, and Go behind it: the
// function is given parameters, and what it finds is added to what is there.
func (w *stepsWriter) helper() {
	w.names++
	name, set, depth, several, used := fmt.Sprintf("helper%dProbe", w.names), w.set, w.depth, w.several, w.used
	outer := w.b.String()
	w.b.Reset()
	w.set, w.depth, w.several, w.used = false, 0, false, map[string]bool{}
	w.loop()
	if w.one(2) {
		w.line("for _, f := range fs%d {", w.invoke)
		w.line("\tk += f / 50")
		w.line("}")
	}
	results := fmt.Sprintf("ts%d, fs%[1]d, n%[1]d, k", w.invoke)
	w.line("_ = h")
	w.line("return %s", results)
	in, args := []string{"m *" + w.net + ".Model"}, []string{"m"}
	for _, p := range params {
		if w.used[p.name] {
			in, args = append(in, p.name+" "+p.typ), append(args, p.name)
			used[p.name] = true
		}
	}
	out := fmt.Sprintf("ts%d []nn.Tensor, fs%[1]d []float32, n%[1]d int, k float32", w.invoke)
	w.helpers = append(w.helpers, fmt.Sprintf("\nfunc %s(%s) (%s) {\n\tvar h nn.Tensor\n%s}\n", name, strings.Join(in, ", "), out, w.b.String()))
	w.b.Reset()
	w.b.WriteString(outer)
	w.set, w.depth, w.several, w.used = set, depth, several, used
	w.line("ts%s, fs%[1]s, n%[1]s, k%[1]s := %[1]s(%[2]s)", name, strings.Join(args, ", "))
	w.line("ts%d, fs%[1]d = append(ts%[1]d, ts%[2]s...), append(fs%[1]d, fs%[2]s...)", w.invoke, name)
	w.line("n%d += n%s", w.invoke, name)
	w.line("k += k%s", name)
}
