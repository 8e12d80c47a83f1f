package oracletest

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/internal/oracletest/runner"
)

// stepsWriter writes a random trace that names its decoding steps: loops over
// visits, what stands before, between and behind them, in one to three invokes.
type stepsWriter struct {
	r       dice
	net     string
	points  []string // of the model, in the order of the run
	b       strings.Builder
	depth   int
	invoke  int
	several bool
	used    map[string]bool // parameters
	set     bool            // h has a value for sure
	sure    bool            // a loop was written that every run comes to
	late    int             // the first step that is to come
	step    string          // the variable of the loop around, "" outside of loops
	names   int
	helpers []string // functions with loops of their own
}

var stepPoints = map[string][]string{
	"llama": {"m.Model.EmbedTokens", "m.Model.Layers[0].MLP", "m.Model.Layers[0]", "m.Model.Layers[1]", "m.LMHead"},
	"gpt2":  {"m.Transformer.H[0].Attn", "m.Transformer.H[0]", "m.Transformer.H[1].MLP", "m.Transformer.H[1]", "m.LMHead"},
}

// stepsUnit writes one.
func stepsUnit(r dice, name string) *unit {
	w := &stepsWriter{r: r, used: map[string]bool{}}
	w.net = []string{"llama", "gpt2"}[r.IntN(2)]
	w.points = stepPoints[w.net]
	n := 1
	if w.several = w.one(3); w.several {
		n = 1 + r.IntN(3)
	}
	set := runner.Set{Seq: 3 + r.IntN(3), Mask: w.one(3), Variant: r.IntN(2)}
	other := runner.Set{Seq: 3 + r.IntN(3), Variant: 1 - set.Variant}
	bodies := make([]string, n)
	for w.invoke = range n {
		set.Rows, other.Rows = append(set.Rows, 1+r.IntN(2)), append(other.Rows, 1+r.IntN(2))
		w.b.Reset()
		w.body()
		bodies[w.invoke] = w.b.String()
	}
	u := &unit{name: name, net: w.net, steps: true, sets: []runner.Set{set, other}}
	u.source = w.function(bodies)
	for _, p := range params {
		if w.used[p.name] {
			u.args = append(u.args, p.name)
		}
	}
	return u
}

// function puts the bodies into the function.
func (w *stepsWriter) function(bodies []string) string {
	var in, out, names []string
	var b strings.Builder
	if w.several {
		in = append(in, "t *"+w.net+".Trace")
	} else {
		in = append(in, "m *"+w.net+".Model")
	}
	for i := range bodies {
		if w.several {
			in = append(in, fmt.Sprintf("in%d %s.Inputs", i, w.net))
		}
		out = append(out, fmt.Sprintf("ts%d []nn.Tensor, fs%[1]d []float32, n%[1]d int, a%[1]d nn.Tensor", i))
		names = append(names, fmt.Sprintf("ts%d, fs%[1]d, n%[1]d, a%[1]d", i))
	}
	if w.several {
		out, names = append(out, "shared []float32"), append(names, "shared")
	}
	for _, p := range params {
		if w.used[p.name] {
			in = append(in, p.name+" "+p.typ)
		}
	}
	b.WriteString("//nngen:trace\n")
	if w.used["v"] {
		b.WriteString("//nngen:param v float32 [48]\n")
	}
	fmt.Fprintf(&b, "func Probe(%s) (%s) {\n", strings.Join(in, ", "), strings.Join(out, ", "))
	for i, text := range bodies {
		if !w.several {
			b.WriteString(text)
			continue
		}
		fmt.Fprintf(&b, "\tt.Invoke(in%d, func(m *%s.Model) {\n%s\t})\n", i, w.net, text)
	}
	if w.several {
		b.WriteString("\tt.Run()\n")
		if w.one(3) {
			b.WriteString("\tfor _, f := range fs0 {\n\t\tn0 += int(f)\n\t}\n")
		}
	}
	fmt.Fprintf(&b, "\treturn %s\n}\n", strings.Join(names, ", "))
	b.WriteString(strings.Join(w.helpers, ""))
	return b.String()
}

