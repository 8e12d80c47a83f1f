package oracletest

import (
	"fmt"

	"github.com/nngen-go/nngen/internal/oracletest/runner"
	"github.com/nngen-go/nngen/internal/tensor"
)

// writer makes one random program. It keeps the type of each variable for the
// first set of sizes and the moment at which each invoke stands, so that most
// programs are right; some are meant to be wrong.
type writer struct {
	r          dice
	net        *net
	p          *program
	rows       []int // of each invoke: its own, or all for an empty one
	seq        int
	exotic     bool // operators that give NaN and infinities; none that order them
	wrong      int  // how often, in a hundred, a step is meant to be wrong
	vals       []*val
	hosts      []*hostVal
	names      int
	sink       *[]step         // where steps go: the program's, or those of a block
	wrote      map[string]bool // tensors of the model that were written
	has        map[string]bool // flavours
	depth      int             // blocks around
	constructs []construct     // that the program has
	weights    int             // of all of them

	invoke, phase int
	cur           []int // the moment that each invoke has reached, -1 none
}

// val is a tensor variable.
type val struct {
	name   string
	typ    tensor.Type
	owner  int // the invoke that declares it, -1 a parameter
	shared bool
	phase  int
	time   int
	taint  bool // may hold NaN
	used   bool
	root   string // the variable that it is a part of
}

// writeProgram writes a function as the dice fall.
func writeProgram(nets map[string]*net, r dice) *program {
	w := &writer{r: r, wrote: map[string]bool{}}
	w.net = nets[[]string{"gpt2", "gpt2", "llama"}[w.r.IntN(3)]]
	w.drawFlavors()
	w.exotic = w.one(5)
	if w.one(3) {
		w.wrong = 5
	}
	w.p = &program{net: w.net.name, single: w.one(3), slice: w.one(4), untyped: w.one(20)}
	w.p.decode = w.p.single && !w.exotic && w.one(4)
	w.sink = &w.p.steps
	w.sizes()
	w.vals = append(w.vals,
		&val{name: "v", typ: tensor.Type{DType: tensor.Float32, Shape: tensor.Dims(48)}, owner: -1, time: -1, used: true})
	if w.has["attach"] {
		for _, a := range []struct { // in an order: a seed stands for one program
			name  string
			shape tensor.Shape
		}{{"st.Direction", tensor.Dims(48)}, {"st.Head", tensor.Dims(48, 2)}, {"st.Layers[0]", tensor.Dims(48)}, {"st.Layers[1]", tensor.Dims(48)}} {
			w.vals = append(w.vals, &val{name: a.name, typ: tensor.Type{DType: tensor.Float32, Shape: a.shape}, owner: -1, time: -1, used: true, root: "st"})
		}
	}
	phases := 1
	if !w.p.single && w.one(2) {
		phases = 2 + w.r.IntN(2)
	}
	for w.phase = range phases {
		if w.phase > 0 {
			w.barrier()
		}
		for w.invoke = range w.p.empty {
			for range 2 + w.r.IntN(6/phases+2) {
				w.step()
			}
		}
	}
	w.finish()
	return w.p
}

// sizes decides how many invokes there are and what they are run on.
func (w *writer) sizes() {
	n := 1
	if !w.p.single {
		n = 1 + w.r.IntN(3)
	}
	w.seq = 3 + w.r.IntN(3)
	first := runner.Set{Seq: w.seq, Mask: w.one(3), Variant: w.r.IntN(2 * w.net.depth)}
	second := runner.Set{Seq: 3 + w.r.IntN(4), Variant: w.r.IntN(2 * w.net.depth)}
	total := 0
	for i := range n {
		empty := n > 1 && w.one(5) && (i < n-1 || len(first.Rows) > 0)
		w.p.empty = append(w.p.empty, empty)
		w.rows = append(w.rows, 0)
		if !empty {
			w.rows[i] = 1 + w.r.IntN(3)
			total += w.rows[i]
			first.Rows = append(first.Rows, w.rows[i])
			second.Rows = append(second.Rows, 1+w.r.IntN(3))
		}
		w.cur = append(w.cur, -1)
	}
	if len(first.Rows) == 0 {
		panic("no invoke has rows")
	}
	for i, empty := range w.p.empty {
		if empty {
			w.rows[i] = total
		}
	}
	w.p.sets = []runner.Set{first, second}
}

func (w *writer) one(in int) bool { return w.r.IntN(in) == 0 }

// mistake decides whether this step is meant to be wrong.
func (w *writer) mistake() bool { return w.r.IntN(100) < w.wrong }

