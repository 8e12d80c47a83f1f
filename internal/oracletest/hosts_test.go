package oracletest

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/tensor"
)

// hostVal is a Go number of a program, made in mid-run from a tensor.
type hostVal struct {
	name, typ string // float32 or int
	owner     int
	taint     bool // may be NaN
	shared    bool // all invokes have it
	phase     int
	time      int
}

// number picks a Go number of the present invoke of a type, nil if there is none.
func (w *writer) number(typ string) *hostVal {
	var list []*hostVal
	for _, h := range w.hosts {
		if h.typ == typ && (h.owner == w.invoke || h.shared && w.given(h.owner, h.phase, h.time)) {
			list = append(list, h)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list[max(0, len(list)-1-w.r.IntN(min(3, len(list))))]
}

// defineHost adds a Go number with the value of an expression.
func (w *writer) defineHost(text, typ string, taint bool, uses ...string) *hostVal {
	h := &hostVal{name: w.name("h"), typ: typ, owner: w.invoke, taint: taint}
	w.add(step{lines: []string{h.name + " := " + text}, defs: []string{h.name}, uses: uses, lo: -1, hi: -1})
	w.hosts = append(w.hosts, h)
	return h
}

// floats picks a tensor variable that Go may look into.
func (w *writer) floats() *val {
	return w.any(func(v *val) bool { return v.typ.DType == tensor.Float32 && v.owner != -1 })
}

// item brings a number of a tensor to Go. The numbers stay small: they come back
// into the model as factors.
func (w *writer) item() {
	v := w.floats()
	if v == nil || w.invoke < 0 {
		return
	}
	x := v.name
	elements := 1
	for axis := range v.typ.Shape {
		elements *= size(v.typ, axis)
	}
	switch k := w.r.IntN(8); {
	case k < 3:
		w.defineHost(x+".Mean().Item()", "float32", v.taint, x)
	case k == 3:
		w.defineHost(x+".Norm().Item() / 32", "float32", v.taint, x)
	case k == 4:
		w.defineHost("largest(0.25, "+x+".Abs().Max().Item()/8)", "float32", v.taint, x)
	case k == 5:
		w.defineHost(fmt.Sprintf("%s.Float32s()[%d]", x, w.r.IntN(elements)), "float32", v.taint, x)
	case k == 6 && !v.taint && !w.exotic && len(v.typ.Shape) > 0 && size(v.typ, len(v.typ.Shape)-1) > 2:
		w.defineHost("int("+x+".ArgMax(-1).Ints()[0])%2", "int", false, x)
	default:
		w.defineHost("len("+x+".Float32s())%3", "int", false, x)
	}
}

// slice makes a tensor from Go's numbers.
func (w *writer) slice() {
	v := w.floats()
	if v == nil || w.invoke < 0 {
		return
	}
	x := v.name
	switch w.r.IntN(3) {
	case 0:
		w.define(expr{text: "nn.From(halved(" + x + ".Float32s()), " + x + ".Shape()...)", typ: v.typ, uses: v.expr().uses, taint: v.taint}, -1, -1)
	case 1:
		if h := w.number("float32"); h != nil {
			w.define(expr{text: fmt.Sprintf("nn.From([]float32{%s, 1 - %[1]s})", h.name), typ: tensor.Type{DType: tensor.Float32, Shape: tensor.Dims(2)}, uses: []string{h.name}, taint: h.taint}, -1, -1)
		}
	case 2:
		if h := w.number("float32"); h != nil {
			w.define(expr{text: "nn.Scalar(" + h.name + "*0.5)", typ: tensor.Type{DType: tensor.Float32, Shape: tensor.Shape{}}, uses: []string{h.name}, taint: h.taint}, -1, -1)
		}
	}
}

// thresholds lie beside the numbers that models give exactly, and far enough
// from one another that nothing is near two of them.
var thresholds = []string{"0.1237", "-0.0713", "0.6131", "1.3771", "0.0117"}

// goCondition is a Go condition: about a number of the run, or a parameter's.
func (w *writer) goCondition() (text string, uses []string) {
	h := w.number("float32")
	if h == nil || !w.has["hook"] && !w.has["leave"] || w.has["cond"] && w.one(3) {
		return pick(w, "pos > 0", "alpha > 0.5", "pos == 0", "alpha < 0.5", "pos > 0 && alpha > 0.5", "pos > 5"), []string{"pos", "alpha"}
	}
	text = h.name + pick(w, " > ", " < ") + pick(w, thresholds...)
	switch w.r.IntN(6) {
	case 0:
		return text + pick(w, " && ", " || ") + "alpha > 0.5", []string{h.name, "alpha"}
	case 1:
		if k := w.number("int"); k != nil {
			return fmt.Sprintf("%s%s%s == 1", text, pick(w, " && ", " || "), k.name), []string{h.name, k.name}
		}
	case 2:
		return "!(" + text + ")", []string{h.name}
	}
	return text, []string{h.name}
}

// shareNumber gives a number to all invokes.
func (w *writer) shareNumber() {
	h := w.number("float32")
	if h == nil || h.shared || w.p.single || w.depth > 0 || w.invoke < 0 {
		return
	}
	g := w.name("g")
	w.add(step{lines: []string{g + " = " + h.name}, defs: []string{g}, uses: []string{h.name}, lo: -1, hi: -1})
	w.hosts = append(w.hosts, &hostVal{name: g, typ: "float32", owner: w.invoke, taint: h.taint, shared: true, phase: w.phase, time: w.now()})
}