func (w *stepsWriter) one(in int) bool { return w.r.IntN(in) == 0 }

func (w *stepsWriter) line(format string, args ...any) {
	w.b.WriteString(strings.Repeat("\t", 1+w.depth))
	if w.several {
		w.b.WriteString("\t")
	}
	fmt.Fprintf(&w.b, format+"\n", args...)
}

func (w *stepsWriter) param(name string) string {
	w.used[name] = true
	return name
}

// body writes the code of one invoke: at step 0, then loops with Go between them.
func (w *stepsWriter) body() {
	w.late, w.set, w.sure, w.step = 0, false, false, ""
	w.line("var h nn.Tensor")
	w.line("var k float32")
	if w.one(2) {
		w.walk(1 + w.r.IntN(3))
		w.late = 1
		if w.one(5) {
			w.line("m.Next()")
			w.walk(1 + w.r.IntN(2))
			w.late = 2
		}
	}
	for range 1 + w.r.IntN(2) {
		if w.late > 3 {
			break
		}
		w.guarded()
		if w.one(3) {
			w.line("for _, f := range fs%d {", w.invoke)
			w.line("\tk += f / 100")
			w.line("}")
		}
	}
	if w.one(4) {
		w.line("a%d = m.Result()", w.invoke)
	} else if w.set {
		w.line("a%d = h", w.invoke)
	}
	if w.one(3) {
		w.line("n%d += len(ts%[1]d) + int(k)", w.invoke)
	}
	w.line("_, _ = h, k")
}

// visits draws what a loop goes through.
func (w *stepsWriter) visits() (text string, known bool) {
	from := w.late + w.r.IntN(max(1, 3-w.late))
	if w.one(25) {
		from = w.r.IntN(6)
	}
	to := from + 1 + w.r.IntN(max(1, 4-from))
	switch w.r.IntN(8) {
	case 0, 1:
		if w.late == 0 {
			w.late = 9
			return "m.All()", true
		}
		w.late = 9
		return fmt.Sprintf("m.Iter(nn.RangeFrom(%d))", from), true
	case 2:
		w.late = from + 1
		return fmt.Sprintf("m.Iter(%d)", from), true
	case 3:
		w.late = to + 1
		return fmt.Sprintf("m.Iter(%d, %d)", from, to), true
	case 4:
		w.late = 9
		return fmt.Sprintf("m.Iter(nn.RangeStep(%d, %d, 2))", from, max(from+1, 4)), true
	case 5: // steps that only a run knows are no later ones than those before, as far as the compiler knows
		if w.late > 0 {
			break
		}
		w.late = 9
		return fmt.Sprintf("m.Iter(nn.RangeFrom(%s + %d))", w.param("pos"), from), false
	case 6:
		if w.late > 0 {
			break
		}
		w.late = 9
		return fmt.Sprintf("m.Iter(nn.Range(%s, %d))", w.param("pos"), 2+w.r.IntN(2)), false
	}
	w.late = to
	return fmt.Sprintf("m.Iter(nn.Range(%d, %d))", from, to), true
}

// guarded writes a loop, perhaps under a condition on parameters, and another on
// its other side: behind one that is there in any case.
func (w *stepsWriter) guarded() {
	if w.late == 0 || !w.sure || !w.one(3) {
		if w.one(4) {
			w.helper()
		} else {
			w.loop()
		}
		w.sure = true
		return
	}
	from, set := w.late, w.set
	w.line("if %s > 0.5 {", w.param("alpha"))
	w.depth++
	w.loop()
	if w.one(2) {
		w.line("k += float32(len(ts%d))", w.invoke)
	}
	w.depth--
	if w.one(2) {
		var to int
		to, w.late, w.set = w.late, from, set
		w.line("} else {")
		w.depth++
		w.loop()
		w.depth--
		w.late = max(w.late, to)
	}
	w.set = set
	w.line("}")
}