func pick[T any](w *writer, xs ...T) T { return xs[w.r.IntN(len(xs))] }

func (w *writer) name(prefix string) string {
	w.names++
	return fmt.Sprintf("%s%d", prefix, w.names)
}

// add appends a step of the present invoke.
func (w *writer) add(s step) {
	s.invoke = w.invoke
	for _, u := range s.uses {
		for _, v := range w.vals {
			if v.name == u {
				v.used = true
			}
		}
	}
	*w.sink = append(*w.sink, s)
}

// define adds a variable with the value of an expression.
func (w *writer) define(e expr, lo, hi int) *val {
	x := w.name("x")
	w.add(step{lines: []string{x + " := " + e.text}, defs: []string{x}, uses: e.uses, lo: lo, hi: hi})
	v := &val{name: x, typ: e.typ, owner: w.invoke, phase: w.phase, time: w.now(), taint: e.taint}
	w.vals = append(w.vals, v)
	return v
}

func (w *writer) now() int {
	if w.invoke < 0 {
		return 1 << 30
	}
	return w.cur[w.invoke]
}

// usable reports whether the present invoke may use a variable.
func (w *writer) usable(v *val) bool {
	switch {
	case v.typ.Shape == nil, v.typ.DType == tensor.Float16: // half precision is compared, and not gone on with
		return false
	case v.owner == -1 || w.invoke >= 0 && v.owner == w.invoke || w.invoke < 0 && w.p.single:
		return true
	case !v.shared:
		return false
	}
	return w.given(v.owner, v.phase, v.time)
}

// given reports whether what an invoke shared is there for the present one.
func (w *writer) given(owner, phase, time int) bool {
	if w.invoke < 0 || phase < w.phase {
		return true
	}
	now := w.now()
	return time < now || time == now && owner < w.invoke || w.mistake()
}

// pool gives the usable variables.
func (w *writer) pool(fits func(v *val) bool) []*val {
	var out []*val
	for _, v := range w.vals {
		if w.usable(v) && (fits == nil || fits(v)) {
			out = append(out, v)
		}
	}
	return out
}

// any picks a usable variable, recent ones more often; nil if there is none.
func (w *writer) any(fits func(v *val) bool) *val {
	list := w.pool(fits)
	if len(list) == 0 {
		return nil
	}
	if n := len(list); n > 5 && !w.one(3) {
		list = list[n-5:]
	}
	return list[w.r.IntN(len(list))]
}

func (v *val) expr() expr {
	if v.root != "" {
		return expr{text: v.name, typ: v.typ, uses: []string{v.root}}
	}
	return expr{text: v.name, typ: v.typ, uses: []string{v.name}, taint: v.taint}
}

// barrier lets all invokes wait for one another, or some of them.
func (w *writer) barrier() {
	who := []int{}
	for i := range w.p.empty {
		if !w.one(5) {
			who = append(who, i)
		}
	}
	n := len(who)
	if w.one(60) {
		n++
	}
	if n == 0 {
		return
	}
	name := fmt.Sprintf("%sx%d", w.name("b"), n)
	last := -1
	for _, i := range who {
		last = max(last, w.cur[i])
		w.invoke = i
		w.add(step{lines: []string{name + ".Wait()"}, uses: []string{name}, lo: -1, hi: -1})
	}
	for _, i := range who {
		if !w.mistake() {
			w.cur[i] = max(w.cur[i], last)
		}
	}
	if len(who) < len(w.p.empty) { // the others are not held: nothing of this phase is known to be there
		for _, v := range w.vals {
			if v.phase < w.phase && v.shared {
				v.phase = w.phase
			}
		}
		for _, h := range w.hosts {
			if h.phase < w.phase && h.shared {
				h.phase = w.phase
			}
		}
	}
}

// finish returns what nobody used, and adds Go after the run.
func (w *writer) finish() {
	for i := range w.p.empty {
		w.invoke = i
		for _, v := range w.vals {
			if v.owner == i && !v.used && !w.one(12) {
				w.giveResult(v)
			}
		}
	}
	w.invoke = -1
	for _, v := range w.vals {
		if v.shared && !v.used {
			w.giveResult(v)
		}
	}
	for range w.r.IntN(3) {
		switch {
		case w.one(2):
			w.host()
		case len(w.pool(nil)) > 1:
			if e, ok := w.randomExpr(); ok {
				r := w.name("r")
				w.add(step{lines: []string{r + " = " + e.text}, defs: []string{r}, uses: e.uses, lo: -1, hi: -1})
			}
		}
	}
}