// loop writes a loop over visits.
func (w *stepsWriter) loop() {
	text, _ := w.visits()
	w.names++
	w.step = fmt.Sprintf("step%d", w.names)
	if w.one(4) {
		w.step = ""
		w.line("for range %s {", text)
	} else {
		w.line("for %s := range %s {", w.step, text)
		w.line("\tn%d += %s", w.invoke, w.step)
	}
	w.depth++
	before := w.set
	w.walk(1 + w.r.IntN(4))
	w.set = w.set && (before || strings.Contains(text, "All()"))
	w.depth--
	w.line("}")
	w.step = ""
}

// walk goes through some of the points in their order.
func (w *stepsWriter) walk(n int) {
	at := 0
	for range n {
		at += w.r.IntN(2)
		if at >= len(w.points) {
			return
		}
		w.at(w.points[at])
		at += w.r.IntN(2)
	}
}

// at does something at a point, perhaps under a condition.
func (w *stepsWriter) at(p string) {
	if cond := w.condition(); cond != "" {
		w.line("if %s {", cond)
		w.depth++
		set := w.set
		w.deed(p)
		w.set = set
		if w.step != "" && w.one(8) {
			w.line(pick2(w, "break", "continue"))
		} else if w.one(12) {
			w.line("m.Stop()")
			if w.step != "" {
				w.line("break")
			}
		}
		w.depth--
		if w.one(4) {
			w.line("} else {")
			w.depth++
			w.deed(p)
			w.set = set
			w.depth--
		}
		w.line("}")
		return
	}
	w.deed(p)
}

func pick2(w *stepsWriter, a, b string) string {
	if w.one(2) {
		return a
	}
	return b
}

// condition draws one, "" for none.
func (w *stepsWriter) condition() string {
	switch w.r.IntN(12) {
	case 0:
		return w.param("alpha") + " > 0.5"
	case 1:
		return "k > 0.2"
	case 2:
		return fmt.Sprintf("len(ts%d) > %d", w.invoke, w.r.IntN(3))
	case 3, 4:
		if w.step != "" {
			return fmt.Sprintf("%s == %d", w.step, w.r.IntN(4))
		}
	case 5:
		if w.step != "" {
			return fmt.Sprintf("%s > %s", w.step, w.param("pos"))
		}
	}
	return ""
}

// deed reads or writes a point.
func (w *stepsWriter) deed(p string) {
	wide := !strings.HasSuffix(p, "LMHead")
	switch w.r.IntN(9) {
	case 0, 1:
		w.line("ts%d = append(ts%[1]d, %s.Output().At(nn.All, -1))", w.invoke, p)
	case 2:
		if w.several && w.one(2) { // invokes add to one list
			w.line("shared = append(shared, %s.Output().Norm().Item())", p)
			return
		}
		w.line("fs%d = append(fs%[1]d, %s.Output().Norm().Item())", w.invoke, p)
	case 3:
		w.line("k += %s.Output().Mean().Item()", p)
	case 4:
		if wide {
			w.line("h = %s.Output().At(nn.All, nn.RangeFrom(-1))", p)
			w.set = true
			return
		}
		w.line("ts%d = append(ts%[1]d, %s.Output().At(nn.All, -1).Softmax(-1))", w.invoke, p)
	case 5:
		if wide && w.set {
			w.line("%s.SetOutput(%[1]s.Output().Add(h.Scale(0.25)))", p)
			return
		}
		w.line("%s.SetOutput(%[1]s.Output().Scale(0.5))", p)
	case 6:
		if wide {
			w.line("%s.SetOutput(%[1]s.Output().Add(%s))", p, w.param("v"))
			return
		}
		w.line("%s.SetOutput(%[1]s.Output().Scale(%s))", p, w.param("alpha"))
	case 7:
		w.line("%s.SetOutput(%[1]s.Output().AddScalar(k * 0.1))", p)
	default:
		w.names++
		w.line("x%d := %s.Output()", w.names, p)
		w.line("if x%d.Norm().Item() > %d {", w.names, 2+w.r.IntN(4))
		w.line("\t%s.SetOutput(x%d.Scale(0.5))", p, w.names)
		w.line("\tn%d++", w.invoke)
		w.line("}")
	}
}
